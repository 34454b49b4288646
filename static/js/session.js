// From an edit to an answer: waits for the typing to rest, asks the server, keeps the last good graph when it refuses.

import { valueOf } from "./links.js";
import { endOf, initialValues, lasting, startWith, stepAfterEdit } from "./player.js";
import { createReplay, sameShape } from "./replay.js";
import { adjustable } from "./state.js";
import { affecting } from "./tables.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./types.js").Options} Options */
/** @typedef {(body: Record<string, unknown>) => Promise<import("./api.js").Answer>} Ask */
/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {ReturnType<typeof createSession>} Session */

/** Milliseconds without a key before the server is asked. */
const REST = 120;
/** The same while a slider moves. */
const TELL = 90;
/** Options that the server refuses where the program has no value of the name they give. */
const NAMING = ["highlight", "quiz"];
/** So many values are told while a slider moves; more make the browser wait. */
const SMALL = 150;

/**
 * @param {Store} store
 * @param {{graph: Ask, told: Ask}} api  `graph` ends its own earlier request, `told` does not
 */
export function createSession(store, api) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {number} [wait] */
  function askSoon(wait = REST) {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  }

  async function ask() {
    clearTimeout(timer);
    const { source, options, named } = store.get();
    const answer = await api.graph({ source, ...bodyOptions({ options, named }) });
    if ("stale" in answer || store.get().source !== source) return;
    if ("problem" in answer) {
      if (forgotten(answer.problem, named)) return void ask();
      if (answer.problem.code === "node" && NAMING.some((name) => name in options)) {
        // What they name was in the program that was there before.
        store.set({ options: Object.fromEntries(Object.entries(store.get().options).filter(([name]) => !NAMING.includes(name))) });
        return void ask();
      }
      store.set({ problem: answer.problem });
      if (answer.problem.retryAfter) askSoon(Math.min(answer.problem.retryAfter, 60) * 1000);
      return;
    }
    const { trace } = answer;
    const old = store.get();
    const place = placeIn(trace, named) ?? { step: stepAfterEdit(old.step, old.trace, trace) };
    const own = ownNumbers(trace);
    // A number somebody types is meant, and a name that is gone has none.
    const inputs = Object.fromEntries(Object.entries(old.inputs).filter(([key]) => key in own && (!(key in old.own) || Object.is(old.own[key], own[key]))));
    store.set({ trace, own, live: null, problem: null, ...place, playing: old.playing && place.step < trace.steps.length, hover: null });
    follow({ inputs });
  }

  /** Where a step that was asked for by name is in a new story; null where none was, or where somebody has stepped meanwhile.
   * @param {Trace} trace @param {string | null} named */
  const placeIn = (trace, named) => (named !== null && store.get().named === named ? { step: trace.step, named: lasting(named) } : null);

  /** Whether it was the step that there is not, no longer asked for now: the end is shown instead. @param {import("./types.js").Problem} problem @param {string | null} named */
  function forgotten({ code }, named) {
    if (code !== "step" || named === null) return false;
    if (store.get().named === named) store.set({ named: "end" });
    return true;
  }

  /** @type {{trace: Trace, replay: import("./replay.js").Replay | null} | null} */
  let replayed = null;
  /** The words that the server last found for this graph. @type {{trace: Trace, steps: Trace["steps"]} | null} */
  let words = null;
  let telling = false;
  /** Whether the end was shown before an iteration's story, which ends with an update, took its place. */
  let wasAtEnd = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let tellTimer;

  /** Other numbers: the picture follows at once, by itself; the words when the server has found them.
   * @param {Partial<Pick<import("./state.js").State, "inputs" | "moment">>} change */
  function follow(change) {
    const before = store.get();
    const { trace, own, inputs, moment } = { ...before, ...change };
    if (!trace) return store.set(change);
    const none = Object.keys(inputs).length === 0 && Object.keys(before.inputs).length === 0 && moment === null && before.moment === null;
    if (none) return store.set(change);
    if (replayed?.trace !== trace) replayed = { trace, replay: createReplay(trace) };
    const now = replayed.replay?.({ ...own, ...inputs, ...moment?.numbers });
    if (now) store.set({ ...change, live: withWords(now, words?.trace === trace ? words.steps : null) });
    else store.set(change);
    tellSoon();
  }

  /** @param {Readonly<Record<string, number>>} inputs */
  const setInputs = (inputs) => follow({ inputs });

  function tellSoon() {
    const { trace } = store.get();
    // While a slider moves, a small graph is told anew all the time, a large one when the slider rests.
    if ((trace?.nodes.length ?? 0) > SMALL) clearTimeout(tellTimer);
    else if (tellTimer !== undefined) return;
    tellTimer = setTimeout(tell, (trace?.nodes.length ?? 0) > SMALL ? REST : TELL);
  }

  async function tell() {
    tellTimer = undefined;
    if (telling) return tellSoon();
    const { source, options, inputs, moment, trace, named } = store.get();
    if (!trace) return;
    telling = true;
    const answer = await api.told({ source, ...(Object.keys(inputs).length ? { inputs } : {}), ...bodyOptions({ options, named }), ...moment?.question });
    telling = false;
    const now = store.get();
    if (now.trace !== trace || now.source !== source) return;
    if (now.inputs !== inputs || now.moment !== moment) return tellSoon();
    if ("problem" in answer) {
      if (forgotten(answer.problem, named)) return tellSoon();
      if (answer.problem.status === 422) store.set({ problem: answer.problem });
      return;
    }
    if (!("trace" in answer)) return;
    if (moment) return tellMoment(answer.trace, trace, named);
    if (sameShape(answer.trace, trace)) {
      words = { trace, steps: answer.trace.steps };
      store.set({ live: answer.trace, problem: null });
    } else {
      // Another way through the program: another picture.
      const step = wasAtEnd ? endOf(answer.trace) : stepAfterEdit(now.step, trace, answer.trace);
      wasAtEnd = false;
      store.set({ trace: answer.trace, live: null, problem: null, step, ...placeIn(answer.trace, named) });
    }
  }

  /** The story of an iteration has an update at its end and leaves out what is not trained: here only its words are wanted, unless
   * it has the only numbers. @param {Trace} told @param {Trace} trace @param {string | null} named */
  function tellMoment(told, trace, named) {
    const { live, step } = store.get();
    if (live && replayed?.trace === trace && replayed.replay) {
      const found = new Map([...told.steps].reverse().map((each) => [stepKey(each), each]));
      words = { trace, steps: trace.steps.map((each) => found.get(stepKey(each)) ?? each) };
      return store.set({ live: withWords(live, words.steps), problem: null });
    }
    wasAtEnd ||= step === endOf(trace);
    const end = endOf(told);
    store.set({ trace: told, live: null, problem: null, step: step === endOf(trace) ? end : Math.min(step, end), ...placeIn(told, named) });
  }

  return {
    ask,
    /** @param {string} source */
    edit(source) {
      store.set({ source });
      askSoon();
    },
    setInputs,
    /** An iteration of a training run, or null: the program's own numbers again. @param {import("./state.js").Moment | null} moment */
    setMoment: (moment) => follow({ moment }),
    /** A program and its numbers as they were, or as they are to be.
     * @param {{source: string, inputs: Readonly<Record<string, number>>, options?: Options, named?: string | null}} what */
    restore({ source, inputs, options = store.get().options, named = store.get().named }) {
      if (source === store.get().source) return setInputs(inputs);
      store.set({ source, inputs, options, named, own: {} });
      void ask();
    },
    /** The story at hand has other numbers than the program's: find out what those are. */
    async learn() {
      const { source, options, trace } = store.get();
      const answer = await api.told({ source, ...bodyOptions({ options, named: null }) });
      if ("trace" in answer && store.get().trace === trace) store.set({ own: ownNumbers(answer.trace) });
    },
    /** Another program, from the gallery or the address. @param {{source: string, options?: Options, step?: string | undefined, inputs?: Readonly<Record<string, number>>}} what */
    open({ source, options, step, inputs = {} }) {
      store.set({ source, named: step ?? "end", playing: false, hover: null, inputs, own: {}, moment: null, ...(options ? { options } : {}) });
      return ask();
    },
    /** @param {Options} change  an empty string takes an option back to its default */
    setOptions(change) {
      const options = { ...store.get().options };
      for (const [name, value] of Object.entries(change)) {
        if (value === "") delete options[name];
        else options[name] = value;
      }
      store.set({ options });
      if (Object.keys(change).some((name) => serverOptions().includes(name))) void ask();
    },
  };
}

