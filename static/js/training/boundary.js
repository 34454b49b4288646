// What the model says over its inputs, as a picture of the server that follows the iteration. Only one is fetched at a time.

import { h } from "../dom.js";
import { withQuery } from "./exports.js";

/** @param {string} base @param {() => string | undefined} theme */
export function createBoundary(base, theme) {
  const image = h("img", { class: "train-boundary", alt: "", width: 640, height: 480 });
  const element = h("figure", { class: "train-plane", hidden: true }, image);
  let address = "";
  let wanted = 0;
  let loading = false;

  function load() {
    if (address === "") return;
    const src = withQuery(base, address, { iteration: String(wanted), bg: "transparent", ...(theme() === "dark" ? { theme: "dark" } : {}) });
    if (image.getAttribute("src") === src) return;
    loading = true;
    image.alt = `What the model says over its inputs at iteration ${wanted}, with the examples.`;
    image.src = src;
  }
  for (const end of ["load", "error"]) {
    image.addEventListener(end, () => {
      loading = false;
      element.hidden = end === "error" || address === "";
      load();
    });
  }
  return {
    element,
    /** @param {string | null | undefined} link  null for a program that has no such picture */
    set(link) {
      address = link ?? "";
      element.hidden = address === "";
    },
    /** @param {number} iteration */
    at(iteration) {
      wanted = iteration;
      if (!loading) load();
    },
    redraw: load,
  };
}
