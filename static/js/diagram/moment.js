// What a diagram needs to know of a frame of the story. Pure.

import { frameAt, slotOf } from "../player.js";

/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("../types.js").Num} Num */
/** @typedef {import("../player.js").Frame} Frame */

/** @typedef {object} Moment
 * @property {ReadonlyMap<string, Num>} values  by slot
 * @property {import("../types.js").Phase | null} phase
 * @property {ReadonlySet<string>} active   nodes that the step is about
 * @property {ReadonlySet<string>} written  slots that it wrote
 * @property {string} text
 * @property {ReadonlySet<string>} [asked]  slots that are to be found */

/** @type {WeakMap<object, Map<string, import("../types.js").GraphEdge>>} */
const edges = new WeakMap();

/** @param {Trace} trace */
function edgesOf(trace) {
  let found = edges.get(trace.edges);
  if (!found) edges.set(trace.edges, (found = new Map(trace.edges.map((edge) => [edge.id, edge]))));
  return found;
}

/** @param {Trace} trace @param {Frame} frame @returns {Moment} */
export function momentOf(trace, frame) {
  const { phase, values, text, asked } = frame;
  if (!phase) return { values, phase, active: new Set(), written: new Set(), text, asked };
  const ends = frame.edges.flatMap((id) => {
    const edge = edgesOf(trace).get(id);
    return edge ? [edge.to, edge.from] : [];
  });
  const active = new Set([...ends, ...(frame.node ? [frame.node] : []), ...(frame.step?.writes.map((write) => write.node) ?? [])]);
  return { values, phase, active, written: new Set(frame.written), text, asked };
}

/**
 * The same of a step of a folded story: numbers of the whole one at its end, and marks of all that it stands for.
 * @param {Trace} whole @param {Frame} frame @param {readonly number[]} ends  the last step of the whole story for each step, from 0
 * @returns {Moment}
 */
export function momentWithin(whole, frame, ends) {
  const [before, end] = [ends[frame.index - 1] ?? 0, ends[frame.index] ?? 0];
  const { phase, text, asked } = frame;
  const { values } = frameAt(whole, end);
  const active = new Set();
  const written = new Set();
  for (const step of phase ? whole.steps.slice(before, end) : []) {
    const edge = edgesOf(whole).get(step.edge ?? "");
    for (const id of [edge?.to, edge?.from, step.node, ...step.writes.map((write) => write.node)]) if (id) active.add(id);
    for (const { node, field } of step.writes) written.add(slotOf(node, field));
  }
  return { values, phase, active, written, text, asked };
}

/** Which example the story is in at a step. @param {ReadonlyArray<readonly [from: number, example: number]>} homes @param {number} step */
export function homeAt(homes, step) {
  let found = homes[0]?.[1] ?? 1;
  for (const [from, example] of homes) {
    if (from > step) break;
    found = example;
  }
  return found;
}

/** The largest finite magnitude that a field of some nodes has in a story. @param {Trace} trace @param {ReadonlySet<string>} nodes @param {"data" | "grad"} field */
export function mostOf(trace, nodes, field) {
  let found = 0;
  /** @param {Num} value */
  const see = (value) => {
    const a = Math.abs(Number(value ?? 0));
    if (Number.isFinite(a) && a > found) found = a;
  };
  for (const node of trace.nodes) if (nodes.has(node.id)) see(node[field]);
  for (const { writes } of trace.steps) for (const write of writes) if (write.field === field && nodes.has(write.node)) see(write.after), see(field === "data" ? write.before : null);
  return found;
}
