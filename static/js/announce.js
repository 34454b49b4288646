// The live region: the step's sentence, and whatever was just done, for those who hear the page.

import { messageOf } from "./api.js";
import { h } from "./dom.js";
import { PHASES } from "./player.js";
import { frameOf } from "./state.js";

/** @typedef {import("./state.js").Store} Store */

/** While keys are held or the story plays, only where it comes to rest is worth saying. Milliseconds. */
const SETTLE = 180;

/** @param {Store} store */
export function createAnnouncer(store) {
  const element = h("div", { class: "visually-hidden", role: "status", "aria-live": "polite", "data-announcer": true });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {string} text @param {number} [wait] */
  function say(text, wait = 0) {
    clearTimeout(timer);
    timer = setTimeout(() => void (element.textContent = text), wait);
  }

  let told = store.get().trace;
  store.watch((state) => state.step, () => {
    const { trace } = store.get();
    // Of another picture is said what made it, not that its steps have other numbers.
    if (trace !== told) return;
    const frame = frameOf(store.get());
    if (!frame || !trace) return;
    const phase = frame.phase ? `${PHASES[frame.phase].label}. ` : "";
    say(`Step ${frame.index} of ${frame.count}. ${phase}${frame.text}`.replaceAll("`", ""), SETTLE);
  }, false);

  store.watch((state) => state.trace, (trace) => void (told = trace));

  store.watch((state) => state.problem, (problem) => {
    if (!problem) return;
    const where = problem.line ? `Line ${problem.line}. ` : "";
    say(`Error. ${where}${messageOf(problem)}${problem.hint ? ` ${problem.hint}` : ""}`.replaceAll("`", ""), 900);
  }, false);

  return { element, say };
}
