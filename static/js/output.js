// Under the program: what is wrong with it, what is odd about it, and what it printed.

import { messageOf } from "./api.js";
import { h, withCode } from "./dom.js";
import { fixOf } from "./fixes.js";
import { icon } from "./icons.js";
import { storyOf } from "./state.js";

/** @typedef {import("./state.js").Store} Store */

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {{goTo: (span: import("./types.js").Span) => void, applyFix: (problem: import("./types.js").Problem) => void}} editor
 */
export function createOutput(host, store, editor) {
  const problems = h("div", { class: "problems" });
  const warnings = h("ul", { class: "warnings" });
  const printed = h("pre", { class: "printed", tabindex: 0, role: "region", "aria-label": "Printed" });
  host.append(problems, warnings, printed);

  /** @param {{line: number, column: number}} place @param {number} [length] */
  const where = ({ line, column }, length = 0) =>
    h("button", { type: "button", class: "where", "aria-label": `${line}:${column}, go to line ${line}, column ${column}`, onclick: () => editor.goTo({ line, column, length }) }, `${line}:${column}`);

  /** What the program printed, whether or not there was something to draw. */
  function print() {
    const state = store.get();
    printed.textContent = (state.problem?.printed ?? storyOf(state)?.printed ?? []).join("\n");
    printed.hidden = printed.textContent === "";
  }

  store.watch((state) => state.problem, (problem) => {
    const isNew = problems.childElementCount === 0;
    problems.replaceChildren();
    print();
    remark();
    if (!problem) return;
    // Nothing to draw is no mistake: it is said quietly.
    const calm = problem.code === "empty";
    const fix = fixOf(problem);
    problems.append(h("div", { class: `problem${isNew ? " is-new" : ""}${calm ? " is-calm" : ""}` },
      calm ? null : icon("warning"),
      h("div", {},
        h("p", { class: "problem-text" }, problem.line ? where({ line: problem.line, column: problem.column ?? 1 }) : null, " ", withCode(messageOf(problem))),
        problem.hint ? h("p", { class: "problem-hint" }, withCode(problem.hint)) : null,
        fix ? h("button", { type: "button", class: "fix", onclick: () => editor.applyFix(problem) }, fix.label) : null)));
  });

  store.watch((state) => storyOf(state)?.warnings, () => {
    remark();
    print();
  });

  /** What there is to say of the story; beside an error nothing, since it is the story of what was there before. */
  function remark() {
    const state = store.get();
    const trace = state.problem ? null : storyOf(state);
    warnings.replaceChildren(...(trace?.warnings ?? []).map(({ message, span, node }) => {
      const at = span ?? trace?.nodes.find(({ id }) => id === node)?.span;
      return h("li", {}, at ? where(at) : null, " ", withCode(message));
    }));
    warnings.hidden = warnings.childElementCount === 0;
  }
}
