// What an iteration is, in tables: each parameter with its update, each prediction beside its target, two runs side by side.

import { h } from "../dom.js";
import { exactNumber, formatNumber } from "../format.js";
import { optimizerOf } from "../tables.js";

/** @typedef {import("../types.js").Num} Num */

/** So many rows are shown. */
const MOST = 200;

/** @param {string} name @param {string[]} heads */
function table(name, heads) {
  const body = h("tbody");
  const more = h("p", { class: "more", hidden: true });
  const element = h("div", { class: "train-table" },
    h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": name }, h("table", { class: "values" },
      h("caption", { class: "visually-hidden" }, name),
      h("thead", {}, h("tr", {}, ...heads.map((head, i) => h("th", { scope: "col", class: i ? "number" : null }, head)))), body)),
    more);
  return {
    element,
    body,
    /** @param {number} count */
    left(count) {
      more.hidden = count <= MOST;
      more.textContent = count > MOST ? `and ${(count - MOST).toLocaleString("en")} more` : "";
    },
  };
}

/** @param {HTMLElement} cell @param {string} text @param {string} [title] */
function write(cell, text, title) {
  const { firstChild } = cell;
  if (!(firstChild instanceof Text)) cell.textContent = text;
  else if (firstChild.data !== text) firstChild.data = text;
  if (title !== undefined && cell.title !== title) cell.title = title;
}

/** As a sum is written. @param {Num} x */
const told = (x) => formatNumber(x, 4).replace("-", "−");

/** @param {Num} x */
const bracketed = (x) => (Number(x) < 0 ? `(${told(x)})` : told(x));

/** The arithmetic of one update; at the end, of the one that would come next. @param {number} data @param {number | null} grad @param {number | null} next @param {import("./settings.js").Settings} settings */
export function updateText(data, grad, next, { optimizer, learning_rate: rate }) {
  if (optimizerOf(optimizer)?.follows_grad) return grad === null ? "" : `${told(data)} − ${rate} · ${bracketed(grad)} = ${told(next ?? data - rate * grad)}`;
  if (next === null) return "—";
  return `${told(data)} − ${bracketed(data - next)} = ${told(next)}`;
}

/** A parameter's name in two parts: what it belongs to, and which it is there: `n.layers[0].neurons[1]`, `w[2]`. @param {string} key @returns {[string, string]} */
export function placeAndName(key) {
  const dot = key.lastIndexOf(".");
  return dot < 0 ? ["", key] : [key.slice(0, dot), key.slice(dot + 1)];
}

export function parametersTable() {
  const { element, body, left } = table("Parameters at this iteration", ["parameter", "data", "grad", "update"]);
  /** @type {HTMLTableCellElement[][]} */
  let rows = [];
  return {
    element,
    /** Those of one neuron under its name. @param {ReadonlyArray<{key: string}>} parameters */
    build(parameters) {
      rows = [];
      body.replaceChildren();
      let group = "";
      for (const { key } of parameters.slice(0, MOST)) {
        const [place, name] = placeAndName(key);
        if (place !== group && place !== "") body.append(h("tr", { class: "place" }, h("th", { scope: "col", colspan: 4 }, place)));
        group = place;
        const cells = [h("td", { class: "number" }), h("td", { class: "number" }), h("td", { class: "update" })];
        rows.push(cells);
        body.append(h("tr", {}, h("th", { scope: "row", title: key }, name), ...cells));
      }
      left(parameters.length);
    },
    /** @param {Float64Array} data @param {ReadonlyArray<number | null>} grads @param {Float64Array | null} next
     * @param {import("./settings.js").Settings} settings @param {boolean} exact  whether there is time for all digits */
    show(data, grads, next, settings, exact) {
      for (const [i, [a, b, c]] of rows.entries()) {
        const x = data[i] ?? NaN;
        const grad = grads[i] ?? null;
        if (a) write(a, formatNumber(x, 4), exact ? exactNumber(x) : undefined);
        if (b) write(b, grad === null ? "…" : formatNumber(grad, 4), exact && grad !== null ? exactNumber(grad) : undefined);
        if (c) write(c, updateText(x, grad, next?.[i] ?? null, settings));
      }
    },
  };
}

export function predictionsTable() {
  const { element, body, left } = table("Predictions at this iteration", ["prediction", "now", "target"]);
  /** @type {HTMLTableCellElement[][]} */
  let rows = [];
  return {
    element,
    /** @param {ReadonlyArray<{key: string}>} predictions */
    build(predictions) {
      rows = predictions.slice(0, MOST).map(() => [h("td", { class: "number" }), h("td", { class: "number" })]);
      body.replaceChildren(...rows.map((cells, i) => h("tr", {}, h("th", { scope: "row" }, predictions[i]?.key ?? ""), ...cells)));
      left(predictions.length);
      element.hidden = predictions.length === 0;
    },
    /** @param {ReadonlyArray<number | null>} now @param {ReadonlyArray<number | null>} targets @param {boolean} exact */
    show(now, targets, exact) {
      for (const [i, [a, b]] of rows.entries()) {
        const x = now[i] ?? null;
        if (a) write(a, x === null ? "…" : formatNumber(x, 4), exact && x !== null ? exactNumber(x) : undefined);
        const target = targets[i] ?? null;
        if (b) write(b, target === null ? "" : formatNumber(target, 4));
      }
    },
  };
}

/** Two runs side by side: where each ends. @param {import("./run.js").Run[]} runs @param {string[]} words */
export function finals(runs, words) {
  const { element, body } = table("Where both runs end", ["at the end", ...words]);
  const line = (/** @type {string} */ name, /** @type {Num[]} */ numbers) =>
    h("tr", {}, h("th", { scope: "row" }, name), ...numbers.map((x) => h("td", { class: "number", title: exactNumber(x) }, formatNumber(x, 4))));
  const [first] = runs;
  if (!first) return element;
  body.append(
    line(first.name, runs.map(({ losses, last }) => losses[last] ?? null)),
    ...first.predictions.slice(0, 12).map(({ key }, i) => line(key, runs.map(({ predictions }) => predictions[i]?.final ?? null))),
    h("tr", {}, h("th", { scope: "row" }, "iterations"), ...runs.map(({ last, stopped }) => h("td", { class: "number" }, `${last.toLocaleString("en")}${stopped ? ", stopped" : ""}`))));
  return element;
}
