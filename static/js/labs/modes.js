// Forward mode against reverse mode: passes and multiplications, counted on this graph.

import { h, withCode } from "../dom.js";
import { formatNumber } from "../format.js";
import { digitsOf, nameOf, storyOf } from "../state.js";
import { following } from "./orders.js";

/** So many inputs are listed. */
const MOST = 24;

/** @param {import("../state.js").Store} store @param {import("./labs.js").LabTools} tools @returns {import("./labs.js").Lab} */
export function modesLab(store, { studies, say }) {
  const body = h("div", { class: "lab" });
  /** @param {import("../answers.js").ModesAnswer} answer */
  function tell(answer) {
    const state = store.get();
    const story = storyOf(state);
    const digits = digitsOf(state);
    const most = Math.max(answer.forward.multiplications, answer.reverse.multiplications, 1);
    /** @param {string} title @param {{passes: number, multiplications: number}} mode @param {string} how @param {string} kind */
    const bar = (title, mode, how, kind) => {
      const fill = h("div", { class: `mode-bar is-${kind}` });
      fill.style.width = `${(100 * mode.multiplications) / most}%`;
      return h("section", { class: "walk" }, h("h3", {}, title), h("p", { class: "hint" }, how),
        h("p", {}, `${mode.passes} ${mode.passes === 1 ? "pass" : "passes"}, ${mode.multiplications} multiplications`), fill);
    };
    body.replaceChildren(
      h("p", { class: "lab-sentence" }, withCode(answer.sentence)),
      h("div", { class: "walks" },
        bar("Forward mode", answer.forward, "Give one input the tangent 1 and carry it to the output: one pass for each input.", "forward"),
        bar("Reverse mode", answer.reverse, "Give the output the grad 1 and carry it back: one pass for all inputs.", "backward"),
        h("section", { class: "walk" }, h("h3", {}, "The same derivatives, pass by pass"),
          h("ol", { class: "sent" }, ...answer.tangents.slice(0, MOST).map((pass) => {
            const path = story?.nodes.filter((node) => node.id in pass.values && node.id !== pass.input).slice(-4).map((node) => `${nameOf(story, node)} ${formatNumber(pass.values[node.id], digits)}`).join(", ");
            return h("li", {}, h("b", {}, pass.name), ` = 1: ${path}; ${pass.multiplications} multiplications`);
          }), ...(answer.tangents.length > MOST ? [h("li", { class: "more" }, `and ${answer.tangents.length - MOST} more`)] : [])))));
    say(answer.sentence);
  }
  return { body, open: () => following(store, body, () => studies.ask("modes", store.get()), tell) };
}
