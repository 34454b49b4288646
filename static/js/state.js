// What the page knows at one moment, and the frame that follows from it.

import { namesIn } from "./highlight.js";
import { frameAt } from "./player.js";
import { askedSlots, givesAway, hiddenBy } from "./quiz.js";

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {import("./types.js").Options} Options */
/** @typedef {import("./player.js").Frame} Frame */

/** One iteration of a training run: the numbers of what is trained, by key, and the question that gives the server the same.
 * @typedef {{iteration: number, numbers: Readonly<Record<string, number>>, question: Readonly<Record<string, unknown>>}} Moment */

/** @typedef {object} State
 * @property {string} source      the program as it stands in the editor
 * @property {Options} options    all but `step`
 * @property {Trace | null} trace the last good one: an error does not take it away. Its picture is the one that is shown
 * @property {Readonly<Record<string, number>>} inputs  other numbers for inputs, by key: what sliders have set
 * @property {Readonly<Record<string, number>>} own     the numbers the program itself gives its inputs
 * @property {Moment | null} moment  the iteration of a training run that is looked at
 * @property {Trace | null} live  the same story with `inputs` and `moment`; null when there are none, or when `trace` has them already
 * @property {Problem | null} problem
 * @property {number} step
 * @property {string | null} named  what the address calls this step, `grad:a`, until somebody steps; without a story yet, the step to begin at
 * @property {boolean} playing
 * @property {number} speed       steps a second
 * @property {readonly string[]} solved    asked numbers that were found, as slots
 * @property {readonly string[]} troubled  nodes where something goes wrong, while that is shown
 * @property {Readonly<Record<string, string>>} diagram  which example, colours and neuron the diagram shows
 * @property {string | null} selected  the node that is looked into
 * @property {string | null} hover  the node under the pointer, in the graph, the text or the table */

/** @typedef {import("./store.js").Store<State>} Store */

/** @param {Partial<State>} [given] @returns {State} */
export const initialState = (given = {}) => ({
  source: "", options: {}, trace: null, inputs: {}, own: {}, moment: null, live: null, problem: null, step: 0, named: null, playing: false, speed: 1, solved: [], troubled: [], diagram: {}, selected: null, hover: null, ...given,
});

/** @type {{trace: Trace | null, index: number, asked: ReadonlySet<string>, frame: Frame | null}} */
let last = { trace: null, index: -1, asked: new Set(), frame: null };

/** @type {{trace: Trace | null, quiz: string, solved: readonly string[], asked: ReadonlySet<string>}} */
let asking = { trace: null, quiz: "", solved: [], asked: new Set() };

/** The numbers that somebody is to find and has not found, as slots. @param {State} state */
export function askedOf({ trace, options, solved }) {
  const quiz = options["quiz"] ?? "";
  if (asking.trace !== trace || asking.quiz !== quiz || asking.solved !== solved) {
    const slots = trace && quiz ? askedSlots(trace, quiz) : [];
    const left = slots.filter((slot) => !solved.includes(slot));
    asking = { trace, quiz, solved, asked: trace ? hiddenBy(trace, left) : new Set() };
  }
  return asking.asked;
}

/** The story with the numbers of now. @param {State} state */
export const storyOf = ({ trace, live }) => live ?? trace;

/** The frame of a state; the same object as long as story and step are the same. @param {State} state @returns {Frame | null} */
export function frameOf(state) {
  const { step } = state;
  const trace = storyOf(state);
  if (!trace) return null;
  const asked = askedOf(state);
  if (last.trace !== trace || last.index !== step || last.asked !== asked) last = { trace, index: step, asked, frame: masked(trace, frameAt(trace, step), asked) };
  return last.frame;
}

/** Words that would give an asked number away are not said. @param {Trace} trace @param {Frame} frame @param {ReadonlySet<string>} asked @returns {Frame} */
function masked(trace, frame, asked) {
  if (asked.size === 0) return frame;
  if (!frame.step || !givesAway(trace, frame.step, asked)) return { ...frame, asked };
  return { ...frame, asked, text: "What happens here is part of the question.", step: { ...frame.step, text: "", latex: "", formula: null } };
}

/** @param {State} state */
export const digitsOf = ({ options }) => Number(options["digits"] ?? 4);

/** What to call a node: its name, else what was typed for it. @param {Trace} trace @param {import("./types.js").GraphNode} node */
export function nameOf(trace, node) {
  if (node.label) return node.label;
  const { span } = node;
  if (!span) return node.key;
  const line = [...(trace.source.split(/\r?\n/)[span.line - 1] ?? "")];
  return line.slice(span.column - 1, span.column - 1 + span.length).join("") || node.key;
}

/** What a number outside can be given to: an input that the program itself binds to a name.
 * @param {Trace} trace @returns {import("./types.js").GraphNode[]} */
export function adjustable(trace) {
  const bound = new Set(namesIn(trace.source));
  return trace.nodes.filter(({ kind, key }) => kind === "input" && bound.has(key.replace(/[#[].*$/, "")));
}
