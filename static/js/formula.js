// Under the sentence of a step: its formula in letters, in numbers, and what comes out; and the same to take away.

import { writeClipboard } from "./clipboard.js";
import { h, setText, whenCalm } from "./dom.js";
import { icon } from "./icons.js";
import { loadMaths } from "./maths.js";
import { frameOf } from "./state.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./types.js").Step} Step */

/** LaTeX and plain text of a step; empty where nothing is computed. @param {Step | null | undefined} step */
export function formulaOf(step) {
  const latex = step?.formula?.latex ?? step?.latex ?? "";
  return { latex, plain: step?.formula?.plain ?? (latex ? (step?.text ?? "").replaceAll("`", "") : "") };
}

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {{styles: string, say: (text: string) => void}} how
 */
export function createFormula(host, store, { styles, say }) {
  const shown = h("div", { class: "formula-text", tabindex: 0, role: "group", "aria-label": "Formula" });
  const sum = h("span", { class: "formula-sum" });
  const copied = h("span", { class: "formula-said", "aria-hidden": "true" });
  /** @param {string} label @param {string} name @param {"latex" | "plain"} kind */
  const button = (label, name, kind) => {
    const element = h("button", { type: "button", class: "formula-copy", "aria-label": `Copy formula as ${name}`, title: `Copy formula as ${name}` }, icon("copy"), label);
    element.addEventListener("click", async () => {
      const done = await writeClipboard(formulaOf(frameOf(store.get())?.step)[kind], host);
      tell(done ? `${name} copied.` : "The browser does not let us copy.");
    });
    return element;
  };
  const tools = h("div", { class: "formula-tools" }, copied, button("LaTeX", "LaTeX", "latex"), button("Text", "plain text", "plain"));
  const formula = h("div", { class: "formula" }, h("div", { class: "formula-line" }, shown, sum), tools);
  host.append(formula);

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @param {string} text */
  function tell(text) {
    const said = text.slice(0, 1).toUpperCase() + text.slice(1);
    say(said);
    copied.textContent = said;
    clearTimeout(timer);
    timer = setTimeout(() => void (copied.textContent = ""), 2500);
  }

  /** @type {import("./maths.js").Typeset | null} */
  let typeset = null;
  let last = "";
  // A step waits for no measuring, nor for a frame that only that would cost.
  const measureSoon = whenCalm(() => {
    if (shown.scrollLeft) shown.scrollLeft = 0;
    // What does not scroll is no stop for the keyboard.
    const stop = shown.scrollWidth > shown.clientWidth ? 0 : -1;
    if (shown.tabIndex !== stop) shown.tabIndex = stop;
  });
  function show() {
    const { latex, plain } = formulaOf(frameOf(store.get())?.step);
    const key = `${typeset ? "set" : "plain"} ${latex}`;
    if (key === last) return;
    last = key;
    const added = frameOf(store.get())?.step?.formula?.sum;
    setText(sum, added ? `grad ${added}` : "");
    formula.classList.toggle("is-empty", latex === "");
    if (latex === "") shown.replaceChildren();
    else if (!typeset?.(latex, shown)) shown.textContent = plain;
    measureSoon();
  }
  store.watch(frameOf, show);
  loadMaths(styles).then((ready) => {
    typeset = ready;
    show();
  }, () => undefined);
}
