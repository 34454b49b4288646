// Where we are in the story: steps and an index → what is known and what is happening. Pure: no page, no network, no editor.
//
// A frame is computed from step 0 each time, so going back is exactly as right as going forward.

import { deckOf } from "./tape.js";

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").Step} Step */
/** @typedef {import("./types.js").Num} Num */
/** @typedef {import("./types.js").Phase} Phase */

/** Names of numbers, `n4.data`: the same as `data-slot` in the picture.
 * @typedef {string} Slot */

/** @typedef {object} Frame
 * @property {number} index
 * @property {number} count
 * @property {Map<Slot, Num>} values
 * @property {Step | null} step
 * @property {Phase | null} phase
 * @property {string | null} node   the node of the step
 * @property {string[]} edges   the edges the step goes along
 * @property {Slot[]} written       the numbers the step wrote
 * @property {string[]} read        the nodes the step looked at
 * @property {string} text
 * @property {ReadonlySet<string>} [asked]  numbers that are to be found: nobody shows them */

/** What the server says before there is a step; boot.js writes it here. */
export const WORDS = { start: "" };

/** How phases are told to people; several phases may share a band and an accent.
 * @type {Record<Phase, {band: string, label: string, accent: "forward" | "backward" | "update"}>} */
export const PHASES = {
  forward: { band: "Forward", label: "Forward", accent: "forward" },
  seed: { band: "Backward", label: "Backward", accent: "backward" },
  backward: { band: "Backward", label: "Backward", accent: "backward" },
  zero_grad: { band: "Update", label: "Zero grad", accent: "update" },
  update: { band: "Update", label: "Update", accent: "update" },
};

/** @param {number} index @param {number} count */
export const clampStep = (index, count) => Math.min(Math.max(Math.trunc(index) || 0, 0), count);

/** @type {WeakMap<Trace, Map<Slot, Num>>} */
const starts = new WeakMap();

/** Slots are looked up far more often than there are any. @type {Map<string, Record<string, Slot>>} */
const names = new Map();

/** @param {string} id  of a node or an edge @param {string} field @returns {Slot} */
export function slotOf(id, field) {
  let known = names.get(id);
  if (!known) names.set(id, (known = {}));
  return (known[field] ??= `${id}.${field}`);
}

/** What is known before step 1 of a story that was made from another one. @param {Trace} trace @param {Map<Slot, Num>} values */
export const startWith = (trace, values) => void starts.set(trace, values);

/**
 * What is known before step 1: the first data of inputs, constants and parameters, and grads that passes left which are not told.
 * An operation's first write has `before: null`, a grad's `null` or 0.
 * @param {Trace} trace
 * @returns {Map<Slot, Num>}
 */
export function initialValues(trace) {
  const known = starts.get(trace);
  if (known) return new Map(known);
  /** @type {Map<Slot, Num>} */
  const values = new Map();
  for (const node of trace.nodes) {
    values.set(slotOf(node.id, "data"), node.data);
    values.set(slotOf(node.id, "grad"), node.grad);
  }
  /** @type {Set<Slot>} */
  const seen = new Set();
  for (const step of trace.steps) {
    for (const write of step.writes) {
      const slot = slotOf(write.node, write.field);
      if (seen.has(slot)) continue;
      seen.add(slot);
      values.set(slot, write.field === "data" || write.before ? write.before : null);
    }
  }
  starts.set(trace, values);
  return new Map(values);
}

/** A step as a step of the whole story, with nothing folded. @param {Trace | null} trace @param {number} step */
export const wholeStep = (trace, step) => trace?.steps[step - 1]?.covers?.[1] ?? step;

/** The numbers of what is folded. @param {Map<Slot, Num>} values @param {import("./types.js").Tape} tape @param {number} step  of the whole story */
function addHidden(values, tape, step) {
  const player = deckOf(tape)?.play({});
  if (!player) return;
  player.to(step);
  for (const [i, id] of tape.ids.entries()) {
    const [data, grad] = [slotOf(id, "data"), slotOf(id, "grad")];
    if (!values.has(data)) values.set(data, player.known.data[i] ?? null).set(grad, player.known.grad[i] ?? null);
  }
}

/**
 * @param {Trace} trace
 * @param {number} index
 * @returns {Frame}
 */
