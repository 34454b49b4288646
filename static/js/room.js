// How much of a number a box has room for: app/drawing/text.py, so that a slider can go on after the layout. tests/golden/text.json and
// stories.json hold the two together. Pure.

import { fixed, formatNumber, scientific, toNumber } from "./format.js";
import { initialValues } from "./player.js";

/** @typedef {import("./types.js").Num} Num */
/** @typedef {import("./types.js").Trace} Trace */

/** Widths in ems of the picture's font. @type {Record<string, number>} */
const WIDTHS = { "-": 0.361, ".": 0.318, e: 0.615, "+": 0.838 };
const DIGIT = 0.636;
const GROWTH = [4, 7, 10];
const SHORTEST = 8;
const EPSILON = 1e-9;

/** @param {string} text */
const width = (text) => [...text].reduce((sum, sign) => sum + (WIDTHS[sign] ?? DIGIT), 0);

/** @param {string} text @param {number} chars */
const fits = (text, chars) => width(text) <= (chars - 2) * DIGIT + 0.361 + 0.318 + EPSILON;

/** @param {Num} value @param {number} digits */
export function slotChars(value, digits) {
  const classes = GROWTH.map((more) => Math.max(digits + more, SHORTEST) + (digits === 0 ? 1 : 0));
  const x = toNumber(value);
  const a = Math.abs(x ?? 0);
  if (x === null || x === 0 || (a >= 10 ** -digits && a < 99)) return classes[0] ?? 0;
  const text = formatNumber(x, digits);
  return classes.find((chars) => fits(text.startsWith("-") ? text : `-${text}`, chars)) ?? classes.at(-1) ?? 0;
}

/** Room in characters, by node, and by slot of an edge; as the picture of this story has it. @param {Trace} trace @param {number} digits @returns {Map<string, number>} */
export function roomIn(trace, digits) {
  /** @type {Map<string, number>} */
  const room = new Map();
  /** @param {string} place @param {Num | undefined} value */
  const need = (place, value) => void room.set(place, Math.max(room.get(place) ?? 0, slotChars(value ?? null, digits)));
  for (const { id, data, grad } of trace.nodes) {
    need(id, data);
    need(id, grad);
  }
  for (const [slot, value] of initialValues(trace)) need(slot.slice(0, slot.indexOf(".")), value);
  for (const { writes } of trace.steps) for (const { node, after } of writes) need(node, after);
  for (const { id, folds } of trace.nodes) {
    if (folds && folds.results[0] !== id) room.set(id, Math.max(...folds.results.map((result) => room.get(result) ?? 0)));
  }
  for (const field of /** @type {const} */ (["local", "contribution"])) {
    for (const { id } of trace.edges) need(`${id}.${field}`, null);
    for (const { edge_writes } of trace.steps) for (const write of edge_writes ?? []) if (write.field === field) need(`${write.edge}.${field}`, write.after);
    // All labels of edges into one value have the room that the widest of them needs.
    /** @type {Map<string, number>} */
    const widest = new Map();
    for (const { id, to } of trace.edges) widest.set(to, Math.max(widest.get(to) ?? 0, room.get(`${id}.${field}`) ?? 0));
    for (const { id, to } of trace.edges) room.set(`${id}.${field}`, widest.get(to) ?? 0);
  }
  return room;
}

/** `formatNumber`, with fewer decimals or else a shorter scientific form where that is too wide. @param {Num} value @param {number} digits @param {number} chars */
export function fitNumber(value, digits, chars) {
  const text = formatNumber(value, digits);
  const x = toNumber(value);
  if (x === null || !Number.isFinite(x) || fits(text, chars)) return text;
  if (x === 0 || Math.abs(x) >= 10 ** -digits) {
    for (let decimals = digits - 1; decimals > 0; decimals -= 1) {
      const shorter = fixed(x, decimals);
      if (fits(shorter, chars)) return shorter;
    }
  }
  for (const decimals of [3, 2, 1]) {
    const shorter = scientific(x, decimals);
    if (fits(shorter, chars)) return shorter;
  }
  return scientific(x, 0);
}
