// The knobs of a training run. Each change is told with all of them.

import { h, withCode } from "../dom.js";
import { exactNumber } from "../format.js";
import { valueOf } from "../links.js";
import { TABLES } from "../tables.js";
import { defaultSettings, placeOf, rateAt, RATES } from "./settings.js";

/** @typedef {import("./settings.js").Settings} Settings */

let count = 0;

/** @param {string} label @param {HTMLElement} control @param {...(Node | string | null)} more */
export function field(label, control, ...more) {
  control.id ||= `knob-${(count += 1)}`;
  return h("div", { class: more.length ? "knob is-wide" : "knob" }, h("label", { for: control.id }, label), control, ...more);
}

/** @param {ReadonlyArray<readonly [string, string]>} choices */
export const choice = (choices) => h("select", {}, ...choices.map(([value, text]) => h("option", { value }, text)));

/** @param {(name: string) => void} take */
export function optimizers(take) {
  const select = choice(TABLES.optimizers.map(({ name, label }) => [name, label]));
  select.addEventListener("change", () => take(select.value));
  return select;
}

/** Whether a knob can stand there. @param {keyof Settings} name @param {number} x */
export const allowed = (name, x) => valueOf(name, String(x)) !== undefined;

/** A number that is taken when it is one. @param {(x: number) => void} take @param {(x: number) => boolean} allowed @param {() => void} show */
export function numberField(take, allowed, show) {
  const input = h("input", { type: "text", inputmode: "decimal", class: "knob-number", autocomplete: "off", spellcheck: "false" });
  input.addEventListener("change", () => {
    const x = Number(input.value.trim().replace(",", ".").replace("−", "-"));
    if (input.value.trim() !== "" && allowed(x)) take(x);
    show();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") input.dispatchEvent(new Event("change"));
  });
  return input;
}

/** @param {(settings: Settings) => void} onChange */
export function createKnobs(onChange) {
  /** @type {Settings} */
  let now = defaultSettings();
  let most = Infinity;

  /** @param {Partial<Settings>} change */
  function turn(change) {
    now = { ...now, ...change };
    show();
    onChange(now);
  }

  const rate = numberField((x) => turn({ learning_rate: x }), (x) => allowed("learning_rate", x), () => show());
  const bar = h("input", { type: "range", class: "slider-bar", ...RATES, "aria-label": "Learning rate, slider" });
  bar.addEventListener("input", () => turn({ learning_rate: rateAt(Number(bar.value)) }));
  const steps = numberField((x) => turn({ iterations: Math.min(x, most) }), (x) => Number.isInteger(x) && x >= 1, () => show());
  const optimizer = optimizers((name) => turn({ optimizer: name }));
  const batch = choice([["all", "all examples"], ["stochastic", "one at a time"]]);
  batch.addEventListener("change", () => turn({ batch: batch.value }));
  const seed = numberField((x) => turn({ seed: x }), (x) => allowed("seed", x), () => show());
  const zero = h("input", { type: "checkbox" });
  zero.addEventListener("change", () => turn({ zero_grad: zero.checked }));
  const names = h("input", { type: "text", class: "knob-names", autocomplete: "off", spellcheck: "false", placeholder: "all of them" });
  names.addEventListener("change", () => turn({ train: names.value.trim() }));

  const limit = h("span", { class: "knob-note" });
  const trained = h("span", { class: "knob-note" });
  const seedField = field("seed", seed);
  const element = h("section", { class: "train-knobs", "aria-label": "Knobs" },
    field("learning rate", rate, bar),
    field("steps", steps, limit),
    field("train", names, trained),
    field("optimizer", optimizer),
    field("batch", batch),
    h("div", { class: "knob is-check" }, h("label", {}, zero, " zero_grad before each backward pass")),
    seedField);

  function show() {
    if (document.activeElement !== rate || Number(rate.value) !== now.learning_rate) rate.value = exactNumber(now.learning_rate);
    bar.value = String(placeOf(now.learning_rate));
    bar.setAttribute("aria-valuetext", exactNumber(now.learning_rate));
    steps.value = String(now.iterations);
    optimizer.value = now.optimizer;
    batch.value = now.batch;
    seed.value = String(now.seed);
    seedField.hidden = now.batch === "all";
    zero.checked = now.zero_grad;
    if (document.activeElement !== names) names.value = now.train;
  }
  show();

  return {
    element,
    /** @param {Settings} settings */
    set(settings) {
      now = settings;
      show();
    },
    /** What is known about the program: how much may be asked, and what is trained. @param {number} steps_ @param {string} words */
    tell(steps_, words) {
      most = steps_;
      limit.textContent = `at most ${steps_.toLocaleString("en")} here`;
      trained.replaceChildren(withCode(words));
    },
  };
}
