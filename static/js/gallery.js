// The menu of examples.

import { h } from "./dom.js";

/**
 * @param {HTMLElement} panel
 * @param {import("./types.js").Example[]} examples
 * @param {(example: import("./types.js").Example) => void} open
 */
export function fillGallery(panel, examples, open) {
  panel.append(
    h("ul", { class: "gallery" }, ...examples.map((example) =>
      h("li", {}, h("button", { type: "button", class: "example", onclick: () => open(example) },
        h("span", { class: "example-title" }, example.title), " ", h("span", { class: "example-sentence" }, example.sentence))))),
  );
}
