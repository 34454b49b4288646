// What the table of operations needs and JavaScript's `Math` lacks: engine/kernels.py once more. Pure.
//
// The same IEEE doubles and PyTorch's conventions. tests/golden/ops.json, made by Python, holds the two together.

/** `Math.pow(1, nan)` and `Math.pow(±1, ±inf)` are nan in JavaScript and 1 in IEEE 754. @param {number} a @param {number} b */
export function pow(a, b) {
  if (a === 1) return 1;
  if (a === -1 && (b === Infinity || b === -Infinity)) return 1;
  return a ** b;
}

/** @param {number} a */
export const sign = (a) => (a > 0 ? 1 : a < 0 ? -1 : 0);

/** @param {number} a */
export function sigmoid(a) {
  if (a >= 0) return 1 / (1 + Math.exp(-a));
  const e = Math.exp(a);
  return e / (1 + e);
}

/** @param {number} a */
export const logsigmoid = (a) => Math.min(a, 0) - Math.log1p(Math.exp(-Math.abs(a)));

/** @param {number} a */
export const softplus = (a) => (a > 20 || a !== a ? a : Math.log1p(Math.exp(a)));

/** @param {number} a */
export const normalCdf = (a) => 0.5 * (1 + erf(a * Math.SQRT1_2));

/** @param {number} a */
export const geluSlope = (a) => normalCdf(a) + (a * Math.exp(-0.5 * a * a)) / Math.sqrt(2 * Math.PI);

/** @param {number} a */
export function siluSlope(a) {
  const s = sigmoid(a);
  return s * (1 + a * (1 - s));
}

/** @param {number} a */
export function mishGate(a) {
  if (a > 20) return 1;
  const e = Math.exp(a);
  const n = e * (e + 2);
  return n / (n + 2);
}

/** @param {number} a */
export function mishSlope(a) {
  if (a > 20) return 1;
  const e = Math.exp(a);
  const n = e * (e + 2);
  return n / (n + 2) + (a * 4 * e * (e + 1)) / (n + 2) ** 2;
}

const [SELU_SCALE, SELU_ALPHA] = [1.0507009873554805, 1.6732632423543772];

/** @param {number} a */
export const selu = (a) => SELU_SCALE * (a > 0 ? a : SELU_ALPHA * Math.expm1(a));

/** @param {number} a */
export const seluSlope = (a) => SELU_SCALE * (a <= 0 ? SELU_ALPHA * Math.exp(a) : 1);

const SQRT_PI = Math.sqrt(Math.PI);

/**
 * The error function to nearly full precision: a series with only positive terms (Abramowitz & Stegun 7.1.6) near 0, the continued
 * fraction (7.1.14) of what is missing to 1 further out.
 * @param {number} x
 */
export function erf(x) {
  const a = Math.abs(x);
  if (!(a < 6)) return x !== x ? NaN : Math.sign(x);
  if (a < 2) {
    let term = a;
    let sum = a;
    for (let n = 1; term > sum * 1e-17; n += 1) {
      term *= (2 * a * a) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * (2 / SQRT_PI) * Math.exp(-a * a) * sum;
  }
  let fraction = 0;
  for (let n = 120; n > 0; n -= 1) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / ((a + fraction) * SQRT_PI));
}

/** @param {number} a */
export const erfSlope = (a) => (2 / SQRT_PI) * Math.exp(-a * a);
