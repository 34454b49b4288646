// Predict: numbers are hidden, somebody types them, and is told; when wrong, the rule that was missed. Nothing is kept.

import { h } from "../dom.js";
import { formatNumber } from "../format.js";
import { loadMaths } from "../maths.js";
import { askedSlots, isRight, readNumber } from "../quiz.js";
import { stepsOf, termsOf } from "../relations.js";
import { adjustable, digitsOf, nameOf, storyOf } from "../state.js";

/** @typedef {import("../types.js").Trace} Trace */

/** @param {import("../state.js").Store} store @param {import("./labs.js").LabTools} tools @returns {import("./labs.js").Lab} */
export function predictLab(store, { setOptions, say }) {
  const list = h("ul", { class: "quiz" });
  const score = h("p", { class: "lab-sentence", role: "status" });
  const what = h("div", { class: "chips", role: "group", "aria-label": "What is hidden" });
  const body = h("div", { class: "lab" }, score, what, list);
  /** @type {import("../maths.js").Typeset | null} */
  let typeset = null;
  let built = "";

  /** @param {Trace} trace @param {string} field @param {(node: import("../types.js").GraphNode) => boolean} test */
  const names = (trace, field, test) => {
    const keys = trace.nodes.filter(test).map(({ key }) => key).slice(0, 12);
    return keys.length ? `${field}:${keys.sort().join(",")}` : "";
  };
  /** @param {Trace} trace @returns {[string, string][]} */
  function quizzes(trace) {
    const inputs = new Set(adjustable(trace).map(({ id }) => id));
    const inner = (/** @type {import("../types.js").GraphNode} */ node) => Boolean(node.op) && node.id !== trace.output;
    return /** @type {[string, string][]} */ ([
      ["Grads of the inputs", names(trace, "grad", ({ id }) => inputs.has(id))],
      ["Grads in between", names(trace, "grad", inner)],
      ["All data", names(trace, "data", ({ op }) => Boolean(op))],
    ].filter(([, quiz]) => quiz));
  }

  function build() {
    const state = store.get();
    const story = storyOf(state);
    // Of a program that is only just opened nothing is known yet.
    if (!story || story.source !== state.source) return;
    const choices = quizzes(story);
    const quiz = state.options["quiz"] ?? "";
    if (!quiz) {
      const first = choices[0]?.[1];
      if (first) setOptions({ quiz: first });
      return;
    }
    // The picture of a question comes a moment after its words: whoever types already goes on typing.
    const key = `${story.source}\n${quiz}`;
    if (key === built) return;
    built = key;
    const held = what.contains(document.activeElement);
    what.replaceChildren(...choices.map(([label, value]) => h("button", { type: "button", class: "chip-button", "aria-pressed": String(value === quiz), onclick: () => setOptions({ quiz: value }) }, label)));
    if (held) /** @type {HTMLElement | null} */ (what.querySelector("[aria-pressed=true]"))?.focus();
    const slots = askedSlots(story, quiz);
    store.set({ solved: [] });
    list.replaceChildren(...slots.map((slot) => question(story, slot)));
    tally(slots);
  }

  /** @param {string[]} slots */
  function tally(slots) {
    const done = store.get().solved.length;
    score.textContent = slots.length === 0 ? "No number of this program is asked for." : done === slots.length ? `All ${done} are right.` : `What do the ? stand for? ${done} of ${slots.length} found.`;
  }

  /** @param {Trace} trace @param {string} slot */
  function question(trace, slot) {
    const [id = "", field = "data"] = slot.split(".");
    const node = trace.nodes.find((each) => each.id === id);
    const name = `${node ? nameOf(trace, node) : id}.${field}`;
    const answer = h("input", { type: "text", inputmode: "text", class: "slider-number", "aria-label": name, autocomplete: "off", spellcheck: "false" });
    const verdict = h("span", { class: "quiz-verdict" });
    const rule = h("div", { class: "quiz-rule" });
    const row = h("li", {}, h("form", {}, h("code", {}, name), " = ", answer, h("button", { class: "fix" }, "Check"), verdict), rule);
    answer.addEventListener("focus", () => store.set({ hover: id }));
    answer.addEventListener("blur", () => store.set({ hover: null }));
    /** @type {HTMLFormElement} */ (row.firstElementChild).addEventListener("submit", (event) => {
      event.preventDefault();
      const story = storyOf(store.get());
      const truth = story?.nodes.find((each) => each.id === id)?.[/** @type {"data" | "grad"} */ (field)];
      const x = readNumber(answer.value);
      if (!story || truth === undefined || truth === null || x === null) return tellVerdict("Type a number.");
      if (isRight(x, Number(truth))) {
        rule.replaceChildren();
        tellVerdict(`✓ ${formatNumber(truth, digitsOf(store.get()))}`, true);
        store.set({ solved: [...new Set([...store.get().solved, slot])] });
        tally(askedSlots(story, store.get().options["quiz"] ?? ""));
        return;
      }
      tellVerdict("✗ not that");
      explain(story, id, field, rule);
    });
    /** @param {string} text @param {boolean} [right] */
    function tellVerdict(text, right = false) {
      verdict.textContent = text;
      verdict.className = `quiz-verdict ${right ? "is-right" : "is-wrong"}`;
      say(`${name}: ${text.replace("✓", "right,").replace("✗", "wrong,")}`);
    }
    return row;
  }

  /** The rule, in letters: numbers would be the answer. @param {Trace} story @param {string} id @param {string} field @param {HTMLElement} host */
  function explain(story, id, field, host) {
    const node = story.nodes.find((each) => each.id === id);
    const forward = node ? stepsOf(story, node).forward : null;
    const lines = [];
    if (field === "grad") {
      const terms = termsOf(story, id);
      lines.push(h("p", {}, terms.length === 0 ? "Nothing is sent here: it is the seed, 1." : terms.length === 1 ? "One use: its upstream grad times the local derivative." : `${terms.length} uses: add up upstream × local, one for each.`));
      for (const { step } of terms.slice(0, 6)) lines.push(formula(story.steps[step - 1]));
    } else if (forward !== null) lines.push(h("p", {}, `It is computed by ${node?.symbol ?? node?.op}.`), formula(story.steps[forward - 1]));
    host.replaceChildren(...lines);
  }

  /** @param {import("../types.js").Step | undefined} step */
  function formula(step) {
    const line = h("p", { class: "quiz-formula" });
    const left = step?.formula?.left ?? "";
    const letters = step?.formula?.letters ?? "";
    const latex = left && letters ? `${left} ${step?.phase === "backward" ? "\\mathrel{+}=" : "="} ${letters}` : letters;
    if (!latex || !typeset?.(latex, line)) line.textContent = latex;
    return line;
  }

  return {
    body,
    open() {
      const styles = /** @type {HTMLElement | null} */ (document.querySelector("#viewer"))?.dataset["katex"];
      if (styles) loadMaths(styles).then((ready) => void (typeset = ready), () => undefined);
      built = "";
      build();
      const stops = [
        store.watch((state) => state.options["quiz"], build, false),
        store.watch((state) => state.trace, build, false),
      ];
      return () => {
        stops.forEach((stop) => stop());
        store.set({ solved: [] });
        if (store.get().options["quiz"]) setOptions({ quiz: "" });
      };
    },
  };
}
