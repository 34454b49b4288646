// How much of a number a box has room for: app/drawing/text.py, so that a slider can go on after the layout. Pure.

import { fixed, formatNumber, scientific, toNumber } from "./format.js";

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

/** Room by node, in characters, as the picture of this story has it. @param {Trace} trace @param {number} digits @returns {Map<string, number>} */
export function roomIn(trace, digits) {
  /** @type {Map<string, number>} */
  const room = new Map();
  /** @param {string} node @param {Num} value */
  const need = (node, value) => void room.set(node, Math.max(room.get(node) ?? 0, slotChars(value, digits)));
  for (const { id, data, grad } of trace.nodes) {
    need(id, data);
    need(id, grad);
  }
  for (const { writes } of trace.steps) {
    for (const { node, before, after } of writes) {
      need(node, before);
      need(node, after);
    }
  }
  for (const { id, folds } of trace.nodes) {
    for (const result of folds?.results ?? []) room.set(id, Math.max(room.get(id) ?? 0, room.get(result) ?? 0));
  }
  // What stands at an edge has room that belongs to the value it leads to.
  const slots = new Map(trace.edges.map((edge) => [edge.id, edge.to]));
  /** @type {Map<string, number>} */
  const heads = new Map();
  for (const { to, local, contribution } of trace.edges) {
    for (const value of [local ?? null, contribution ?? null]) heads.set(to, Math.max(heads.get(to) ?? 0, slotChars(value, digits)));
  }
  for (const [edge, to] of slots) room.set(edge, heads.get(to) ?? 0);
  return room;
}

/** `formatNumber`, with fewer decimals or else a shorter scientific form where that is too wide. @param {Num} value @param {number} digits @param {number} chars */
export function fitNumber(value, digits, chars) {
  const text = formatNumber(value, digits);
  const x = toNumber(value);
  if (x === null || !Number.isFinite(x) || fits(text, chars)) return text;
  if (Math.abs(x) >= 10 ** -digits) {
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
