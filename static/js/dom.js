// Small tools for making and finding elements.

/** Milliseconds: keys that are held come faster. */
const CALM = 40;

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * `h("button", {class: "x", "aria-label": "Play", onclick: f}, "Play")`. `on…` listens, true sets an empty attribute, null and
 * false leave it out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/**
 * @template {Element} [Kind=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {Kind}
 */
export function need(selector, root = document) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return /** @type {Kind} */ (found);
}

export const reducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Writes only what differs: the same text, put in again, is laid out again. @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** For what may come a little later: when the picture that is made now has been painted, and nothing followed it at once.
 * @param {() => void} run @returns {() => void} asks for one run, however often it is called */
export function whenCalm(run) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => requestAnimationFrame(() => setTimeout(run)), CALM);
  };
}

/** @param {string} text @returns {DocumentFragment} `code` in backticks becomes an element */
export function withCode(text) {
  const fragment = document.createDocumentFragment();
  for (const [i, part] of text.split("`").entries()) fragment.append(i % 2 ? h("code", {}, part) : part);
  return fragment;
}

/** Storage may be forbidden (a private window, a framed page): then nothing is remembered, and nothing breaks. */
export const memory = {
  /** @param {string} name @returns {string | null} */
  read(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  },
  /** @param {string} name @param {string} value */
  write(name, value) {
    try {
      localStorage.setItem(name, value);
    } catch {
      // Full or forbidden.
    }
  },
};
