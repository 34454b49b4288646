// The help sheet: keys, the language in a minute, the table of operations.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { BOX_KEYS, EDITOR_KEYS, KEYS } from "./keys.js";

const LANGUAGE = [
  ["x1 = 2.0", "A number with a name is an input."],
  ["n = x1*w1 + b", "Arithmetic: + − * / and ** for powers."],
  ["o = tanh(n)", "Functions, also written as methods: n.tanh()."],
  ["o.backward()", "The value the gradients belong to; without it, the last one."],
  ["print(o)", "Printed lines appear under the program."],
  ["def f(x): …", "Also for, if, lambda, lists, dictionaries and classes, as in Python."],
];

/** @param {import("./types.js").Operation[]} operations */
export function createHelp(operations) {
  /** @param {ReadonlyArray<{shown: string[], text: string}>} rows */
  const keys = (rows) => h("dl", { class: "keys" }, ...rows.flatMap(({ shown, text }) => [
    h("dt", {}, ...shown.map((key) => h("kbd", {}, key))), h("dd", {}, text),
  ]));
  const dialog = h("dialog", { class: "help", "aria-labelledby": "help-title" },
    h("div", { class: "help-head" },
      h("h2", { id: "help-title" }, "Help"),
      h("button", { type: "button", class: "tool", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
    h("div", { class: "help-body", tabindex: 0, role: "region", "aria-labelledby": "help-title" },
      h("section", {}, h("h3", {}, "Stepping"), keys(KEYS)),
      h("section", {}, h("h3", {}, "On a box"), keys(BOX_KEYS)),
      h("section", {}, h("h3", {}, "In the program"), keys(EDITOR_KEYS)),
      h("section", {}, h("h3", {}, "The language"),
        h("dl", { class: "language" }, ...LANGUAGE.flatMap(([code, text]) => [h("dt", {}, h("code", {}, code ?? "")), h("dd", {}, text ?? "")]))),
      h("section", {}, h("h3", {}, "Operations"),
        h("dl", { class: "language" }, ...operations.flatMap(({ name, formula }) => [h("dt", {}, h("code", {}, name)), h("dd", {}, formula)])))));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  return { open: () => dialog.open || dialog.showModal() };
}
