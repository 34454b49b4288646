// How the picture is drawn: one group of choices per option, and the address follows.

import { h } from "./dom.js";
import { optionOf } from "./links.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./session.js").Session} Session */

/** @type {ReadonlyArray<{name: string, label: string, values: [value: string, label: string][]}>} */
const GROUPS = [
  { name: "style", label: "Boxes", values: [["micrograd", "As in micrograd"], ["compact", "Compact"]] },
  { name: "dir", label: "Direction", values: [["LR", "Left to right"], ["TB", "Top to bottom"]] },
  { name: "leaves", label: "Inputs used more than once", values: [["auto", "Automatic"], ["shared", "One box"], ["split", "A box each use"]] },
  { name: "theme", label: "Theme", values: [["", "As the system"], ["light", "Light"], ["dark", "Dark"], ["print", "Print"]] },
];

/** @type {ReadonlyArray<{name: string, label: string, values: [value: string, label: string][]}>} */
const LISTS = [
  { name: "collapse", label: "Fold", values: [["auto", "As needed"], ["none", "Nothing"], ["neuron", "Neurons"], ["layer", "Layers"], ["function", "Calls"], ["statement", "Statements"], ["turn", "Turns of loops"], ["loop", "Loops"]] },
  { name: "edges", label: "At the edges", values: [["none", "Nothing"], ["local", "Local derivative"], ["contribution", "Contribution"]] },
  { name: "steps", label: "A backward step is", values: [["edge", "One edge"], ["node", "One operation"]] },
  { name: "color", label: "Colour and width by", values: [["none", "Nothing"], ["data", "Data"], ["grad", "Grad"]] },
  { name: "hide", label: "Constants", values: [["none", "Drawn"], ["constants", "Hidden"]] },
  { name: "number", label: "Order of evaluation", values: [["none", "Not shown"], ["order", "Numbered"]] },
];

/** What is offered, for a test: every word of the server's table has a label. */
export const CHOICES = [...GROUPS, ...LISTS];

/** @type {[value: string, label: string][]} */
const EXPANSIONS = [["", "As typed"], ["micrograd", "As micrograd: a − b, a / b and −a from + × **"], ["all", "As far as it goes"]];

/**
 * @param {HTMLElement} panel
 * @param {Store} store
 * @param {Session} session
 * @param {import("./types.js").Operation[]} operations
 */
export function fillViewMenu(panel, store, session, operations) {
  /** @type {(() => void)[]} */
  const refresh = [];
  const expandable = new Set(operations.filter((op) => op.expands).map((op) => op.name));

  /** @param {string} name @param {[string, string][]} values */
  const radios = (name, values) => values.map(([value, label]) => {
    const input = h("input", { type: "radio", name: `view-${name}`, value });
    input.addEventListener("change", () => session.setOptions(chosen(name, value)));
    refresh.push(() => void (input.checked = (name === "theme" ? (store.get().options["theme"] ?? "") : optionOf(store.get().options, name)) === value));
    return h("label", { class: "choice" }, input, h("span", {}, label));
  });

  for (const { name, label, values } of GROUPS) {
    panel.append(h("fieldset", {}, h("legend", {}, label), h("div", { class: "choices" }, ...radios(name, values))));
  }

  // Which operations are drawn from simpler ones. Those the program uses are offered one by one.
  const single = h("div", { class: "choices is-chips" });
  refresh.push(() => {
    const { trace, options } = store.get();
    const chosen = chosenExpansions(optionOf(options, "expand"));
    const used = new Set([...(trace?.nodes ?? []).map((node) => node.op ?? ""), ...chosen]);
    const names = [...expandable].filter((name) => used.has(name));
    single.replaceChildren(...names.map((name) => {
      const input = h("input", { type: "checkbox", checked: chosen.has(name) });
      input.addEventListener("change", () => {
        const next = new Set([...chosen, ...optionOf(store.get().options, "expand").split(",").filter((name) => name.includes("@"))]);
        if (input.checked) next.add(name);
        else next.delete(name);
        session.setOptions({ expand: [...next].sort().join(",") });
      });
      return h("label", { class: "choice" }, input, h("span", {}, name));
    }));
  });
  panel.append(h("fieldset", {}, h("legend", {}, "Operations"), h("div", { class: "choices is-column" }, ...radios("expand", EXPANSIONS)), single));

  const digits = h("select", { id: "view-digits" }, ...Array.from({ length: 11 }, (_, i) => h("option", { value: i }, String(i))));
  digits.addEventListener("change", () => session.setOptions(chosen("digits", digits.value)));
  refresh.push(() => void (digits.value = optionOf(store.get().options, "digits")));
  panel.append(h("div", { class: "row" }, h("label", { for: "view-digits" }, "Decimals"), digits));

  for (const { name, label, values } of LISTS) {
    const select = h("select", { id: `view-${name}` }, ...values.map(([value, text]) => h("option", { value }, text)));
    select.addEventListener("change", () => session.setOptions({ ...chosen(name, select.value), ...(name === "collapse" ? { open: "" } : {}) }));
    refresh.push(() => void (select.value = optionOf(store.get().options, name)));
    panel.append(h("div", { class: "row" }, h("label", { for: `view-${name}` }, label), select));
  }
  const which = h("select", { id: "view-example" });
  const whichRow = h("div", { class: "row" }, h("label", { for: "view-example" }, "Example"), which);
  which.addEventListener("change", () => session.setOptions(chosen("example", which.value)));
  refresh.push(() => {
    const count = store.get().trace?.examples ?? 0;
    whichRow.hidden = count < 2;
    if (which.childElementCount !== count + 1) which.replaceChildren(...Array.from({ length: count + 1 }, (_, i) => h("option", { value: String(i) }, i ? `${i} of ${count}` : "All")));
    which.value = optionOf(store.get().options, "example");
  });
  panel.append(whichRow);

  const turn = h("input", { id: "view-turn", type: "number", min: "1", placeholder: "all" });
  const turnRow = h("div", { class: "row" }, h("label", { for: "view-turn" }, "Turn"), turn);
  turn.addEventListener("change", () => session.setOptions(chosen("turn", turn.value || "0")));
  refresh.push(() => {
    const asked = optionOf(store.get().options, "turn");
    turnRow.hidden = asked === "0" && (store.get().trace?.turns ?? 0) < 2;
    turn.value = asked === "0" ? "" : asked;
  });
  panel.append(turnRow);

  const lit = h("span", {});
  const unlit = h("button", { type: "button", class: "fix", onclick: () => session.setOptions({ highlight: "" }) }, "Show all");
  const litRow = h("div", { class: "row" }, lit, unlit);
  refresh.push(() => {
    const highlight = optionOf(store.get().options, "highlight");
    litRow.hidden = highlight === "";
    lit.textContent = `Only ${highlight.replace(":", " of ")}`;
  });
  panel.append(litRow);

  const update = () => refresh.forEach((run) => run());
  store.watch((state) => state.options, update);
  store.watch((state) => state.trace, update, false);
}

/** A choice as a change of options: the default is no option, but a theme that is chosen is more than one that is not.
 * @param {string} name @param {string} value */
const chosen = (name, value) => ({ [name]: value === optionOf({}, name) && name !== "theme" ? "" : value });

/** @param {string} expand @returns {Set<string>} operations named one by one */
const chosenExpansions = (expand) => new Set(expand.split(",").filter((name) => name && !name.includes("@") && name !== "micrograd" && name !== "all"));
