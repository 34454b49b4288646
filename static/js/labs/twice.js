// Backward twice, zero_grad: what the leaves' grads are after each pass, each zeroing and each update.

import { h } from "../dom.js";
import { formatNumber } from "../format.js";
import { frameAt, PHASES } from "../player.js";
import { digitsOf, nameOf, storyOf } from "../state.js";

/** @typedef {import("../types.js").Trace} Trace */

/** So many leaves are shown. */
const MOST = 8;

/** Where something is finished: a pass, a row of zeroings, a row of updates. @param {Trace} trace @returns {{step: number, what: string, phase: import("../types.js").Phase}[]} */
export function milestones(trace) {
  const found = [];
  let passes = 0;
  for (const [i, { phase }] of trace.steps.entries()) {
    if (phase === "seed") passes += 1;
    const next = trace.steps[i + 1];
    const pass = phase === "seed" || phase === "backward";
    const ends = !next || (pass ? next.phase !== "backward" : next.phase !== phase);
    if (!ends || phase === "forward") continue;
    found.push({ step: i + 1, phase, what: pass ? `backward ${passes}` : phase === "update" ? "update" : "zero_grad" });
  }
  return found;
}

/** @param {import("../state.js").Store} store @param {import("./labs.js").LabTools} tools @returns {import("./labs.js").Lab} */
export function twiceLab(store, { goTo, example }) {
  const body = h("div", { class: "lab" });
  /** The keyboard stays at the milestone that it has gone to. */
  function mark() {
    const { step } = store.get();
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll("tr[data-step]"))) {
      if (Number(row.dataset["step"]) === step) row.setAttribute("aria-current", "step");
      else row.removeAttribute("aria-current");
    }
  }
  function show() {
    const state = store.get();
    const story = storyOf(state);
    if (!story) return;
    const number = (/** @type {import("../types.js").Num} */ x) => formatNumber(x, digitsOf(state));
    const leaves = story.nodes.filter((node) => !node.op && node.grad !== null).slice(0, MOST);
    const rows = milestones(story);
    const passes = story.steps.filter(({ phase }) => phase === "seed").length;
    /** @type {Map<string, import("../types.js").Num>} */
    let before = new Map();
    body.replaceChildren(
      h("p", { class: "lab-sentence" }, passes > 1
        ? "A backward pass adds to the grads of the leaves; it does not begin from 0. What is not set to 0 before is counted again."
        : "This program runs backward once. Run it again and the grads of the leaves double."),
      ...(passes < 2 && example ? [h("button", { type: "button", class: "fix", onclick: () => example("backward-twice") }, "Open a program with three passes")] : []),
      h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "After each pass" }, h("table", { class: "values" },
        h("caption", { class: "visually-hidden" }, "The leaves after each pass"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "after"), ...leaves.flatMap((node) => [h("th", { scope: "col" }, `${nameOf(story, node)}.data`), h("th", { scope: "col" }, `${nameOf(story, node)}.grad`)]))),
        h("tbody", {}, ...rows.map(({ step, what, phase }) => {
          const { values } = frameAt(story, step);
          const row = h("tr", { "data-accent": PHASES[phase].accent, "data-step": step },
            h("th", { scope: "row" }, h("button", { type: "button", class: "chip-button", onclick: () => goTo(step) }, `${what} (step ${step})`)),
            ...leaves.flatMap((node) => ["data", "grad"].map((field) => {
              const slot = `${node.id}.${field}`;
              const value = values.get(slot) ?? null;
              const changed = before.has(slot) && !Object.is(before.get(slot), value);
              return h("td", { class: changed ? "number is-written" : "number" }, number(value));
            })));
          before = values;
          return row;
        })))));
    mark();
  }
  return {
    body,
    open() {
      show();
      const stops = [store.watch(storyOf, show, false), store.watch((state) => state.step, mark, false)];
      return () => stops.forEach((stop) => stop());
    },
  };
}
