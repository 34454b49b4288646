// All values as a table: the graph for those who read rather than look.

import { h } from "./dom.js";
import { exactNumber, formatNumber } from "./format.js";
import { digitsOf, frameOf, nameOf } from "./state.js";

/** @typedef {import("./state.js").Store} Store */

/**
 * @param {HTMLDetailsElement} panel
 * @param {Store} store
 */
export function createTable(panel, store) {
  const body = h("tbody");
  const table = h("table", { class: "values" },
    h("caption", { class: "visually-hidden" }, "All values at this step"),
    h("thead", {}, h("tr", {}, ...["value", "from", "data", "grad"].map((name) => h("th", { scope: "col" }, name)))),
    body);
  panel.append(h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": "All values" }, table));

  /** @type {Map<string, {row: HTMLTableRowElement, data: HTMLTableCellElement, grad: HTMLTableCellElement}>} */
  let rows = new Map();
  /** @type {import("./types.js").Trace | null} */
  let built = null;

  /** Names of operands, in order: what the value is made of. @param {import("./types.js").Trace} trace */
  function build(trace) {
    const names = new Map(trace.nodes.map((node) => [node.id, nameOf(trace, node)]));
    rows = new Map();
    body.replaceChildren(...trace.nodes.map((node) => {
      const data = h("td", { class: "number" });
      const grad = h("td", { class: "number" });
      const from = node.op ? `${node.symbol ?? node.op}  ${node.inputs.map((id) => names.get(id)).join(", ")}` : node.kind;
      const row = h("tr", { "data-row": node.id, onpointerenter: () => store.set({ hover: node.id }), onpointerleave: () => store.set({ hover: null }) },
        h("th", { scope: "row" }, names.get(node.id) ?? node.id), h("td", { class: "from" }, from), data, grad);
      rows.set(node.id, { row, data, grad });
      return row;
    }));
    built = trace;
  }

  function update() {
    const state = store.get();
    const frame = frameOf(state);
    if (!panel.open || !state.trace || !frame) return;
    if (built !== state.trace) build(state.trace);
    const digits = digitsOf(state);
    for (const [id, cells] of rows) {
      for (const field of /** @type {const} */ (["data", "grad"])) {
        const slot = `${id}.${field}`;
        const asked = frame.asked?.has(slot) ?? false;
        const value = frame.values.get(slot) ?? null;
        const text = asked ? "?" : formatNumber(value, digits);
        if (cells[field].textContent !== text) cells[field].textContent = text;
        cells[field].title = asked ? "" : exactNumber(value);
        cells[field].classList.toggle("is-written", frame.written.includes(`${id}.${field}`));
      }
      if (id === frame.node) cells.row.setAttribute("aria-current", "step");
      else cells.row.removeAttribute("aria-current");
    }
  }

  panel.addEventListener("toggle", update);
  store.watch(frameOf, update, false);
  store.watch((state) => state.trace, update);
  store.watch((state) => state.options, update, false);
  store.watch((state) => state.hover, (hover) => {
    if (!panel.open) return;
    for (const [id, { row }] of rows) row.classList.toggle("is-hover", id === hover);
  }, false);
}
