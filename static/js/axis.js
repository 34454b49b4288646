// Round ticks and where numbers lie: app/drawing/axes.py for plots that move; tests/golden/axes.json holds the two together. Pure.

import { fixed } from "./format.js";

/** @typedef {{at: (x: number) => number, ticks: {x: number, label: string}[]}} Axis */

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} exponent */
export const power = (exponent) =>
  exponent === 0 ? "1" : exponent === 1 ? "10" : `10${[...String(exponent)].map((c) => (c === "-" ? "⁻" : SUPERSCRIPT[Number(c)])).join("")}`;

/** About `wanted` ticks at round numbers. @param {number} low @param {number} high @param {number} start @param {number} end @param {number} [wanted] @returns {Axis} */
export function linear(low, high, start, end, wanted = 6) {
  const step = roundStep((high - low) / wanted);
  const first = Math.ceil(low / step - 1e-9);
  const places = Array.from({ length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1) }, (_, i) => (first + i) * step);
  const labels = labelsOf(places, step);
  return { at: (x) => start + ((x - low) / (high - low)) * (end - start), ticks: places.map((x, i) => ({ x, label: labels[i] ?? "" })) };
}

/** The nearest of 1, 2, 5 times a power of ten, by ratio. @param {number} wanted */
function roundStep(wanted) {
  const size = 10 ** Math.floor(Math.log10(wanted));
  const off = (/** @type {number} */ step) => Math.max(step / wanted, wanted / step);
  return [1, 2, 5, 10].map((factor) => factor * size).reduce((best, step) => (off(step) < off(best) ? step : best));
}

/** @param {number[]} places @param {number} step @returns {string[]} */
function labelsOf(places, step) {
  const largest = Math.max(0, ...places.map(Math.abs));
  const scientific = largest >= 1e6 || (largest > 0 && largest < 1e-3);
  const exponent = scientific ? Math.floor(Math.log10(largest)) : 0;
  const decimals = Math.max(0, exponent - Math.floor(Math.log10(step) + 1e-9));
  return places.map((x) => {
    const none = Math.abs(x) < step / 2;
    if (scientific) return none ? "0" : `${signed(x / 10 ** exponent, decimals)}·${power(exponent)}`;
    return signed(none ? 0 : x, decimals);
  });
}

/** @param {number} x @param {number} decimals */
const signed = (x, decimals) => fixed(x, decimals).replace("-", "−");

/** Powers of ten. @param {number} low @param {number} high @param {number} start @param {number} end @param {number} every @returns {Axis} */
export function logarithmic(low, high, start, end, every) {
  const ticks = [];
  for (let e = low; e <= high; e += 1) if (e % every === 0) ticks.push({ x: 10 ** e, label: power(e) });
  return { at: (x) => start + ((Math.log10(x) - low) / (high - low)) * (end - start), ticks };
}
