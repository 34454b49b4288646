// The output as a function of one value, sampled so that jumps are not joined: engine/sweep.py, for a function that a slider moves.
// tests/golden/sweep.json holds the two together. Pure.

import { roundUp } from "./diagram/scales.js";
import { OPS } from "./ops.js";
import { termsOf } from "./relations.js";

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {[x: number, y: number]} Point */
/** @typedef {{f: (x: number) => number, root: string, x: number, y: number, slope: number}} Curve */

const SAMPLES = 241;
/** Further up and down no plot goes. */
const LARGEST = 4e307;
/** A difference this many times the median one is looked at closely; so many are. */
const [SUSPICIOUS, MOST_LOOKS] = [8, 64];
/** But not if it is that part of all there is to see: where a curve is level, its last digit still may move. */
const TINY = 1e-9;
/** A gap that halving this often does not close is a jump. */
const HALVINGS = 50;

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
  const slope = id === root ? 1 : termsOf(trace, id).reduce((sum, { term }) => sum + term, 0);
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

/**
 * Points from low to high in pieces that may be joined, and the places between or beside them where they may not: engine/sweep.py.
 * @param {(x: number) => number} f @param {number} low @param {number} high @param {number} [samples]
 * @returns {{pieces: Point[][], breaks: number[]}}
 */
export function sweep(f, low, high, samples = SAMPLES) {
  /** @type {Point[]} */
  const points = Array.from({ length: samples }, (_, i) => low + ((high - low) * i) / (samples - 1)).map((x) => [x, f(x)]);
  const jumps = suspicious(points);
  /** @type {Point[][]} */
  const pieces = [[]];
  /** @type {number[]} */
  const breaks = [];
  for (const [i, point] of points.entries()) {
    const [here, after] = [isFinitePoint(point), points[i + 1]];
    if (here) pieces.at(-1)?.push(point);
    if (!after) break;
    if (here !== isFinitePoint(after)) {
      // The curve is drawn up to the last place where it is.
      const { last, first } = here ? edgeOf(f, point, after) : edgeOf(f, after, point);
      breaks.push(first);
      if (here) pieces.at(-1)?.push(last);
      pieces.push(here ? [] : [last]);
    } else if (jumps.has(i)) {
      const sides = jumpAt(f, point, after);
      if (!sides) continue;
      breaks.push(sides[0][0] / 2 + sides[1][0] / 2);
      pieces.at(-1)?.push(sides[0]);
      pieces.push([sides[1]]);
    }
  }
  return { pieces: pieces.filter(({ length }) => length > 0).map(distinct), breaks: [...new Set(breaks)] };
}

/** @param {Point} point */
const isFinitePoint = ([, y]) => Number.isFinite(y);

/** @param {Point[]} piece */
const distinct = (piece) => piece.filter(([x, y], i) => x !== piece[i - 1]?.[0] || y !== piece[i - 1]?.[1]);

/** Where the difference to the next point is many times the median one. @param {Point[]} points @returns {Set<number>} */
function suspicious(points) {
  const steps = points.slice(1).map(([, y], i) => Math.abs(y - (points[i]?.[1] ?? NaN)));
  const finite = steps.filter(Number.isFinite).sort((a, b) => a - b);
  const half = finite.length >> 1;
  const median = finite.length % 2 ? (finite[half] ?? 0) : ((finite[half - 1] ?? 0) + (finite[half] ?? 0)) / 2;
  const heights = points.filter(isFinitePoint).map(([, y]) => TINY * y);
  const usual = Math.max(SUSPICIOUS * median, Math.max(...heights) - Math.min(...heights));
  const found = [...steps.keys()].filter((i) => Number.isFinite(steps[i]) && (steps[i] ?? 0) > usual);
  return new Set(found.sort((a, b) => (steps[b] ?? 0) - (steps[a] ?? 0)).slice(0, MOST_LOOKS));
}

/** The last place with a finite number and the first without. @param {(x: number) => number} f @param {Point} inside @param {Point} outside */
function edgeOf(f, inside, outside) {
  let [last, first] = [inside, outside[0]];
  for (let n = 0; n < HALVINGS; n += 1) {
    const middle = last[0] / 2 + first / 2;
    if (middle === last[0] || middle === first) break;
    const y = f(middle);
    if (Number.isFinite(y)) last = [middle, y];
    else first = middle;
  }
  return { last, first };
}

/** Both sides of a jump or pole between two points; null where the function only is steep.
 * @param {(x: number) => number} f @param {Point} a @param {Point} b @returns {[Point, Point] | null} */
function jumpAt(f, a, b) {
  const atFirst = Math.abs(b[1] - a[1]);
  for (let n = 0; n < HALVINGS; n += 1) {
    const middle = a[0] / 2 + b[0] / 2;
    if (middle === a[0] || middle === b[0]) break;
    const y = f(middle);
    if (!Number.isFinite(y)) return [a, b];
    if (Math.abs(y - a[1]) > Math.abs(b[1] - y)) b = [middle, y];
    else a = [middle, y];
  }
  return Math.abs(b[1] - a[1]) > 0.5 * atFirst ? [a, b] : null;
}

/** The heights to show: all of a tame function; of one with poles what lies around its middle (app/drawing/plot.py).
 * @param {Point[][]} pieces @param {Point | null} point  where the program is, if that is in sight @param {boolean} broken */
export function visible(pieces, point, broken) {
  const ys = pieces.flat().map(([, y]) => y).sort((a, b) => a - b);
  if (ys.length === 0) return { low: (point?.[1] ?? 0) - 1, high: (point?.[1] ?? 0) + 1 };
  let [low, high] = [ys[0] ?? 0, ys.at(-1) ?? 0];
  const [ten, ninety] = [ys[Math.floor(ys.length / 10)] ?? low, ys[Math.floor((ys.length * 9) / 10)] ?? high];
  const middle = ninety - ten;
  if (middle > 0 && high - low > (broken ? 3 : 40) * middle) [low, high] = [Math.max(low, ten - middle), Math.min(high, ninety + middle)];
  if (point && isFinitePoint(point)) [low, high] = [Math.min(low, point[1]), Math.max(high, point[1])];
  [low, high] = [Math.min(Math.max(low, -LARGEST), LARGEST), Math.min(Math.max(high, -LARGEST), LARGEST)];
  if (high - low < 1e-12 * Math.max(1, Math.abs(high))) [low, high] = [low - Math.max(1, 0.1 * Math.abs(low)), high + Math.max(1, 0.1 * Math.abs(high))];
  const room = 0.06 * (high - low);
  return { low: low - room, high: high + room };
}

/** How far a plot goes if nobody says: −5 to 5, or a round range around 0 that holds the number (app/studies/plotting.py). @param {number} x */
export function reachFor(x) {
  const least = 1.25 * Math.abs(x);
  return Math.abs(x) > 4 && Math.abs(x) <= 1e11 ? roundUp(least) : 5;
}
