// What can be taken away: links, Markdown, an iframe, the picture itself.

import { codeOf, linkOptions, seenOptions } from "./address.js";
import { writeClipboard } from "./clipboard.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { diagramLink } from "./diagram/link.js";
import { embedLink, iframeTag, markdownImage, pageLink, pictureLink } from "./links.js";

/** @typedef {import("./state.js").Store} Store */

/**
 * @param {HTMLElement} panel
 * @param {Store} store
 * @param {{base: string, say: (text: string) => void}} how
 */
export function fillShareMenu(panel, store, { base, say }) {
  const atStep = h("input", { type: "checkbox", id: "share-step", checked: true });
  const stepLabel = h("span", {});
  const said = h("p", { class: "share-said", "aria-hidden": "true" });
  const byHand = h("textarea", { class: "share-text", readonly: true, rows: 3, hidden: true, "aria-label": "To copy by hand" });

  async function urls() {
    const state = store.get();
    const code = await codeOf(state);
    const options = atStep.checked ? linkOptions(state) : seenOptions(state);
    const from = new URL(base, location.href).href;
    const total = state.trace?.steps.length ?? 0;
    const drawn = state.options["stage"] === "diagram";
    const title = `${drawn ? "Diagram" : "Computation graph"}${options["step"] ? `, step ${state.step} of ${total}` : ""}`;
    const diagram = diagramLink(from, code, state, atStep.checked);
    return { code, title, page: pageLink(from, code, options), picture: drawn ? diagram : pictureLink(from, code, options), diagram, embed: embedLink(from, code, options) };
  }

  /** @param {string} what @param {() => Promise<string>} make */
  async function copy(what, make) {
    const text = await make();
    if (await writeClipboard(text, panel)) {
      byHand.hidden = true;
      tell(`${what} copied.`);
    } else {
      byHand.value = text;
      byHand.hidden = false;
      byHand.focus();
      byHand.select();
      tell(`The browser does not let us copy. ${what} is selected: copy it by hand.`);
    }
  }

  async function download() {
    const { picture } = await urls();
    try {
      const response = await fetch(picture);
      if (!response.ok) throw new Error(String(response.status));
      const url = URL.createObjectURL(await response.blob());
      h("a", { href: url, download: "stepgrad.svg" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
      tell("SVG downloaded.");
    } catch {
      tell("The picture could not be fetched.");
    }
  }

  /** @param {string} text */
  function tell(text) {
    said.textContent = text;
    say(text);
  }

  /** @param {string} name @param {string} label @param {() => void} run */
  const item = (name, label, run) => h("li", {}, h("button", { type: "button", class: "item", onclick: run }, icon(name), h("span", {}, label)));

  // In the graph's place the diagram is the picture; beside it, it is another one.
  const beside = item("network", "Copy diagram link", () => copy("Diagram link", async () => (await urls()).diagram));
  store.watch((state) => state.options["lab"] === "diagram", (open) => void (beside.hidden = !open));

  panel.append(
    h("label", { class: "choice" }, atStep, stepLabel),
    h("ul", { class: "items" },
      item("link", "Copy link", () => copy("Link", async () => (await urls()).page)),
      item("image", "Copy image link", () => copy("Image link", async () => (await urls()).picture)),
      beside,
      item("markdown", "Copy Markdown", () => copy("Markdown", async () => { const { title, picture } = await urls(); return markdownImage(title, picture); })),
      item("frame", "Copy iframe", () => copy("Iframe", async () => { const { title, embed } = await urls(); return iframeTag(title, embed, 460); })),
      item("download", "Download SVG", download)),
    byHand,
    said,
  );
  store.watch((state) => `${state.step}/${state.trace?.steps.length ?? 0}`, () => {
    const { step, trace } = store.get();
    stepLabel.textContent = `At this step (${step} of ${trace?.steps.length ?? 0})`;
  });
  return { reset: () => void ((said.textContent = ""), (byHand.hidden = true)) };
}
