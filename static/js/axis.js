// Round ticks and where numbers lie: app/drawing/axes.py for plots that move. Pure.

/** @typedef {{at: (x: number) => number, ticks: {x: number, label: string}[]}} Axis */

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} exponent */
export const power = (exponent) =>
  exponent === 0 ? "1" : exponent === 1 ? "10" : `10${[...String(exponent)].map((c) => (c === "-" ? "⁻" : SUPERSCRIPT[Number(c)])).join("")}`;

/** @param {number} low @param {number} high @param {number} start @param {number} end @param {number} [wanted] @returns {Axis} */
export function linear(low, high, start, end, wanted = 6) {
  const least = (high - low) / wanted;
  const size = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5].find((factor) => factor * size >= least * (1 - 1e-9)) ?? 10) * size;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i += 1) {
    const x = i * step;
    const big = Math.abs(x) >= 1e6 || (x !== 0 && step < 1e-4);
    ticks.push({ x, label: (big ? x.toExponential(1) : (i === 0 ? 0 : x).toFixed(decimals)).replace("-", "−") });
  }
  return { at: (x) => start + ((x - low) / (high - low)) * (end - start), ticks };
}

/** Powers of ten. @param {number} low @param {number} high @param {number} start @param {number} end @param {number} every @returns {Axis} */
export function logarithmic(low, high, start, end, every) {
  const ticks = [];
  for (let e = low; e <= high; e += 1) if (e % every === 0) ticks.push({ x: 10 ** e, label: power(e) });
  return { at: (x) => start + ((Math.log10(x) - low) / (high - low)) * (end - start), ticks };
}
