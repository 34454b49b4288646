// What a run can be taken away as: the curve as a picture, the numbers as CSV and JSON.

import { h } from "../dom.js";

/** @param {string} base  where the application is mounted */
export function createExports(base) {
  const link = (/** @type {string} */ text, /** @type {string} */ name) => h("a", { target: "_blank", rel: "noopener", "aria-label": name }, text);
  const svg = link("SVG", "Loss curve as SVG");
  const csv = link("CSV", "All iterations as CSV");
  const json = link("JSON", "The run as JSON");
  let [curve, scale, iteration] = ["", "linear", 0];

  /** @param {string} address @param {Record<string, string>} more */
  const address = (address, more) => {
    const query = Object.entries(more).map(([name, value]) => `${name}=${value}`).join("&");
    return `${base}${address.replace(/^\//, "")}${query ? `${address.includes("?") ? "&" : "?"}${query}` : ""}`;
  };
  function show() {
    svg.href = address(curve.replace(/([?&])iteration=\d+&?/, "$1").replace(/[?&]$/, ""), { iteration: String(iteration), ...(scale === "log" ? { scale } : {}) });
  }
  return {
    element: h("div", { class: "train-exports" }, svg, csv, json),
    /** @param {import("./run.js").Run} run */
    set({ links }) {
      curve = links["loss"] ?? "";
      csv.href = address(links["table"] ?? "", {});
      json.href = address(links["train"] ?? "", { history: "true" });
      show();
    },
    /** @param {number} at */
    at(at) {
      iteration = at;
      show();
    },
    /** @param {string} name */
    setScale(name) {
      scale = name;
      show();
    },
  };
}