/** What the server has to draw; colours and numbers are changed here. */
const serverOptions = () => affecting("story", "structure", "marks");

/** @param {Pick<import("./state.js").State, "options" | "named">} state */
function bodyOptions({ options, named }) {
  // A name is the server's to resolve. The picture is as it is before the first step, else: the player marks the steps itself.
  /** @type {Record<string, unknown>} */
  const body = { step: named ?? "start" };
  for (const name of serverOptions()) {
    const text = options[name];
    if (text !== undefined) body[name] = valueOf(name, text) ?? text;
  }
  return body;
}

/** @param {Trace} trace @returns {Record<string, number>} */
export const ownNumbers = (trace) => Object.fromEntries(adjustable(trace).map((node) => [node.key, Number(initialValues(trace).get(`${node.id}.data`))]));

/** What a step is about, in any story of the same graph. @param {Trace["steps"][number]} step */
const stepKey = ({ phase, node, edge, edges }) => `${phase} ${node} ${edge} ${edges?.join() ?? ""}`;

/** @param {Trace} trace @param {Trace["steps"] | null} words @returns {Trace} */
function withWords(trace, words) {
  if (!words) return trace;
  const told = { ...trace, steps: trace.steps.map((step, i) => ({ ...(words[i] ?? step), writes: step.writes, ...(step.edge_writes ? { edge_writes: step.edge_writes } : {}) })) };
  startWith(told, initialValues(trace));
  return told;
}
