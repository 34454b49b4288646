// How far a forward and a central difference are from the gradient, against h, on log axes.

import { logarithmic } from "./axis.js";
import { createChart } from "./chart.js";

/** @typedef {{h: number, forward_error: import("./types.js").Num, central_error: import("./types.js").Num}} CurveRow */

/** Exponents of ten at the floor and at the top, and whether some error is exactly 0: it has a decade of its own, the lowest
 * (app/drawing/errorcurve.py; tests/golden/axes.json). @param {import("./types.js").Num[]} errors @returns {{low: number, high: number, exact: boolean}} */
export function decades(errors) {
  const known = errors.filter((error) => error !== null).map(Number);
  const found = known.filter((error) => error !== 0);
  const low = Math.floor(Math.log10(Math.max(found.length ? Math.min(...found) : 1e-16, 1e-300)));
  const high = Math.max(Math.ceil(Math.log10(found.length ? Math.max(...found) : 1)), low + 4);
  const exact = found.length < known.length;
  return { low: low - Number(exact), high, exact };
}

/** @param {CurveRow[]} rows @param {string} name */
export function errorCurve(rows, name) {
  const chart = createChart(`Error of the numeric gradient of ${name} against h: on the right truncation, on the left rounding.`, 340, 200);
  const { low, high, exact } = decades(rows.flatMap((row) => [row.forward_error, row.central_error]));
  const [left, bottom] = [48, 164];
  const x = logarithmic(-16, 0, left, chart.width - 12, 4);
  const y = logarithmic(low, high, bottom, 16, Math.max(1, Math.ceil((high - low) / 6)));
  const floor = 10 ** low;
  if (exact) y.ticks = [{ x: floor, label: "0" }, ...y.ticks.filter((tick) => tick.x > floor * 5)];
  /** @param {"forward_error" | "central_error"} field @returns {([number, number] | null)[]} */
  const points = (field) => rows.map((row) => (row[field] === null ? null : [row.h, Math.max(Number(row[field]), floor)]));
  chart.draw({
    x, y, left, bottom, xName: "h", yName: "error",
    lines: [{ kind: "backward", points: points("forward_error") }, { kind: "forward", points: points("central_error") }],
    dots: [],
  });
  return chart.element;
}