export function frameAt(trace, index) {
  const count = trace.steps.length;
  const end = clampStep(index, count);
  const values = initialValues(trace);
  for (let i = 0; i < end; i += 1) {
    for (const write of trace.steps[i]?.writes ?? []) values.set(slotOf(write.node, write.field), write.after);
    for (const write of trace.steps[i]?.edge_writes ?? []) values.set(slotOf(write.edge, write.field), write.after);
  }
  const step = end > 0 ? (trace.steps[end - 1] ?? null) : null;
  if (trace.tape) addHidden(values, trace.tape, step?.covers?.[1] ?? 0);
  return {
    index: end,
    count,
    values,
    step,
    phase: step?.phase ?? null,
    node: step?.node ?? null,
    edges: step ? edgesOf(step) : [],
    written: step ? [...step.writes.map((write) => slotOf(write.node, write.field)), ...(step.edge_writes ?? []).map((write) => slotOf(write.edge, write.field))] : [],
    read: step ? nodesRead(trace, step) : [],
    text: step ? step.text : WORDS.start,
  };
}

/** @param {Step} step @returns {string[]} */
export const edgesOf = (step) => step.edges ?? (step.edge ? [step.edge] : []);

/** Forward reads the operands; a contribution reads the upstream gradient at the other end of its edge.
 * @param {Trace} trace @param {Step} step @returns {string[]} */
function nodesRead(trace, step) {
  if (step.phase === "forward") return [...new Set(trace.nodes.find((node) => node.id === step.node)?.inputs ?? [])];
  if (step.phase === "backward" && (step.edges?.length ?? 0) > 1) return step.node ? [step.node] : [];
  if (step.phase !== "backward" || !step.edge) return [];
  const edge = trace.edges.find((candidate) => candidate.id === step.edge);
  return edge ? [edge.to].filter((id) => id !== step.writes[0]?.node) : [];
}

/** @typedef {{label: string, accent: string, from: number, to: number}} Band */

/**
 * Runs of steps that belong together, for the marks under the scrubber. `from` is the position before the band's first step.
 * @param {Step[]} steps
 * @returns {Band[]}
 */
export function bandsOf(steps) {
  /** @type {Band[]} */
  const bands = [];
  for (const [i, step] of steps.entries()) {
    const { band: label, accent } = PHASES[step.phase] ?? PHASES.forward;
    const last = bands.at(-1);
    if (last && last.label === label) last.to = i + 1;
    else bands.push({ label, accent, from: i, to: i + 1 });
  }
  return bands;
}

/**
 * The next or previous border between bands, the two ends included.
 * @param {Step[]} steps @param {number} index @param {1 | -1} direction
 */
export function nextBoundary(steps, index, direction) {
  const borders = [0, ...bandsOf(steps).map((band) => band.to)];
  if (direction > 0) return borders.find((border) => border > index) ?? steps.length;
  return borders.filter((border) => border < index).at(-1) ?? 0;
}

/** The step of the finished picture: the last, but before an update that training makes. @param {Trace} trace */
export const endOf = ({ steps, end }) => end ?? steps.length;

/** `step=` of an address that says more than a number does: it is kept as it was written until somebody steps. Which step it is, the
 * server says. @param {string | null | undefined} name */
export const lasting = (name) => (name && !/^(\d+|end)$/.test(name) ? name : null);

/**
 * Where to stand after an edit: who stood at the end stays at the end, everybody else keeps their step if it still exists.
 * @param {number} step @param {Trace | null} before @param {Trace} now
 */
export const stepAfterEdit = (step, before, now) => (!before || step === endOf(before) ? endOf(now) : step >= before.steps.length ? now.steps.length : clampStep(step, now.steps.length));

/**
 * The node a place in the text belongs to: the shortest span around it.
 * @param {Trace} trace @param {number} line @param {number} column  from 1, in code points
 * @returns {string | null}
 */
export function nodeAtPosition(trace, line, column) {
  let best = null;
  let shortest = Infinity;
  for (const { id, span } of trace.nodes) {
    if (!span || span.line !== line || column < span.column || column > span.column + span.length) continue;
    if (span.length < shortest) [best, shortest] = [id, span.length];
  }
  return best;
}
