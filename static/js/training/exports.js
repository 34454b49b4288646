// What a run can be taken away as: the curve as a picture, the numbers as CSV and JSON.

import { h } from "../dom.js";

/** An address of the server's, with other values for some options. @param {string} base @param {string} address @param {Record<string, string>} more */
export function withQuery(base, address, more) {
  const [path = "", query = ""] = address.split("?");
  const pairs = query.split("&").filter((pair) => pair && !((pair.split("=")[0] ?? "") in more));
  const all = [...pairs, ...Object.entries(more).map(([name, value]) => `${name}=${value}`)].join("&");
  return `${base}${path.replace(/^\//, "")}${all ? `?${all}` : ""}`;
}

/** @param {string} base  where the application is mounted */
export function createExports(base) {
  const link = (/** @type {string} */ text, /** @type {string} */ name) => h("a", { target: "_blank", rel: "noopener", "aria-label": name }, text);
  const svg = link("SVG", "Loss curve as SVG");
  const csv = link("CSV", "All iterations as CSV");
  const json = link("JSON", "The run as JSON");
  let [curve, scale, iteration, versus] = ["", "linear", 0, ""];

  function show() {
    svg.href = withQuery(base, curve, { iteration: String(iteration), ...(versus ? { versus } : {}), ...(scale === "log" ? { scale } : {}) });
  }
  return {
    element: h("div", { class: "train-exports" }, svg, csv, json),
    /** @param {import("./run.js").Run} run @param {string} other  what a second run does otherwise */
    set({ links }, other) {
      curve = links["loss"] ?? "";
      versus = other.split(",").filter((pair) => !pair.startsWith("iterations:")).join(",");
      csv.href = withQuery(base, links["table"] ?? "", {});
      json.href = withQuery(base, links["train"] ?? "", { history: "true" });
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
