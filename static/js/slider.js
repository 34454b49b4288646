// One input's number: a slider with ends that can be moved, a field, and what to do with the number.

import { h } from "./dom.js";
import { exactNumber } from "./format.js";
import { icon } from "./icons.js";
import { rangeFor, snap, stepOf, widened } from "./ranges.js";

/** @typedef {ReturnType<typeof createSlider>} Slider */
/** Ends that were chosen, by key: they stay when the list is built anew. @type {Map<string, import("./ranges.js").Range>} */
const chosen = new Map();

/**
 * @param {{key: string, label: string, value: number, onInput: (value: number) => void, onReset: () => void, onKeep: (() => void) | null}} how
 */
export function createSlider({ key, label, value, onInput, onReset, onKeep }) {
  let range = widened(chosen.get(key) ?? rangeFor(value), value);
  let now = value;
  let able = true;

  const bar = h("input", { type: "range", class: "slider-bar", step: "any", "aria-label": label });
  /** @param {string} kind @param {string} name @param {(x: number) => void} take */
  const field = (kind, name, take) => {
    const input = h("input", { type: "text", inputmode: "decimal", class: kind, "aria-label": name, autocomplete: "off", spellcheck: "false" });
    const read = () => {
      const x = Number(input.value.trim().replace(",", ".").replace("−", "-"));
      if (input.value.trim() !== "" && Number.isFinite(x)) take(x);
      show();
    };
    input.addEventListener("change", read);
    input.addEventListener("focus", () => input.select());
    return input;
  };
  const number = field("slider-number", `${label}, number`, (x) => set(x));
  const low = field("slider-end", `${label}, from`, (x) => setRange({ min: x, max: Math.max(range.max, x + Math.abs(x || 1)) }));
  const high = field("slider-end is-high", `${label}, to`, (x) => setRange({ min: Math.min(range.min, x - Math.abs(x || 1)), max: x }));

  /** @param {string} name @param {string} text @param {() => void} run */
  const tool = (name, text, run) => h("button", { type: "button", class: "slider-tool", "aria-label": `${text} ${label}`, title: text, onclick: run }, icon(name));
  const reset = tool("undo", "Reset", onReset);
  const keep = onKeep && tool("pen", "Write into the program:", onKeep);
  const tools = h("span", { class: "slider-tools" }, keep, reset);

  /** @param {number} x */
  function set(x) {
    now = x;
    range = widened(range, x);
    show();
    onInput(x);
  }

  /** @param {import("./ranges.js").Range} next */
  function setRange(next) {
    range = next;
    chosen.set(key, next);
    if (now < next.min || now > next.max) set(Math.min(Math.max(now, next.min), next.max));
    else show();
  }

  bar.addEventListener("input", () => {
    now = snap(Number(bar.value), stepOf(range));
    onInput(now);
    number.value = exactNumber(now);
    bar.setAttribute("aria-valuetext", number.value);
  });
  /** @param {KeyboardEvent} event @param {boolean} [sideways] */
  function byKey(event, sideways = false) {
    const { key: pressed, shiftKey, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey) return;
    const up = pressed === "ArrowUp" || (sideways && pressed === "ArrowRight");
    const down = pressed === "ArrowDown" || (sideways && pressed === "ArrowLeft");
    if (!up && !down) return;
    event.preventDefault();
    const step = stepOf(range) / (shiftKey ? 10 : 1);
    set(snap(now + (up ? step : -step), step));
  }
  bar.addEventListener("keydown", (event) => byKey(event, true));
  number.addEventListener("keydown", (event) => byKey(event));

  function show() {
    bar.min = String(range.min);
    bar.max = String(range.max);
    bar.value = String(now);
    if (document.activeElement !== number || number.value === "" || Number(number.value) !== now) number.value = exactNumber(now);
    bar.setAttribute("aria-valuetext", number.value);
    low.value = String(range.min);
    high.value = String(range.max);
  }
  show();

  const element = h("div", { class: "slider", "data-key": key },
    h("span", { class: "slider-name", title: label }, label), number, tools,
    h("div", { class: "slider-track" }, low, bar, high));
  return {
    element,
    bar,
    /** The number changed elsewhere. @param {number} x @param {boolean} changed  whether it differs from the program's own */
    update(x, changed) {
      if (changed !== able) {
        able = changed;
        tools.classList.toggle("is-idle", !changed);
        for (const button of tools.querySelectorAll("button")) button.disabled = !changed;
      }
      if (Object.is(x, now)) return;
      now = x;
      range = widened(range, x);
      show();
    },
  };
}
