// The output against one input: the curve, the tangent whose slope is the grad, the secant that closes in on it.

import { messageOf } from "./api.js";
import { linear } from "./axis.js";
import { createChart } from "./chart.js";
import { h } from "./dom.js";
import { formatNumber } from "./format.js";
import { pictureLink } from "./links.js";
import { adjustable, nameOf, storyOf } from "./state.js";
import { curveOf, reachFor, sweep, visible } from "./sweep.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./sweep.js").Point} Point */

const [WIDTH, HEIGHT] = [760, 236];

/**
 * @param {Store} store
 * @param {{studies: import("./studies.js").Studies, base: string}} how
 * @returns {import("./labs/labs.js").Lab}
 */
export function plotPanel(store, { studies, base }) {
  const which = h("select", { id: "plot-x" });
  const low = h("input", { type: "text", inputmode: "decimal", class: "plot-end", "aria-label": "from" });
  const high = h("input", { type: "text", inputmode: "decimal", class: "plot-end", "aria-label": "to" });
  const step = h("input", { type: "range", class: "slider-bar", min: -4, max: 0.7, step: "any", value: 0, "aria-label": "h of the secant" });
  const stepText = h("output", { class: "plot-h" });
  const link = h("a", { target: "_blank", rel: "noopener" }, "SVG");
  const chart = createChart("", WIDTH, HEIGHT);
  const key = h("p", { class: "key" });
  const note = h("p", { class: "hint" });
  const body = h("div", { class: "plot" },
    h("div", { class: "plot-knobs" },
      h("label", { for: "plot-x" }, "x"), which, h("span", {}, "from"), low, h("span", {}, "to"), high,
      h("label", { class: "plot-secant" }, h("span", {}, "secant, h"), step), stepText, link),
    key, h("div", { class: "plot-picture" }, chart.element), note);

  /** @type {{min: number, max: number} | null} */
  let range = null;
  let node = "";

  /** @param {HTMLInputElement} field */
  const numberIn = (field) => Number(field.value.replace("−", "-").replace(",", "."));
  for (const field of [low, high]) {
    field.addEventListener("change", () => {
      const next = { min: numberIn(low), max: numberIn(high) };
      if (Number.isFinite(next.min) && Number.isFinite(next.max) && next.min < next.max) range = next;
      draw();
    });
  }
  which.addEventListener("change", () => {
    node = which.value;
    range = null;
    draw();
  });
  step.addEventListener("input", () => draw());

  function choices() {
    const trace = store.get().trace;
    if (!trace) return;
    const found = adjustable(trace).length ? adjustable(trace) : trace.nodes.filter((each) => !each.op);
    which.replaceChildren(...found.map((each) => h("option", { value: each.key }, nameOf(trace, each))));
    if (!found.some((each) => each.key === node)) [node, range] = [found[0]?.key ?? "", null];
    which.value = node;
  }

  function draw() {
    const state = store.get();
    const story = storyOf(state);
    const at = story?.nodes.find((each) => each.key === node);
    if (!story || !at) return;
    const curve = curveOf(story, at.id);
    if (!curve) return void askServer();
    const reach = reachFor(curve.x);
    range ??= { min: -reach, max: reach };
    show({ ...sweep(curve.f, range.min, range.max), x: curve.x, y: curve.y, slope: curve.slope, beyond: (by) => curve.f(curve.x + by), xName: nameOf(story, at), yName: rootName(story, curve.root) });
    note.textContent = "";
  }

  /** @param {import("./types.js").Trace} story @param {string} id */
  function rootName(story, id) {
    const root = story.nodes.find((each) => each.id === id);
    return root ? nameOf(story, root) : "";
  }

  async function askServer() {
    try {
      const answer = await studies.ask("plot", store.get(), { x: node, ...(range ? { from: range.min, to: range.max } : {}), h: 10 ** Number(step.value) });
      if (!answer) return;
      range ??= { min: answer.from, max: answer.to };
      /** @type {Point[][]} */
      const pieces = [[]];
      for (const [i, y] of answer.ys.entries()) {
        if (y === null) pieces.push([]);
        else pieces.at(-1)?.push([answer.xs[i], y]);
      }
      show({ pieces, breaks: answer.breaks, x: Number(answer.x), y: Number(answer.y), slope: Number(answer.slope), beyond: () => Number(answer.secant?.y ?? NaN), xName: answer.name, yName: answer.output_name });
      note.textContent = answer.note ?? "";
    } catch (problem) {
      note.textContent = messageOf(problem);
    }
  }

  /** @param {{pieces: Point[][], breaks: number[], x: number, y: number, slope: number, beyond: (h: number) => number, xName: string, yName: string}} what */
  function show({ pieces, breaks, x, y, slope, beyond, xName, yName }) {
    if (!range) return;
    const by = 10 ** Number(step.value);
    const far = /** @type {Point} */ ([x + by, beyond(by)]);
    const rise = (far[1] - y) / by;
    const { low: bottom, high: top } = visible(pieces, x >= range.min && x <= range.max && Number.isFinite(y) ? [x, y] : null, breaks.length > 0);
    const [left, floor] = [64, HEIGHT - 36];
    const axes = { x: linear(range.min, range.max, left, WIDTH - 14, 10), y: linear(bottom, top, floor, 16) };
    /** A straight line through the point, cut at the frame. @param {number} m @returns {Point[]} */
    const straight = (m) => {
      if (!Number.isFinite(m) || !range) return [];
      let [a, b] = [range.min, range.max];
      if (m !== 0) {
        const [p, q] = [x + (bottom - y) / m, x + (top - y) / m];
        [a, b] = [Math.max(a, Math.min(p, q)), Math.min(b, Math.max(p, q))];
      }
      return a < b ? [[a, y + m * (a - x)], [b, y + m * (b - x)]] : [];
    };
    /** @param {Point} point */
    const inside = ([a, b]) => range !== null && a >= range.min && a <= range.max && b >= bottom && b <= top;
    const clipped = pieces.flatMap((piece) => [...piece.map((point) => (point[1] >= bottom - (top - bottom) && point[1] <= top + (top - bottom) ? point : null)), null]);
    chart.draw({
      ...axes, left, bottom: floor, xName, yName,
      lines: [{ kind: "forward", points: clipped }, { kind: "update", points: straight(rise) }, { kind: "backward", points: straight(slope) }],
      dots: [...(inside(far) ? [{ kind: "update", x: far[0], y: far[1], shape: /** @type {const} */ ("diamond") }] : []), ...(inside([x, y]) ? [{ kind: "backward", x, y }] : [])],
    });
    const said = (/** @type {number} */ n) => formatNumber(n, 4);
    chart.describe(`${yName} against ${xName}. At ${xName} = ${said(x)} it is ${said(y)}, and the tangent has the slope of the grad, ${said(slope)}.`);
    key.replaceChildren(h("span", { class: "is-forward" }, yName), h("span", { class: "is-backward" }, `tangent, slope = grad = ${said(slope)}`), h("span", { class: "is-update" }, `secant, slope ${said(rise)}`));
    const shortH = by >= 0.01 ? by.toFixed(2) : by.toExponential(1);
    stepText.textContent = shortH;
    step.setAttribute("aria-valuetext", `${shortH}, slope ${said(rise)}`);
    for (const [field, value] of /** @type {const} */ ([[low, range.min], [high, range.max]])) if (document.activeElement !== field) field.value = String(value);
    const { trace, options } = store.get();
    if (trace) {
      const picture = pictureLink(base, trace.code, options["theme"] ? { theme: options["theme"] } : {}, "svg").replace(/\.svg(\?|$)/, "/plot.svg$1");
      link.href = `${picture}${picture.includes("?") ? "&" : "?"}x=${encodeURIComponent(node)}&from=${range.min}&to=${range.max}&h=${Number(by.toPrecision(4))}`;
    }
  }

  return {
    body,
    story: () => chart.element.getAttribute("aria-label") ?? "",
    open() {
      choices();
      draw();
      const stops = [
        store.watch((state) => state.trace, () => (choices(), draw()), false),
        store.watch((state) => state.live, draw, false),
      ];
      return () => stops.forEach((stop) => stop());
    },
  };
}
