// Where it goes wrong: saturated, dead, vanishing, exploding, not finite; each at its cause, with a sentence.

import { h, withCode } from "../dom.js";
import { icon } from "../icons.js";
import { nameOf, storyOf } from "../state.js";

const KINDS = /** @type {Record<string, string>} */ ({
  saturated: "Saturated", dead: "Dead relu", vanishing: "Vanishing", exploding: "Exploding", "data-not-finite": "Data not finite", "grad-not-finite": "Grad not finite",
});
const EXAMPLES = ["saturated", "dead-relu", "vanishing", "exploding", "first-nan"];

/** @param {import("../state.js").Store} store @param {import("./labs.js").LabTools} tools @returns {import("./labs.js").Lab} */
export function wrongLab(store, { inspect, example, gallery }) {
  const list = h("ul", { class: "badges" });
  const none = h("p", {}, "Nothing goes wrong here: every gradient gets through, and all numbers are finite.");
  const others = gallery.filter(({ slug }) => EXAMPLES.includes(slug));
  const body = h("div", { class: "lab" },
    list, none,
    example && others.length ? h("div", { class: "chips", role: "group", "aria-label": "Programs that go wrong" }, ...others.map(({ slug, title }) => h("button", { type: "button", class: "chip-button", onclick: () => example(slug) }, title))) : null);

  function show() {
    const story = storyOf(store.get());
    const badges = story?.badges ?? [];
    none.hidden = badges.length > 0;
    store.set({ troubled: badges.map(({ node }) => node) });
    list.replaceChildren(...badges.map(({ node: id, kind, sentence }) => {
      const node = story?.nodes.find((each) => each.id === id);
      const name = story && node ? nameOf(story, node) : id;
      const item = h("li", { class: "trouble" }, icon("warning"),
        h("div", {}, h("p", {}, h("b", {}, KINDS[kind] ?? kind), " at ", inspect ? h("button", { type: "button", class: "chip-button", onclick: () => inspect(id) }, name) : h("code", {}, name)), h("p", {}, withCode(sentence))));
      item.addEventListener("pointerenter", () => store.set({ hover: id }));
      item.addEventListener("pointerleave", () => store.set({ hover: null }));
      return item;
    }));
  }
  return {
    body,
    story: () => (storyOf(store.get())?.badges ?? []).map(({ sentence }) => sentence).join(" ").replaceAll("`", "") || (none.textContent ?? ""),
    open() {
      show();
      const stops = [store.watch((state) => storyOf(state)?.badges, show, false)];
      return () => {
        stops.forEach((stop) => stop());
        store.set({ troubled: [] });
      };
    },
  };
}
