// Over an edge: its local derivative, in letters and numbers, and what flows back along it.

import { h } from "./dom.js";
import { formatNumber } from "./format.js";
import { loadMaths } from "./maths.js";
import { askedOf, digitsOf, storyOf } from "./state.js";

/** @typedef {import("./state.js").Store} Store */

/** @param {HTMLElement} stage @param {Store} store @param {string | undefined} styles  of KaTeX */
export function createEdgeTip(stage, store, styles) {
  const local = h("div", { class: "edge-tip-local" });
  const sent = h("div", { class: "edge-tip-sent" });
  const element = h("div", { class: "edge-tip", role: "tooltip", hidden: true }, local, sent);
  stage.append(element);
  /** @type {import("./maths.js").Typeset | null} */
  let typeset = null;
  let shown = "";
  if (styles) loadMaths(styles).then((ready) => void (typeset = ready), () => undefined);

  /** @param {string | null} id @param {number} x @param {number} y */
  function show(id, x, y) {
    const state = store.get();
    const edge = id && askedOf(state).size === 0 ? storyOf(state)?.edges.find((candidate) => candidate.id === id) : undefined;
    element.hidden = !edge || edge.local === null || edge.local === undefined;
    if (!edge || element.hidden) return void (shown = "");
    const digits = digitsOf(state);
    const key = `${edge.id} ${edge.local} ${edge.contribution} ${typeset !== null}`;
    if (key !== shown) fill(edge, digits);
    const { left, top, width, height } = stage.getBoundingClientRect();
    element.style.left = `${Math.max(4, Math.min(x - left + 14, width - element.offsetWidth - 8))}px`;
    element.style.top = `${Math.min(y - top + 16, height - element.offsetHeight - 4)}px`;
    shown = key;
  }

  /** @param {import("./types.js").GraphEdge} edge @param {number} digits */
  function fill(edge, digits) {
    const plain = `local derivative ${formatNumber(edge.local ?? null, digits)}`;
    if (!edge.local_latex || !typeset?.(edge.local_latex, local)) local.textContent = plain;
    sent.textContent = edge.contribution === null || edge.contribution === undefined ? "" : `sends back ${edge.contribution_text ?? formatNumber(edge.contribution, digits)}`;
    
  }
  stage.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch" || event.buttons) return show(null, 0, 0);
    const edge = event.target instanceof Element ? event.target.closest("g.edge") : null;
    show(edge?.getAttribute("data-edge") ?? null, event.clientX, event.clientY);
  });
  stage.addEventListener("pointerleave", () => show(null, 0, 0));
  // A finger has no hover: a tap shows it.
  stage.addEventListener("click", (event) => {
    const edge = event.target instanceof Element ? event.target.closest("g.edge") : null;
    show(edge?.getAttribute("data-edge") ?? null, event.clientX, event.clientY);
  });
}
