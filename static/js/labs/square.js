// x · x: one value used twice by one operation has two edges and gets two contributions; what a `set` of inputs would lose.

import { h } from "../dom.js";
import { formatNumber } from "../format.js";
import { termsOf } from "../relations.js";
import { digitsOf, nameOf, storyOf } from "../state.js";

/** @param {import("../state.js").Store} store @param {import("./labs.js").LabTools} tools @returns {import("./labs.js").Lab} */
export function squareLab(store, { goTo, example }) {
  const body = h("div", { class: "lab" });

  function show() {
    const state = store.get();
    const story = storyOf(state);
    if (!story) return;
    const twice = story.nodes.find((node) => new Set(node.inputs).size < node.inputs.length);
    if (!twice) {
      body.replaceChildren(h("p", {}, "No operation of this program takes the same value twice."),
        ...(example ? [h("button", { type: "button", class: "fix", onclick: () => example("square") }, "Open x · x")] : []));
      return;
    }
    const id = twice.inputs.find((input, i) => twice.inputs.indexOf(input) !== i) ?? "";
    const leaf = story.nodes.find((node) => node.id === id);
    if (!leaf) return;
    const number = (/** @type {number} */ x) => formatNumber(x, digitsOf(state));
    const [name, what] = [nameOf(story, leaf), nameOf(story, twice)];
    const terms = termsOf(story, id);
    const here = terms.filter((term) => term.edge.to === twice.id);
    const whole = terms.reduce((sum, { term }) => sum + term, 0);
    const lost = here.slice(1).reduce((sum, { term }) => sum + term, 0);
    body.replaceChildren(
      h("p", { class: "lab-sentence" }, `${what} takes ${name} ${here.length === 2 ? "twice" : `${here.length} times`}: ${here.length} edges, ${here.length} contributions, and += adds them up.`),
      h("div", { class: "walks" },
        h("section", { class: "walk" }, h("h3", {}, `Inputs as a list: (${twice.inputs.map(() => name).join(", ")})`),
          h("ol", { class: "sent" }, ...here.map((term, i) => h("li", {}, `edge ${i + 1}: ${number(term.upstream)} × ${number(term.local)} = ${number(term.term)} `,
            h("button", { type: "button", class: "chip-button", onclick: () => goTo(term.step) }, `step ${term.step}`)))),
          h("p", { class: "results" }, h("span", { class: "result" }, `${name}.grad = ${number(whole)} ✓`))),
        h("section", { class: "walk is-wrong" }, h("h3", {}, `Inputs as a set: {${name}}`),
          h("p", { class: "hint" }, "A set holds each value once, so one edge is lost. micrograd's _prev is one; it draws a single edge."),
          h("ol", { class: "sent" }, h("li", {}, `edge 1: ${number(here[0]?.term ?? NaN)}`), ...here.slice(1).map(({ term }) => h("li", { class: "is-wrong" }, h("s", {}, number(term)), " ✗ lost"))),
          h("p", { class: "results" }, h("span", { class: "result is-wrong" }, `${name}.grad = ${number(whole - lost)} ✗`)))));
  }
  return {
    body,
    open() {
      show();
      const stops = [store.watch(storyOf, show, false)];
      return () => stops.forEach((stop) => stop());
    },
  };
}
