// From an edit to an answer: waits for the typing to rest, asks the server, keeps the last good graph when it refuses.

import { SERVER_OPTIONS } from "./links.js";
import { resolveStep, stepAfterEdit } from "./player.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./types.js").Options} Options */
/** @typedef {ReturnType<typeof createSession>} Session */

/** Milliseconds without a key before the server is asked. */
const REST = 120;

/**
 * @param {Store} store
 * @param {{graph: (body: Record<string, unknown>) => Promise<import("./api.js").Answer>}} api
 */
export function createSession(store, api) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** A step asked for by name, before there is a story to find it in. @type {string | undefined} */
  let wanted;

  /** @param {number} [wait] */
  function askSoon(wait = REST) {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  }

  async function ask() {
    clearTimeout(timer);
    const { source, options } = store.get();
    const answer = await api.graph({ source, ...bodyOptions(options) });
    if ("stale" in answer || store.get().source !== source) return;
    if ("problem" in answer) {
      store.set({ problem: answer.problem });
      if (answer.problem.retryAfter) askSoon(Math.min(answer.problem.retryAfter, 60) * 1000);
      return;
    }
    const { trace } = answer;
    const old = store.get();
    const step = wanted === undefined ? null : resolveStep(trace, wanted);
    wanted = undefined;
    const kept = stepAfterEdit(old.step, old.trace?.steps.length ?? 0, trace.steps.length);
    store.set({ trace, problem: null, step: step ?? kept, playing: old.playing && kept < trace.steps.length, hover: null });
  }

  return {
    ask,
    /** @param {string} source */
    edit(source) {
      store.set({ source });
      askSoon();
    },
    /** Another program, from the gallery or the address. @param {{source: string, options?: Options, step?: string | undefined}} what */
    open({ source, options, step }) {
      wanted = step ?? "end";
      store.set({ source, playing: false, hover: null, ...(options ? { options } : {}) });
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
      if (Object.keys(change).some((name) => SERVER_OPTIONS.includes(name))) void ask();
    },
  };
}

/** @param {Options} options */
function bodyOptions(options) {
  // The picture as it is before the first step: the player marks the steps itself.
  /** @type {Record<string, unknown>} */
  const body = { step: "start" };
  for (const name of SERVER_OPTIONS) {
    const value = options[name];
    if (value !== undefined) body[name] = name === "digits" ? Number(value) : value;
  }
  return body;
}
