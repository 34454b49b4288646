// The menu of examples.

import { h } from "./dom.js";
import { TABLES } from "./tables.js";

/**
 * @param {HTMLElement} panel
 * @param {import("./types.js").Example[]} examples
 * @param {(example: import("./types.js").Example, lab?: string) => void} open
 */
export function fillGallery(panel, examples, open) {
  /** @param {{title: string, sentence: string}} what @param {() => void} run */
  const entry = ({ title, sentence }, run) =>
    h("li", {}, h("button", { type: "button", class: "example", onclick: run },
      h("span", { class: "example-title" }, title), " ", h("span", { class: "example-sentence" }, sentence)));
  const labs = TABLES.labs.flatMap(({ name, offer }) => {
    const example = offer?.source ? offer : examples.find(({ slug }) => slug === offer?.slug);
    return offer && example ? [entry(offer, () => open(example, name))] : [];
  });
  panel.append(
    h("ul", { class: "gallery" }, ...examples.map((example) => entry(example, () => open(example)))),
    h("h2", { class: "gallery-head" }, "Labs"),
    h("ul", { class: "gallery" }, ...labs));
}
