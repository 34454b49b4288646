// Boxes tinted and edges as thick as their numbers are large: app/drawing/tint.py, for numbers that move.

import { fitNumber } from "./room.js";

/** @typedef {import("./types.js").Num} Num */
/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./player.js").Frame} Frame */

const [THIN, THICK] = [1, 4.6];
/** Characters of the numbers at the ends of the legend. */
const LEGEND_CHARS = 11;

/** Where a number is on the scale, from −1 to 1; null for what has no place on it. @param {Num} value @param {number} most */
export function share(value, most) {
  const x = value === null ? NaN : Number(value);
  if (Number.isNaN(x)) return null;
  if (!Number.isFinite(x)) return Math.sign(x);
  if (x === 0 || most <= 0) return 0;
  return Math.sign(x) * Math.min(Math.log1p(Math.abs(x)) / Math.log1p(most), 1);
}

/** The largest finite magnitude that a field has in the whole story. @param {Trace} trace @param {"data" | "grad" | "contribution"} field */
export function most(trace, field) {
  let found = 0;
  /** @param {Num | undefined} value */
  const see = (value) => {
    const a = Math.abs(Number(value ?? 0));
    if (Number.isFinite(a) && a > found) found = a;
  };
  if (field === "contribution") for (const { contribution } of trace.edges) see(contribution);
  else {
    for (const node of trace.nodes) see(node[field]);
    for (const { writes } of trace.steps) for (const write of writes) if (write.field === field) see(write.after), see(write.before);
  }
  return found;
}

/** @param {number | null} part @returns {string} a colour that follows the theme; empty for the box's own */
export const tint = (part) => (part ? `color-mix(in srgb, var(--tint-${part < 0 ? "low" : "high"}) ${Math.round(Math.abs(part) * 50) * 2}%, var(--node-fill))` : "");

/** @param {number | null} part */
const widthOf = (part) => String(THIN + (THICK - THIN) * Math.abs(part ?? 0));

/**
 * @param {SVGSVGElement} svg  a picture with `data-color`
 * @returns {((frame: Frame, trace: Trace, digits: number) => void) | null}
 */
export function createTints(svg) {
  const field = svg.dataset["color"];
  if (field !== "data" && field !== "grad") return null;
  const boxes = [...svg.querySelectorAll("g.node")].map((node) => ({ id: node.getAttribute("data-node") ?? "", box: /** @type {SVGElement} */ (node.querySelector("rect.box")), asked: node.querySelector(`[data-quiz$=".${field}"]`) !== null }));
  const lines = [...svg.querySelectorAll("g.edge")].map((edge) => ({ id: edge.getAttribute("data-edge") ?? "", from: edge.getAttribute("data-from") ?? "", line: /** @type {SVGElement} */ (edge.querySelector(".line")) }));
  for (const [i, swatch] of svg.querySelectorAll(".legend .swatch").entries()) /** @type {SVGElement} */ (swatch).style.fill = tint((i - 5) / 5) || "var(--node-fill)";
  const [low, high, , widest] = svg.querySelectorAll(".legend .low, .legend .high");
  /** @type {{trace: Trace, most: number, widest: number} | null} */
  let scale = null;
  return (frame, trace, digits) => {
    if (scale?.trace !== trace) scale = { trace, most: most(trace, field), widest: most(trace, field === "data" ? "data" : "contribution") };
    for (const { id, box, asked } of boxes) box.style.fill = asked ? "" : tint(share(frame.values.get(`${id}.${field}`) ?? null, scale.most));
    for (const { id, from, line } of lines) {
      const value = frame.values.get(field === "data" ? `${from}.data` : `${id}.contribution`) ?? null;
      line.style.strokeWidth = widthOf(share(value, scale.widest));
    }
    for (const [text, x] of /** @type {const} */ ([[low, -scale.most], [high, scale.most], [widest, scale.widest]])) if (text) text.textContent = fitNumber(x, digits, LEGEND_CHARS);
  };
}
