// The same program for PyTorch and for micrograd, to run elsewhere; and what PyTorch itself found, where the server has it.

import { codeOf } from "./address.js";
import { messageOf } from "./api.js";
import { writeClipboard } from "./clipboard.js";
import { h, withCode } from "./dom.js";
import { formatNumber } from "./format.js";
import { inputsText, optionOf } from "./links.js";

/** @typedef {import("./state.js").Store} Store */

/**
 * @param {Store} store
 * @param {{studies: import("./studies.js").Studies, base: string, say: (text: string) => void}} how
 * @returns {import("./labs/labs.js").Lab}
 */
export function codePanel(store, { studies, base, say }) {
  const text = h("pre", { class: "code-text", tabindex: 0, role: "region", "aria-label": "Generated program" });
  const dialects = /** @type {const} */ ([["torch", "PyTorch"], ["micrograd", "micrograd"]]);
  let dialect = "torch";
  const buttons = dialects.map(([value, label]) => {
    const button = h("button", { type: "button", class: "chip-button", "aria-pressed": String(value === dialect) }, label);
    button.addEventListener("click", () => {
      dialect = value;
      for (const [i, other] of buttons.entries()) other.setAttribute("aria-pressed", String(dialects[i]?.[0] === value));
      void load();
    });
    return button;
  });
  const copied = h("span", { class: "formula-said", "aria-hidden": "true" });
  const copy = h("button", { type: "button", class: "chip-button" }, "Copy");
  copy.addEventListener("click", async () => {
    const done = await writeClipboard(text.textContent ?? "", body);
    copied.textContent = done ? "Copied." : "The browser does not let us copy.";
    say(copied.textContent);
  });
  const table = h("div", { class: "compare" });
  /** What was last said of the comparison: a slider that is dragged changes no verdict. */
  let told = "";
  const body = h("div", { class: "code-panel" },
    h("section", {}, h("div", { class: "chips", role: "group", "aria-label": "Whose Python" }, ...buttons, copy, copied), text),
    h("section", {}, h("h3", {}, "Ours, measured, PyTorch's"), table));

  async function load() {
    const state = store.get();
    const query = new URLSearchParams({ dialect });
    const [expand, inputs] = [optionOf(state.options, "expand"), inputsText(state.inputs)];
    if (expand) query.set("expand", expand);
    if (inputs) query.set("inputs", inputs);
    try {
      const response = await fetch(`${base}g/${await codeOf(state)}.py?${query}`);
      text.textContent = response.ok ? await response.text() : "The program has no such form.";
    } catch (problem) {
      text.textContent = messageOf(problem);
    }
  }

  async function compare() {
    try {
      const answer = await studies.ask("compare", store.get());
      if (!answer) return;
      const torch = answer.torch.available;
      if (answer.sentence !== told) say(`Code. ${answer.sentence}`);
      told = answer.sentence;
      const heads = ["value", "ours", "measured", ...(torch ? ["PyTorch"] : []), "verdict"];
      table.replaceChildren(
        h("p", { class: "hint" }, withCode(answer.sentence)),
        h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "Grads compared" }, h("table", { class: "values" },
          h("caption", { class: "visually-hidden" }, "Grads compared"),
          h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, name)))),
          h("tbody", {}, ...answer.nodes.map((row) => h("tr", {}, h("th", { scope: "row" }, row.name),
            ...[row.pass_grad, row.numeric, ...(torch ? [row.torch_grad] : [])].map((x) => h("td", { class: "number" }, formatNumber(x))), h("td", {}, row.verdict)))))));
    } catch (problem) {
      table.textContent = messageOf(problem);
    }
  }

  return {
    body,
    open() {
      told = "";
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let timer;
      const soon = () => {
        clearTimeout(timer);
        timer = setTimeout(() => (void load(), void compare()), 250);
      };
      soon();
      const stops = [store.watch((state) => state.trace, soon, false), store.watch((state) => state.inputs, soon, false)];
      return () => (clearTimeout(timer), stops.forEach((stop) => stop()));
    },
  };
}
