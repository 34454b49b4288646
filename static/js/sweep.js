// The output as a function of one value, sampled so that jumps are not joined. Pure.

import { OPS } from "./ops.js";

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {[x: number, y: number]} Point */
/** @typedef {{f: (x: number) => number, root: string, x: number, y: number, slope: number}} Curve */

const SAMPLES = 241;
/** A gap that halving this often does not close is a jump. */
const HALVINGS = 24;

/**
 * @param {Trace} trace @param {string} id
 * @returns {Curve | null} null where data was set after it was computed: only the server knows what it was then
 */
export function curveOf(trace, id) {
  if (trace.steps.some(({ phase }) => phase === "update")) return null;
  const root = trace.steps.filter(({ phase }) => phase === "seed").at(-1)?.node ?? trace.output;
  const place = new Map(trace.nodes.map((node, i) => [node.id, i]));
  const start = place.get(id);
  const end = place.get(root ?? "");
  if (start === undefined || end === undefined) return null;
  const values = trace.nodes.map((node) => Number(node.data));
  const touched = new Set([start]);
  /** @type {{i: number, inputs: number[], op: import("./ops.js").Op, params: number[]}[]} */
  const plan = [];
  for (const [i, node] of trace.nodes.entries()) {
    const inputs = node.inputs.map((input) => place.get(input) ?? -1);
    const op = node.op ? OPS[node.op] : undefined;
    if (i === start || !inputs.some((input) => touched.has(input))) continue;
    if (!op) return null;
    touched.add(i);
    plan.push({ i, inputs, op, params: (node.params ?? []).map(Number) });
  }
  const [x, y] = [values[start] ?? NaN, values[end] ?? NaN];
  /** ∂root/∂id of the last pass: what its uses sent, or 1 for the root itself. */
  const slope = id === root ? 1 : trace.edges.filter((edge) => edge.from === id).reduce((sum, edge) => sum + Number(edge.contribution ?? 0), 0);
  return {
    root: root ?? "",
    x,
    y,
    slope,
    f(at) {
      values[start] = at;
      for (const { i, inputs, op, params } of plan) values[i] = op.forward(...inputs.map((input) => values[input] ?? NaN), ...params);
      return values[end] ?? NaN;
    },
  };
}

/** Points from low to high; null where the line is interrupted. @param {(x: number) => number} f @param {number} low @param {number} high @returns {(Point | null)[]} */
export function sampled(f, low, high) {
  /** @type {Point[]} */
  const points = Array.from({ length: SAMPLES }, (_, i) => {
    const x = low + ((high - low) * i) / (SAMPLES - 1);
    return [x, f(x)];
  });
  const finite = points.map(([, y]) => y).filter(Number.isFinite);
  const size = Math.max(...finite) - Math.min(...finite);
  /** @type {(Point | null)[]} */
  const out = [];
  for (const [i, point] of points.entries()) {
    const before = points[i - 1];
    if (!Number.isFinite(point[1])) out.push(null);
    else {
      if (before && Number.isFinite(before[1]) && Math.abs(point[1] - before[1]) > 0.02 * size && jumps(f, before, point)) out.push(null);
      out.push(point);
    }
  }
  return out;
}

/** @param {(x: number) => number} f @param {Point} a @param {Point} b */
function jumps(f, a, b) {
  const gap = Math.abs(b[1] - a[1]);
  for (let n = 0; n < HALVINGS; n += 1) {
    const middle = (a[0] + b[0]) / 2;
    const y = f(middle);
    if (!Number.isFinite(y)) return true;
    // On with the half in which more happens.
    if (Math.abs(y - a[1]) > Math.abs(b[1] - y)) b = [middle, y];
    else a = [middle, y];
  }
  return Math.abs(b[1] - a[1]) > 0.1 * gap;
}

/** The heights to show: all of a tame function; of one with poles what lies around its middle. @param {(Point | null)[]} points @param {number} y */
export function heights(points, y) {
  const ys = points.flatMap((point) => (point ? [point[1]] : [])).sort((a, b) => a - b);
  const broken = points.some((point, i) => point === null && i > 0 && i < points.length - 1);
  let low = ys[0] ?? (Number.isFinite(y) ? y - 1 : -1);
  let high = ys.at(-1) ?? low + 2;
  const [ten, ninety] = [ys[Math.floor(ys.length / 10)] ?? low, ys[Math.floor((ys.length * 9) / 10)] ?? high];
  const middle = ninety - ten;
  if (middle > 0 && high - low > (broken ? 3 : 40) * middle) [low, high] = [Math.max(low, ten - middle), Math.min(high, ninety + middle)];
  if (Number.isFinite(y)) [low, high] = [Math.min(low, y), Math.max(high, y)];
  if (high - low < 1e-12 * Math.max(1, Math.abs(high))) [low, high] = [low - 1, high + 1];
  const room = 0.06 * (high - low);
  return { low: low - room, high: high + room };
}
