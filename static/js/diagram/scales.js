// How numbers become widths, sizes and places in a diagram: app/drawing/diagram/scales.py and curve.py, for numbers that move. Pure.

import { OPS } from "../ops.js";
import { share } from "../tints.js";

/** @typedef {import("../types.js").Num} Num */

const THIN = 0.9;
const REACH = 4;
const INSET = 10;
const TANGENT = 17;

/** The next of 1, 2, 5 times a power of ten. @param {number} x */
export function roundUp(x) {
  if (!(x > 1e-300 && x < Infinity)) return 1;
  if (x > 1e307) return x;
  const size = 10 ** Math.floor(Math.log10(x));
  return [1, 2, 5].map((each) => each * size).find((each) => x <= each * (1 + 1e-12)) ?? 10 * size;
}

/** @param {Num} x @param {number} most @param {number} thick */
export const thickness = (x, most, thick) => THIN + (thick - THIN) * Math.abs(share(x, most) ?? 0);

/** The dot of a bias. @param {Num} x @param {number} most */
export const dotRadius = (x, most) => 3 + 3.2 * Math.abs(share(x, most) ?? 0);

/** @param {Num} x @returns {"is-negative" | "is-positive" | ""} */
export const signOf = (x) => (x === null || Number.isNaN(Number(x)) || Number(x) === 0 ? "" : Number(x) < 0 ? "is-negative" : "is-positive");

/** As the ends of a scale are written. @param {number} x */
export function endText(x) {
  const a = Math.abs(x);
  if (a !== 0 && (a < 1e-4 || a >= 1e6)) return x.toExponential(0).replace(/e([+-])(\d)$/, "e$10$2");
  return String(Number(x.toPrecision(6)));
}

/** @typedef {{op: string, params: number[], low: number, high: number, x: number, y: number, w: number, h: number}} Curve */

/** Where a point of an activation's curve stands; beyond the frame at its edge. @param {Curve} curve @param {number} at @param {number} height */
export function placeOn({ x, y, w, h, low, high }, at, height) {
  const [a, b] = [Math.min(Math.max(at, -REACH), REACH), Math.min(Math.max(height, low), high)];
  return { x: x + INSET + ((a + REACH) / (2 * REACH)) * (w - 2 * INSET), y: y + h - INSET - ((b - low) / (high - low)) * (h - 2 * INSET) };
}

/** @param {Curve} curve @param {number} at @param {number} out */
export const slopeAt = ({ op, params }, at, out) => OPS[op]?.partials(out, at, ...params)[0] ?? NaN;

/** The tangent as a path; empty where there is none to draw. @param {Curve} curve @param {number} at @param {number} out */
export function tangentOn(curve, at, out) {
  const slope = slopeAt(curve, at, out);
  if (![at, out, slope].every(Number.isFinite)) return "";
  const { x, y, w, h, low, high } = curve;
  let [run, rise] = [(w - 2 * INSET) / (2 * REACH), (-slope * (h - 2 * INSET)) / (high - low)];
  const long = Math.hypot(run, rise);
  [run, rise] = [run / long, rise / long];
  const point = placeOn(curve, at, out);
  /** @param {number} sign */
  const within = (sign) => {
    let reach = TANGENT;
    for (const [from, step, start, end] of /** @type {const} */ ([[point.x, run * sign, x, x + w], [point.y, rise * sign, y, y + h]])) {
      if (step) reach = Math.min(reach, ((step > 0 ? end - 3 : start + 3) - from) / step);
    }
    return Math.max(reach, 0);
  };
  const [back, on] = [within(-1), within(1)];
  /** @param {number} n */
  const px = (n) => String(Math.round(n * 10) / 10);
  return `M${px(point.x - run * back)} ${px(point.y - rise * back)}L${px(point.x + run * on)} ${px(point.y + rise * on)}`;
}
