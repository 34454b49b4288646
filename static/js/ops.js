// The table of operations once more, so that a slider needs no server: engine/ops.py and engine/kernels.py in JavaScript. Pure.
//
// The same IEEE doubles and PyTorch's conventions at kinks. tests/golden/ops.json, made by Python, holds the two together.

/** @typedef {object} Op
 * @property {(...operands: number[]) => number} forward  operands: the inputs, then the node's plain parameters
 * @property {(out: number, ...operands: number[]) => number[]} partials  ∂out/∂input, one per input
 * @property {boolean} [gate]  a slope of 0 lets nothing through, not even inf or nan */

/** `Math.pow(1, nan)` and `Math.pow(±1, ±inf)` are nan in JavaScript and 1 in IEEE 754. @param {number} a @param {number} b */
export function pow(a, b) {
  if (a === 1) return 1;
  if (a === -1 && (b === Infinity || b === -Infinity)) return 1;
  return a ** b;
}

/** @param {number} a */
export function sigmoid(a) {
  if (a >= 0) return 1 / (1 + Math.exp(-a));
  const e = Math.exp(a);
  return e / (1 + e);
}

/** @param {number} a */
const softplus = (a) => (a > 20 || a !== a ? a : Math.log1p(Math.exp(a)));

/** @param {number} a */
const normalCdf = (a) => 0.5 * (1 + erf(a * Math.SQRT1_2));

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

/** @param {number} out @param {number} a @param {number} b @returns {[number, number]} */
function powPartials(out, a, b) {
  return [b === 0 ? 0 : b * pow(a, b - 1), a === 0 && b >= 0 ? 0 : out * Math.log(a)];
}

/** @param {number} a @param {number} b */
const max = (a, b) => (a >= b || a !== a ? a : b);
/** @param {number} a @param {number} b */
const min = (a, b) => (a <= b || a !== a ? a : b);
/** @param {number} a */
const sign = (a) => (a > 0 ? 1 : a < 0 ? -1 : 0);

/** @type {Record<string, Op>} */
export const OPS = {
  add: { forward: (a, b) => a + b, partials: () => [1, 1] },
  sub: { forward: (a, b) => a - b, partials: () => [1, -1] },
  mul: { forward: (a, b) => a * b, partials: (_, a, b) => [b, a] },
  div: { forward: (a, b) => a / b, partials: (out, _, b) => [1 / b, -(out / b)] },
  neg: { forward: (a) => -a, partials: () => [-1] },
  pow: { forward: pow, partials: powPartials },
  exp: { forward: Math.exp, partials: (out) => [out] },
  log: { forward: Math.log, partials: (_, a) => [1 / a] },
  sqrt: { forward: Math.sqrt, partials: (out) => [1 / (2 * out)] },
  abs: { forward: Math.abs, partials: (_, a) => [sign(a)] },
  sin: { forward: Math.sin, partials: (_, a) => [Math.cos(a)] },
  cos: { forward: Math.cos, partials: (_, a) => [-Math.sin(a)] },
  tan: { forward: Math.tan, partials: (out) => [1 + out * out] },
  atan: { forward: Math.atan, partials: (_, a) => [1 / (1 + a * a)] },
  tanh: { forward: Math.tanh, partials: (out) => [1 - out * out] },
  sigmoid: { forward: sigmoid, partials: (out) => [out * (1 - out)] },
  relu: { forward: (a) => (a < 0 ? 0 : a), partials: (_, a) => [a <= 0 ? 0 : 1], gate: true },
  leaky_relu: { forward: (a, slope) => (a > 0 ? a : slope * a), partials: (_, a, slope) => [a > 0 ? 1 : slope] },
  softplus: { forward: softplus, partials: (_, a) => [a > 20 ? 1 : sigmoid(a)] },
  gelu: {
    forward: (a) => a * normalCdf(a),
    partials: (_, a) => [normalCdf(a) + (a * Math.exp(-0.5 * a * a)) / Math.sqrt(2 * Math.PI)],
  },
  silu: {
    forward: (a) => a * sigmoid(a),
    partials: (_, a) => {
      const s = sigmoid(a);
      return [s * (1 + a * (1 - s))];
    },
  },
  max: { forward: max, partials: (_, a, b) => (a === b ? [0.5, 0.5] : [a < b ? 0 : 1, b < a ? 0 : 1]), gate: true },
  min: { forward: min, partials: (_, a, b) => (a === b ? [0.5, 0.5] : [a > b ? 0 : 1, b > a ? 0 : 1]), gate: true },
};
