// The address bar always holds the program, the step and the view; the last program is also kept in this browser.

import { memory } from "./dom.js";
import { codeOfPath, decodeProgram, encodeProgram, fromQuery, inputsOf, inputsText, pageLink } from "./links.js";
import { endOf } from "./player.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./types.js").Options} Options */
/** @typedef {{source: string, options: Options, step: string | undefined, inputs?: Readonly<Record<string, number>>}} Saved */

const LAST = "stepgrad.last";
/** Browsers refuse replaceState when it is called too often (Safari: 100 times in 30 s). */
const PAUSE = 300;

/** `step=` for a link: as it was written, until somebody steps; the end is the default and left out. @param {import("./state.js").State} state */
export function stepOption({ trace, step, named }) {
  if (named !== null) return named;
  const at = Math.min(step, trace?.steps.length ?? 0);
  return !trace || at === endOf(trace) ? undefined : String(at);
}

/** The options with the iteration that is seen: they themselves are told of it when it rests. @param {import("./state.js").State} state @returns {Options} */
export const seenOptions = ({ options, moment }) => (moment ? { ...options, iteration: String(moment.iteration) } : options);

/** Options and step as a link wants them. @param {import("./state.js").State} state @returns {Options} */
export function linkOptions(state) {
  const step = stepOption(state);
  const inputs = inputsText(state.inputs);
  return { ...seenOptions(state), ...(step === undefined ? {} : { step }), ...(inputs ? { inputs } : {}) };
}

/** The code of the program as it stands: the server's spelling when it has answered. @param {import("./state.js").State} state */
export const codeOf = (state) => (state.trace?.source === state.source && state.trace.code ? Promise.resolve(state.trace.code) : encodeProgram(state.source));

/**
 * @param {Store} store
 * @param {{base: string, onBack: (saved: Saved) => void}} how
 */
export function createAddress(store, { base, onBack }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let push = false;

  /** @returns {Saved} */
  const now = () => ({ source: store.get().source, options: store.get().options, step: stepOption(store.get()), inputs: store.get().inputs });

  async function write() {
    timer = undefined;
    const state = store.get();
    const { source, options } = state;
    const url = source.trim() === "" ? base : pageLink(base, await codeOf(state), linkOptions(state));
    // While the code was made, the world went on: what it says now is written next.
    if (store.get().source !== source || store.get().options !== options) return soon();
    const saved = now();
    const { present: _, ...kept } = saved.options;
    memory.write(LAST, JSON.stringify({ ...saved, options: kept }));
    if (url === location.pathname + location.search) return history.replaceState(saved, "", url);
    if (push) history.pushState(saved, "", url);
    else history.replaceState(saved, "", url);
    push = false;
  }

  function soon() {
    timer ??= setTimeout(write, PAUSE);
  }

  const start = () => {
    history.replaceState(now(), "");
    for (const part of [/** @param {import("./state.js").State} s */ (s) => s.source, stepOption, /** @param {import("./state.js").State} s */ (s) => s.options, /** @param {import("./state.js").State} s */ (s) => s.inputs, /** @param {import("./state.js").State} s */ (s) => s.trace]) {
      store.watch(/** @type {(state: import("./state.js").State) => unknown} */ (part), soon, false);
    }
    soon();
  };
  addEventListener("popstate", async ({ state }) => {
    if (isSaved(state)) return onBack(state);
    const source = await decodeProgram(codeOfPath(location.pathname) ?? "");
    const { step, inputs, ...options } = fromQuery(location.search);
    if (source !== null) onBack({ source, options, step, inputs: inputsOf(inputs) });
  });
  addEventListener("pagehide", () => {
    if (timer) void write();
  });

  return {
    start,
    /** What comes next is a new place to go back from, not a change of this one. */
    nextIsNew() {
      history.replaceState(now(), "");
      push = true;
    },
  };
}

/** @returns {Saved | null} */
export function lastProgram() {
  try {
    const saved = JSON.parse(memory.read(LAST) ?? "null");
    return isSaved(saved) && saved.source.trim() ? saved : null;
  } catch {
    return null;
  }
}

/** @param {unknown} value @returns {value is Saved} */
function isSaved(value) {
  if (typeof value !== "object" || value === null) return false;
  const { source, options } = /** @type {Partial<Saved>} */ (value);
  return typeof source === "string" && typeof options === "object" && options !== null;
}
