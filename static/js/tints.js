// Boxes tinted and edges as thick as their numbers are large: app/drawing/tint.py, for numbers that move. tests/golden/stories.json
// holds the two together.

import { fixed } from "./format.js";
import { initialValues } from "./player.js";
import { fitNumber } from "./room.js";

/** @typedef {import("./types.js").Num} Num */
/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./player.js").Frame} Frame */
/** @typedef {"data" | "grad"} Field */

const [THIN, THICK] = [1, 4.6];
/** @type {ReadonlySet<string>} */
const NONE = new Set();
/** Characters of the numbers at the ends of the legend. */
const LEGEND_CHARS = 11;

/** Where a number is on the scale, from −1 to 1; null for what has no place on it. @param {Num} value @param {number} most */
export function share(value, most) {
  const x = value === null ? NaN : Number(value);
  if (Number.isNaN(x)) return null;
  if (!Number.isFinite(x)) return Math.sign(x);
  if (x === 0 || most <= 0) return 0;
  return Math.sign(x) * (most === Infinity ? 1 : Math.min(Math.log1p(Math.abs(x)) / Math.log1p(most), 1));
}

/** The largest finite magnitudes of the whole story, of what tints the boxes and of what makes edges thick; without what is asked.
 * @param {Trace} trace @param {Field} field @param {ReadonlySet<string>} [asked] @returns {{most: number, widest: number}} */
export function scaleOf(trace, field, asked = NONE) {
  /** @param {(Num | undefined)[]} numbers */
  const largest = (numbers) => numbers.map((x) => Math.abs(Number(x ?? 0))).filter(Number.isFinite).reduce((a, b) => Math.max(a, b), 0);
  const slots = [...initialValues(trace)].filter(([slot]) => slot.endsWith(`.${field}`) && !asked.has(slot));
  const writes = trace.steps.flatMap((step) => step.writes).filter((write) => write.field === field && !asked.has(`${write.node}.${field}`));
  const most = largest([...slots.map(([, x]) => x), ...writes.map(({ after }) => after)]);
  if (field === "data") return { most, widest: most };
  const hidden = new Set(trace.edges.filter(({ from, to }) => asked.has(`${from}.grad`) || asked.has(`${to}.grad`)).map(({ id }) => id));
  const sent = trace.steps.flatMap((step) => step.edge_writes ?? []).filter((write) => write.field === "contribution" && !hidden.has(write.edge));
  return { most, widest: largest(sent.map(({ after }) => after)) };
}

/** What tints a box: of one that sums up several numbers the largest. @param {ReadonlyMap<string, Num>} values @param {Pick<import("./types.js").GraphNode, "id" | "folds">} node @param {Field} field @returns {Num} */
export function tinting(values, { id, folds }, field) {
  const numbers = (folds?.results ?? [id]).map((each) => values.get(`${each}.${field}`) ?? null).filter((x) => x !== null);
  return numbers.length ? numbers.reduce((a, b) => (Math.abs(Number(b)) > Math.abs(Number(a)) ? b : a)) : null;
}

/** What makes an edge thick. @param {ReadonlyMap<string, Num>} values @param {{id: string, from: string}} edge @param {Field} field @returns {Num} */
export const weighing = (values, { id, from }, field) => values.get(field === "data" ? `${from}.data` : `${id}.contribution`) ?? null;

/** Of a colour's fifty levels the one that a share has. @param {number | null} part */
export const levelOf = (part) => Number(fixed((part ?? 0) * 50, 0));

/** @param {number | null} part @returns {string} a colour that follows the theme; empty for the box's own */
export const tint = (part) => (part ? `color-mix(in srgb, var(--tint-${part < 0 ? "low" : "high"}) ${Math.abs(levelOf(part)) * 2}%, var(--node-fill))` : "");

/** @param {number | null} part */
export const widthOf = (part) => fixed(THIN + (THICK - THIN) * Math.abs(part ?? 0), 1);

/**
 * @param {SVGSVGElement} svg  a picture with `data-color`
 * @returns {((frame: Frame, trace: Trace, digits: number) => void) | null}
 */
export function createTints(svg) {
  const field = svg.dataset["color"];
  if (field !== "data" && field !== "grad") return null;
  const boxes = [...svg.querySelectorAll("g.node")].map((node) => ({ id: node.getAttribute("data-node") ?? "", box: /** @type {SVGElement} */ (node.querySelector("rect.box")) }));
  const lines = [...svg.querySelectorAll("g.edge")].map((edge) => ({ id: edge.getAttribute("data-edge") ?? "", from: edge.getAttribute("data-from") ?? "", to: edge.getAttribute("data-to") ?? "", line: /** @type {SVGElement} */ (edge.querySelector(".line")) }));
  for (const [i, swatch] of svg.querySelectorAll(".legend .swatch").entries()) /** @type {SVGElement} */ (swatch).style.fill = tint((i - 5) / 5) || "var(--node-fill)";
  const [low, high, , widest] = svg.querySelectorAll(".legend .low, .legend .high");
  /** @type {{trace: Trace, asked: ReadonlySet<string>, most: number, widest: number} | null} */
  let scale = null;
  /** @type {Map<string, import("./types.js").GraphNode>} */
  let nodes = new Map();
  return ({ values, asked = NONE }, trace, digits) => {
    if (scale?.trace !== trace || scale.asked !== asked) {
      scale = { trace, asked, ...scaleOf(trace, field, asked) };
      nodes = new Map(trace.nodes.map((node) => [node.id, node]));
    }
    for (const { id, box } of boxes) {
      const part = asked.has(`${id}.${field}`) ? null : share(tinting(values, nodes.get(id) ?? { id, folds: null }, field), scale.most);
      box.style.fill = tint(part);
    }
    for (const { id, from, to, line } of lines) {
      const unsaid = asked.has(`${from}.${field}`) || (field === "grad" && asked.has(`${to}.grad`));
      line.style.strokeWidth = widthOf(unsaid ? null : share(weighing(values, { id, from }, field), scale.widest));
    }
    for (const [text, x] of /** @type {const} */ ([[low, -scale.most], [high, scale.most], [widest, scale.widest]])) if (text) text.textContent = fitNumber(x, digits, LEGEND_CHARS);
  };
}
