// The menu of data: a set is put into the program, or rows that are pasted.

import { h, withCode } from "../dom.js";
import { MOST_COLUMNS, MOST_ROWS, readRows } from "./csv.js";
import { adviceForSum, dataOf, programFor, SETS, withData } from "./data.js";

/**
 * @param {{source: () => string, use: (source: string, advice: import("./settings.js").Advice | null, words: string) => void}} how
 */
export function createDataMenu({ source, use }) {
  const whole = h("input", { type: "checkbox" });
  /** @param {import("./data.js").Data} data @param {string} title @param {import("./settings.js").Advice | null} advice */
  function put(data, title, advice) {
    const made = whole.checked ? { source: programFor(data), kept: false } : withData(source(), data);
    use(made.source, made.kept ? adviceForSum(made.source, data, advice) : advice, `${title}: ${made.kept ? "the program has these rows now." : "a small program with these rows."}`);
  }

  const text = h("textarea", { class: "csv-text", rows: 5, spellcheck: "false", id: "csv-text", placeholder: "width, height, class\n1.5, 0.2, 1\n-0.3, 2.0, -1", "aria-describedby": "csv-fault" });
  const fault = h("p", { class: "csv-fault", id: "csv-fault", role: "alert" });
  text.addEventListener("input", () => {
    fault.replaceChildren();
    text.removeAttribute("aria-invalid");
  });
  const take = h("button", {
    type: "button", class: "fix", onclick: () => {
      const read = readRows(text.value);
      if ("rows" in read) return put(dataOf(read.rows), `${read.rows.xs.length} rows`, { learning_rate: 0.1, iterations: 200 });
      fault.replaceChildren(withCode(`Line ${read.fault.line}, column ${read.fault.column}: ${read.fault.message}`));
      text.setAttribute("aria-invalid", "true");
      text.focus();
      const before = text.value.split("\n").slice(0, read.fault.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
      const line = [...(text.value.split("\n")[read.fault.line - 1] ?? "")];
      const at = before + line.slice(0, read.fault.column - 1).join("").length;
      text.setSelectionRange(at, at + 1);
    },
  }, "Use these rows");

  const element = h("details", { class: "train-data" },
    h("summary", {}, "Data"),
    h("ul", { class: "data-sets" }, ...SETS.map((set) => h("li", {}, h("button", { type: "button", class: "example", onclick: () => put(set, set.title, set.advice) },
      h("span", { class: "example-title" }, set.title), " ", h("span", { class: "example-sentence" }, set.sentence))))),
    h("label", { for: "csv-text", class: "csv-label" }, `Or paste rows: the last column is the target, a first line of names may stand above. Up to ${MOST_ROWS} rows of ${MOST_COLUMNS} columns.`),
    text, fault,
    h("div", { class: "csv-take" }, take, h("label", {}, whole, " as a program of its own")));
  return { element };
}
