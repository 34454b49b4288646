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
  const written = new Set(frame.written);
  const [first, last] = frame.step?.covers ?? [0, -1];
  if (trace.tape) for (const { about, slot } of hiddenSteps(trace.tape).slice(first - 1, last)) {
    for (const id of about) active.add(id);
    written.add(slot);
  }
  return { values, phase, active, written, text, asked };
}

/** What each step of a whole story is about, and which number it writes. @type {WeakMap<import("../types.js").Tape["operations"], {about: string[], slot: string}[]>} */
const hidden = new WeakMap();

/** A folded story does not tell what happens inside: app/tape.py has the operations, and their order is that of the steps.
 * @param {import("../types.js").Tape} tape */
function hiddenSteps({ ids, operations, root }) {
  const known = hidden.get(operations);
  if (known) return known;
  /** @param {number} i */
  const id = (i) => ids[i] ?? "";
  const steps = operations.map(([out]) => ({ about: [id(out)], slot: slotOf(id(out), "data") }));
  steps.push({ about: [id(root)], slot: slotOf(id(root), "grad") });
  const leading = new Set([root]);
  for (const [out, , inputs] of [...operations].reverse()) {
    if (!leading.has(out)) continue;
    for (const input of inputs) {
      leading.add(input);
      steps.push({ about: [id(out), id(input)], slot: slotOf(id(input), "grad") });
    }
  }
  hidden.set(operations, steps);
  return steps;
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
  if (trace.tape) {
    const { values } = frameAt(trace, trace.steps.length);
    for (const id of nodes) see(values.get(slotOf(id, field)) ?? null);
  }
  for (const node of trace.nodes) if (nodes.has(node.id)) see(node[field]);
  for (const { writes } of trace.steps) for (const write of writes) if (write.field === field && nodes.has(write.node)) see(write.after), see(field === "data" ? write.before : null);
  return found;
}
