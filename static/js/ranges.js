// How far a slider goes and how fine it is, from the number it stands at. Pure.

/** @typedef {{min: number, max: number}} Range */

/** 1, 2 or 5 times a power of ten, at least `x`. @param {number} x */
export function niceCeil(x) {
  const power = 10 ** Math.floor(Math.log10(x));
  const lead = x / power;
  return clean((lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power);
}

/** Both signs, with room to grow: 2 gives −5 … 5. @param {number} value @returns {Range} */
export function rangeFor(value) {
  const size = Number.isFinite(value) ? Math.min(Math.abs(value), 1e300) : 1;
  const end = niceCeil(Math.max(size * 1.5, size === 0 ? 2 : Number.MIN_VALUE * 1e10));
  return { min: -end, max: end };
}

/** A range that holds a value typed by hand. @param {Range} range @param {number} value @returns {Range} */
export function widened(range, value) {
  if (value >= range.min && value <= range.max) return range;
  const { max } = rangeFor(value);
  return value < range.min ? { min: -max, max: range.max } : { min: range.min, max };
}

/** Two hundred steps from end to end, as a round number. @param {Range} range */
export function stepOf({ min, max }) {
  const wide = (max - min) / 200;
  return wide > 0 && Number.isFinite(wide) ? niceCeil(wide * 0.999999) : 1;
}

/** To the grid of the step, without the dust of binary fractions. @param {number} value @param {number} step */
export const snap = (value, step) => clean(Math.round(value / step) * step);

/** @param {number} value */
export const clean = (value) => Number(value.toPrecision(12));
