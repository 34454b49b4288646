// Small plots that follow the numbers: axes, lines, dots and words in one SVG, drawn anew on each change.

/** @typedef {import("./axis.js").Axis} Axis */
/** @typedef {{kind: string, points: ([number, number] | null)[]}} Line  null interrupts it */
/** @typedef {{kind: string, x: number, y: number, shape?: "circle" | "diamond"}} Dot */
/** @typedef {{x: Axis, y: Axis, left: number, bottom: number, lines: Line[], dots: Dot[], remarks?: {x: number, y: number, text: string, end?: boolean}[], xName: string, yName: string}} Scene */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function s(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/** @param {string} label @param {number} width @param {number} height */
export function createChart(label, width, height) {
  const element = /** @type {SVGSVGElement} */ (s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }));
  return {
    element,
    width,
    height,
    /** @param {string} text */
    describe: (text) => element.setAttribute("aria-label", text),
    /** @param {Scene} scene */
    draw({ x, y, left, bottom, lines, dots, remarks = [], xName, yName }) {
      const parts = [];
      const px = (/** @type {number} */ n) => Math.round(n * 10) / 10;
      for (const tick of y.ticks) {
        const at = px(y.at(tick.x));
        parts.push(s("path", { class: "grid", d: `M${left} ${at}H${width - 10}` }), s("text", { class: "tick", x: left - 6, y: at + 4, "text-anchor": "end" }, tick.label));
      }
      for (const tick of x.ticks) {
        const at = px(x.at(tick.x));
        parts.push(s("path", { class: "grid", d: `M${at} ${bottom}V12` }), s("text", { class: "tick", x: at, y: bottom + 15, "text-anchor": "middle" }, tick.label));
      }
      parts.push(s("text", { class: "axis-name", x: width - 10, y: bottom + 30, "text-anchor": "end" }, xName), s("text", { class: "axis-name", x: 4, y: 12 }, yName));
      for (const { kind, points } of lines) {
        let d = "";
        let down = false;
        for (const point of points) {
          const at = point && [x.at(point[0]), y.at(point[1])];
          if (!at || !Number.isFinite(at[0] ?? NaN) || !Number.isFinite(at[1] ?? NaN)) {
            down = false;
            continue;
          }
          d += `${down ? "L" : "M"}${px(at[0] ?? 0)} ${px(at[1] ?? 0)}`;
          down = true;
        }
        if (d) parts.push(s("path", { class: `line is-${kind}`, d }));
      }
      for (const { kind, x: a, y: b, shape } of dots) {
        const [cx, cy] = [px(x.at(a)), px(y.at(b))];
        if (!Number.isFinite(cx) || !Number.isFinite(cy)) continue;
        parts.push(shape === "diamond"
          ? s("path", { class: `dot is-${kind}`, d: `M${cx} ${cy - 4}L${cx + 4} ${cy}L${cx} ${cy + 4}L${cx - 4} ${cy}Z` })
          : s("circle", { class: `dot is-${kind}`, cx, cy, r: 4 }));
      }
      for (const { x: a, y: b, text, end } of remarks) parts.push(s("text", { class: "tick", x: a, y: b, "text-anchor": end ? "end" : "start" }, text));
      element.replaceChildren(...parts);
    },
  };
}
