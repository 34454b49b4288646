// A second run beside the first: the same start, one knob turned otherwise.

import { h } from "../dom.js";
import { exactNumber } from "../format.js";
import { allowed, field, numberField, optimizers } from "./knobs.js";
import { defaultSettings } from "./settings.js";
import { finals } from "./tables.js";

/** @typedef {import("./settings.js").Settings} Settings */

/** @param {Settings} first @param {() => void} onChange */
export function createComparison(first, onChange) {
  /** What the second run does otherwise. @type {Partial<Settings> | null} */
  let change = null;
  let base = first;
  /** @returns {Settings | null} */
  const other = () => (change ? { ...base, ...change } : null);

  /** @param {Partial<Settings> | null} next */
  function turn(next) {
    change = next;
    show();
    onChange();
  }
  const add = (/** @type {string} */ label, /** @type {() => Partial<Settings>} */ how) =>
    h("button", { type: "button", class: "chip-button", onclick: () => (turn(how()), rate.focus()) }, label);
  const choices = h("div", { class: "chips", role: "group", "aria-label": "Compare with" },
    add("another learning rate", () => ({ learning_rate: Number((base.learning_rate * 10 > 1 ? base.learning_rate / 10 : base.learning_rate * 10).toPrecision(3)) || 0.1 })),
    add("zero_grad forgotten", () => ({ zero_grad: !base.zero_grad })));

  const rate = numberField((x) => turn({ ...change, learning_rate: x }), (x) => allowed("learning_rate", x), () => show());
  const optimizer = optimizers((name) => turn({ ...change, optimizer: name }));
  const zero = h("input", { type: "checkbox" });
  zero.addEventListener("change", () => turn({ ...change, zero_grad: zero.checked }));
  const remove = h("button", {
    type: "button", class: "chip-button", onclick: () => {
      turn(null);
      /** @type {HTMLElement | null} */ (choices.querySelector("button"))?.focus();
    },
  }, "Only one run");
  const second = h("div", { class: "train-second", hidden: true },
    field("learning rate of the other", rate), field("its optimizer", optimizer),
    h("div", { class: "knob is-check" }, h("label", {}, zero, " its zero_grad")), remove);
  const element = h("section", { class: "train-compare", "aria-label": "Side by side" }, h("h3", {}, "Side by side with"), choices, second);
  const table = h("div", { class: "train-finals" });

  function show() {
    const now = other();
    choices.hidden = now !== null;
    second.hidden = now === null;
    const settings = now ?? defaultSettings();
    rate.value = exactNumber(settings.learning_rate);
    optimizer.value = settings.optimizer;
    zero.checked = settings.zero_grad;
  }

  return {
    element,
    table,
    other,
    /** The first run's knobs: the second has the same but for its change. @param {Settings} settings */
    follow(settings) {
      base = settings;
      show();
    },
    /** @param {Settings | null} second @param {Settings} settings */
    set(second, settings) {
      base = settings;
      change = second && Object.fromEntries(Object.entries(second).filter(([name, value]) => value !== settings[/** @type {keyof Settings} */ (name)]));
      show();
    },
    /** @param {import("./run.js").Run[]} runs @param {string[]} words */
    show: (runs, words) => table.replaceChildren(...(runs.length > 1 ? [finals(runs, words)] : [])),
  };
}
