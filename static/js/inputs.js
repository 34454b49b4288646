// The inputs of the program as sliders: what is moved here moves everywhere.

import { h } from "./dom.js";
import { withNumber } from "./literals.js";
import { createSlider } from "./slider.js";
import { adjustable } from "./state.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {ReturnType<typeof createKnobs>} Knobs */

/**
 * What turning an input means; the panel and the inspector use the same.
 * @param {Store} store
 * @param {Session} session
 */
export function createKnobs(store, session) {
  /** @type {Record<string, number>} */
  let wanted = {};
  let frame = 0;

  const knobs = {
    /** Once a frame, however often the pointer moves. @param {string} key @param {number} value */
    set(key, value) {
      wanted = { ...wanted, [key]: value };
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        const { inputs, own } = store.get();
        const next = { ...inputs, ...wanted };
        for (const name of Object.keys(wanted)) if (Object.is(next[name], own[name])) delete next[name];
        wanted = {};
        session.setInputs(next);
      });
    },
    /** @param {string} key */
    reset(key) {
      const { [key]: _, ...rest } = store.get().inputs;
      session.setInputs(rest);
    },
    /** Back to the program's own numbers. */
    resetAll: () => session.setInputs({}),
    /** Into the program. @param {string[]} keys */
    keep(keys) {
      const { trace, inputs, source } = store.get();
      if (!trace || trace.source !== source) return;
      // From the end, so that places further up stay where they are.
      const nodes = adjustable(trace).filter(({ key }) => keys.includes(key)).reverse();
      let text = source;
      const rest = { ...inputs };
      for (const node of nodes) {
        const value = inputs[node.key];
        const written = value === undefined ? null : withNumber(text, node, value);
        if (written === null) continue;
        text = written;
        delete rest[node.key];
      }
      if (text !== source) session.restore({ source: text, inputs: rest });
    },
    /** @param {import("./types.js").GraphNode} node */
    slider(node) {
      const { key } = node;
      const { source, inputs, own } = store.get();
      return createSlider({
        key,
        label: key,
        value: inputs[key] ?? own[key] ?? Number(node.data),
        onInput: (value) => knobs.set(key, value),
        onReset: () => knobs.reset(key),
        onKeep: withNumber(source, node, 1) === null ? null : () => knobs.keep([key]),
      });
    },
    /** Show what the store has. @param {import("./slider.js").Slider} slider @param {string} key */
    refresh(slider, key) {
      const { inputs, own } = store.get();
      const value = inputs[key] ?? own[key];
      if (value !== undefined && !(key in wanted)) slider.update(value, key in inputs);
    },
  };
  return knobs;
}

/**
 * @param {HTMLDetailsElement} panel
 * @param {Store} store
 * @param {Knobs} knobs
 */
export function createInputs(panel, store, knobs) {
  const list = h("div", { class: "sliders" });
  const none = h("p", { class: "sliders-none" }, "A number with a name, such as x = 2.0, gets a slider.");
  const keep = h("button", { type: "button", class: "fix", onclick: () => knobs.keep(Object.keys(store.get().inputs)) }, "Write all into the program");
  const reset = h("button", { type: "button", class: "fix", onclick: () => knobs.resetAll() }, "Reset all");
  panel.append(h("div", { class: "drawer-scroll", role: "group", "aria-label": "Inputs" }, list, none), h("div", { class: "sliders-all" }, keep, reset));

  /** @type {Map<string, import("./slider.js").Slider>} */
  let sliders = new Map();
  /** @type {unknown} */
  let built = null;

  function update() {
    const { trace, inputs } = store.get();
    if (!panel.open || !trace) return;
    if (built !== trace) {
      const held = document.activeElement instanceof HTMLElement && list.contains(document.activeElement) ? document.activeElement.ariaLabel : null;
      built = trace;
      const nodes = adjustable(trace);
      sliders = new Map(nodes.map((node) => [node.key, knobs.slider(node)]));
      list.replaceChildren(...[...sliders].map(([key, { element }]) => {
        const id = nodes.find((node) => node.key === key)?.id ?? null;
        element.addEventListener("pointerenter", () => store.set({ hover: id }));
        element.addEventListener("pointerleave", () => store.set({ hover: null }));
        return element;
      }));
      none.hidden = sliders.size > 0;
      // Who turned this one goes on turning it.
      if (held) /** @type {HTMLElement | null} */ (list.querySelector(`[aria-label="${CSS.escape(held)}"]`))?.focus();
    }
    for (const [key, slider] of sliders) knobs.refresh(slider, key);
    const changed = Object.keys(inputs).length > 0;
    for (const button of [keep, reset]) button.disabled = !changed;
  }
  panel.addEventListener("toggle", update);
  store.watch((state) => state.trace, update);
  store.watch((state) => state.inputs, update, false);
  store.watch((state) => state.own, update, false);
}
