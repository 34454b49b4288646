// The menu of examples.

import { h } from "./dom.js";
import { LABS_IN_GALLERY } from "./labs/list.js";

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
  const labs = LABS_IN_GALLERY.flatMap((lab) => {
    const example = lab.source ? { ...lab, source: lab.source } : examples.find(({ slug }) => slug === lab.slug);
    return example ? [entry(lab, () => open(example, lab.lab))] : [];
  });
  panel.append(
    h("ul", { class: "gallery" }, ...examples.map((example) => entry(example, () => open(example)))),
    h("h2", { class: "gallery-head" }, "Labs"),
    h("ul", { class: "gallery" }, ...labs));
}
