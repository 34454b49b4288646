// The icons, drawn on a 20 × 20 grid with a 1.75 stroke; "fill" ones are solid.

const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<string, {line?: string, fill?: string}>} */
const SHAPES = {
  first: { line: "M5 4.5v11", fill: "M15.5 4.6v10.8L7.5 10z" },
  back: { fill: "M14 4.2v11.6L5.2 10z" },
  play: { fill: "M6 3.6v12.8L16.6 10z" },
  pause: { fill: "M5.5 4h3.2v12H5.5zM11.3 4h3.2v12h-3.2z" },
  forward: { fill: "M6 4.2v11.6L14.8 10z" },
  last: { line: "M15 4.5v11", fill: "M4.5 4.6v10.8l8-5.4z" },
  fit: { line: "M3.5 7.5v-4h4M12.5 3.5h4v4M16.5 12.5v4h-4M7.5 16.5h-4v-4" },
  plus: { line: "M10 4v12M4 10h12" },
  minus: { line: "M4 10h12" },
  gallery: { line: "M3.5 3.5h5v5h-5zM11.5 3.5h5v5h-5zM3.5 11.5h5v5h-5zM11.5 11.5h5v5h-5z" },
  view: { line: "M3 6h6M13 6h4M3 14h2M9 14h8M11 4v4M7 12v4" },
  share: { line: "M10 12V3M6.5 6 10 2.8 13.5 6M4 10v6.5h12V10" },
  sun: { line: "M10 6.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8M10 1.8v1.8M10 16.4v1.8M1.8 10h1.8M16.4 10h1.8M4.2 4.2l1.3 1.3M14.5 14.5l1.3 1.3M4.2 15.8l1.3-1.3M14.5 5.5l1.3-1.3" },
  moon: { line: "M16.2 12.2A6.7 6.7 0 0 1 7.8 3.8a6.7 6.7 0 1 0 8.4 8.4z" },
  help: { line: "M7.3 7.4a2.8 2.8 0 1 1 4.2 2.4c-1 .6-1.5 1.1-1.5 2.2M10 15.2v.1" },
  close: { line: "M5 5l10 10M15 5 5 15" },
  link: { line: "M8.5 11.5a3 3 0 0 0 4.3 0l3-3a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-3 3a3 3 0 0 0 4.3 4.3l1-1" },
  image: { line: "M3 4h14v12H3zM3 13l4-4 4 4 2.5-2.5L17 14M13 7.3v.1" },
  markdown: { line: "M2.5 5h15v10h-15zM5.5 12.3V7.8l2 2.3 2-2.3v4.5M13.5 7.8v4.3M11.7 10.4l1.8 1.8 1.8-1.8" },
  frame: { line: "M7 6 3 10l4 4M13 6l4 4-4 4" },
  download: { line: "M10 3v9M6.5 8.8 10 12.2l3.5-3.4M4 13.5v3h12v-3" },
  undo: { line: "M7.5 4 3.5 8l4 4M4 8h7.5a4.5 4.5 0 0 1 0 9H8" },
  redo: { line: "M12.5 4l4 4-4 4M16 8H8.5a4.5 4.5 0 0 0 0 9H12" },
  pen: { line: "M3.5 16.5l.9-3.8L13.5 3.6l2.9 2.9-9.1 9.1zM11.5 5.6l2.9 2.9" },
  network: { line: "M4.5 7.5a2 2 0 1 0 0-.1M4.5 14.5a2 2 0 1 0 0-.1M13.3 10.9a2 2 0 1 0 0-.1M8.5 8l5 2.2M8.5 14l5-2.2" },
  present: { line: "M2.5 3.5h15M3.5 3.5v9.5h13V3.5M10 13v1.5M6.5 17.5l3.5-3 3.5 3" },
  plot: { line: "M3.5 3v13.5H17M5.5 13c3 0 3.5-8 6-8s2.5 4 5 4" },
  train: { line: "M3.5 3v13.5H17M6 5.5c.6 5.5 2.8 7.6 10 8" },
  code: { line: "M7 6 3 10l4 4M13 6l4 4-4 4M11.5 4.5l-3 11" },
  copy: { line: "M7 7V3.5h9.5V13H13M3.5 7H13v9.5H3.5z" },
  check: { line: "M4.5 10.5 8.3 14.3 15.5 6" },
  warning: { line: "M10 3 18 16.5H2zM10 8v4M10 14.3v.1" },
  open: { line: "M8 4H4v12h12v-4M11 3.5h5.5V9M16 4l-7 7" },
};

/** @param {string} name @returns {SVGSVGElement} hidden from readers: the button has the words */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ class: "icon", viewBox: "0 0 20 20", width: "20", height: "20", "aria-hidden": "true", focusable: "false" })) {
    svg.setAttribute(key, value);
  }
  const { line, fill } = SHAPES[name] ?? {};
  for (const [d, kind] of [[fill, "solid"], [line, "line"]]) {
    if (!d || !kind) continue;
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", kind);
    svg.append(path);
  }
  return svg;
}

/** Puts the icon named by `data-icon` in front of each button's words. @param {ParentNode} root */
export function drawIcons(root) {
  for (const element of root.querySelectorAll("[data-icon]")) element.prepend(icon(element.getAttribute("data-icon") ?? ""));
}
