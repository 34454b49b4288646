// The one door by which a picture enters the page: only the elements and attributes that docs/contract.md names pass.

const ELEMENTS = new Set(["svg", "g", "path", "rect", "circle", "ellipse", "text", "title", "desc", "style"]);
const FORBIDDEN = /^(on|href$|xlink:|style$|src$)/i;

/**
 * @param {string} text
 * @param {"stepgrad" | "stepgrad-diagram"} kind  the class of its root
 * @returns {SVGSVGElement | null} an element of this document, or null when the text is not one of our pictures
 */
export function readPicture(text, kind = "stepgrad") {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (parsed.localName !== "svg" || !parsed.classList.contains(kind)) return null;
  for (const element of [parsed, ...parsed.querySelectorAll("*")]) {
    if (!ELEMENTS.has(element.localName) || element.namespaceURI !== "http://www.w3.org/2000/svg") return null;
    for (const { name, value } of element.attributes) {
      if (FORBIDDEN.test(name) || /url\(|javascript:/i.test(value)) return null;
    }
  }
  // The page brings its own font and colours.
  for (const style of [...parsed.querySelectorAll("style")]) style.remove();
  return /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.importNode(parsed, true)));
}
