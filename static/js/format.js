// Numbers as people read them. The same rule as app/drawing/text.py; tests/golden/numbers.json holds both to it. Pure.

/** @typedef {import("./types.js").Num} Num */

export const UNKNOWN = "—";
const BIG = 1e6;
const SMALL = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10];

/** @param {Num} x @returns {number | null} */
export const toNumber = (x) => (x === null ? null : Number(x));

/**
 * A tie goes to the even neighbour, as in Python; JavaScript's own toFixed goes away from zero. A tie is rare and exact, so it
 * is looked for in the digits: one more than asked, a 5 at the end, and nothing but zeros behind it.
 * @param {number} a  finite, not negative
 * @param {number} digits
 * @param {(x: number, digits: number) => string} write
 * @returns {string}
 */
function halfEven(a, digits, write) {
  const rounded = write(a, digits);
  const longer = mantissa(write(a, digits + 1));
  if (!longer.endsWith("5") || /[1-9]/.test(mantissa(write(a, 100)).slice(longer.length))) return rounded;
  const last = Number(mantissa(rounded).at(-1));
  if (last % 2 === 0) return rounded;
  // JavaScript went up to an odd digit, which came from an even one: take that, with no carry to follow.
  const cut = mantissa(rounded).length - 1;
  return rounded.slice(0, cut) + (last - 1) + rounded.slice(cut + 1);
}

/** @param {string} text @returns {string} */
const mantissa = (text) => text.split("e")[0] ?? "";

/** @param {number} x @param {number} digits @returns {string} like Python's `%.{digits}f` */
export function fixed(x, digits) {
  const a = Math.abs(x);
  // From there on JavaScript writes powers of ten, and nothing is behind the point.
  const text = a < 1e21 ? halfEven(a, digits, (each, d) => each.toFixed(d)) : `${BigInt(a)}${digits ? `.${"0".repeat(digits)}` : ""}`;
  return (x < 0 ? "-" : "") + text;
}

/** @param {number} x @param {number} digits @returns {string} like Python's `%.{digits}e` */
export function scientific(x, digits) {
  const text = halfEven(Math.abs(x), digits, (a, d) => a.toExponential(d));
  return (x < 0 ? "-" : "") + text.replace(/e([+-])(\d)$/, "e$10$2");
}

/**
 * @param {Num} value
 * @param {number} [digits]
 * @returns {string} what a picture shows
 */
export function formatNumber(value, digits = 4) {
  const x = toNumber(value);
  if (x === null) return UNKNOWN;
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (x === 0) return (0).toFixed(digits);
  const a = Math.abs(x);
  if (a < (SMALL[digits] ?? 0) || a >= BIG) return scientific(x, Math.min(digits, 3));
  return fixed(x, digits);
}

/** @param {Num} value @returns {string} every digit there is, as Python writes it: `repr` */
export function exactNumber(value) {
  const x = toNumber(value);
  if (x === null) return "not computed yet";
  if (!Number.isFinite(x)) return formatNumber(x);
  const a = Math.abs(x);
  if (a >= 1e16 || (a < 1e-4 && a > 0)) return x.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  const text = Object.is(x, -0) ? "-0" : String(x);
  return text.includes(".") ? text : `${text}.0`;
}
