// How far a forward and a central difference are from the gradient, against h, on log axes.

import { logarithmic } from "./axis.js";
import { createChart } from "./chart.js";

/** @typedef {{h: number, forward_error: import("./types.js").Num, central_error: import("./types.js").Num}} CurveRow */

/** @param {CurveRow[]} rows @param {string} name */
export function errorCurve(rows, name) {
  const chart = createChart(`Error of the numeric gradient of ${name} against h: on the right truncation, on the left rounding.`, 340, 200);
  const errors = rows.flatMap((row) => [row.forward_error, row.central_error]).map(Number).filter((e) => e > 0 && Number.isFinite(e));
  const low = Math.floor(Math.log10(Math.max(Math.min(...errors, 1), 1e-18)));
  const high = Math.max(Math.ceil(Math.log10(Math.max(...errors, 1e-18))), low + 4);
  const [left, bottom] = [48, 164];
  const x = logarithmic(-16, 0, left, chart.width - 12, 4);
  const y = logarithmic(low, high, bottom, 16, Math.max(1, Math.ceil((high - low) / 6)));
  /** An error of exactly 0 lies on the floor. @param {"forward_error" | "central_error"} field @returns {([number, number] | null)[]} */
  const points = (field) => rows.map((row) => {
    const error = row[field];
    return error === null || !Number.isFinite(Number(error)) ? null : [row.h, Math.max(Number(error), 10 ** low)];
  });
  chart.draw({
    x, y, left, bottom, xName: "h", yName: "error",
    lines: [{ kind: "backward", points: points("forward_error") }, { kind: "forward", points: points("central_error") }],
    dots: [],
  });
  return chart.element;
}

