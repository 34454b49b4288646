// Several numbers in the place of one: what the box of a folded group says of its results. app/drawing/summary.py has the same
// rules, and tests/golden/text.json holds the two together. Pure.

import { exactNumber } from "./format.js";
import { fitNumber } from "./room.js";

/** @typedef {import("./types.js").Num} Num */

/** From the smallest to the largest. @param {number[]} numbers @param {number} digits @param {number} room */
export function spread(numbers, digits, room) {
  const { low, high } = endsOf(numbers);
  const text = fitNumber(low, digits, room);
  return low === high || Number.isNaN(low) ? text : `${text} … ${fitNumber(high, digits, room)}`;
}

/** The Euclidean norm. @param {number[]} numbers @param {number} digits @param {number} room */
export const length = (numbers, digits, room) => `‖${fitNumber(Math.hypot(...numbers), digits, room)}‖`;

/** All that is said of them, in full precision. @param {number[]} numbers */
export function exactly(numbers) {
  const { low, high } = endsOf(numbers);
  return `from ${exactNumber(low)} to ${exactNumber(high)}, norm ${exactNumber(Math.hypot(...numbers))}`;
}

/** The known numbers of some slots. @param {ReadonlyMap<string, Num>} values @param {readonly string[]} ids @param {"data" | "grad"} field */
export const known = (values, ids, field) =>
  ids.map((id) => values.get(`${id}.${field}`) ?? null).filter((x) => x !== null).map(Number);

/** @param {number[]} numbers */
function endsOf(numbers) {
  if (numbers.some(Number.isNaN)) return { low: NaN, high: NaN };
  return { low: numbers.reduce((a, b) => (b < a ? b : a)), high: numbers.reduce((a, b) => (b > a ? b : a)) };
}
