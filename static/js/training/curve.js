// The loss curve: uPlot draws it, a marker over it says where we are. For those who do not see it, it is a slider with words.

import uPlot from "uplot";
import { h } from "../dom.js";
import { formatNumber } from "../format.js";
import { stepBy } from "./scrubber.js";

/** @typedef {{losses: Float64Array, words: string}} Curve */

const HEIGHT = 190;

/**
 * @param {{goTo: (iteration: number) => void}} how
 */
export function createCurve({ goTo }) {
  const marker = h("div", { class: "curve-marker", "aria-hidden": "true" });
  const hover = h("p", { class: "curve-hover", "aria-hidden": "true" });
  const key = h("p", { class: "key" });
  const host = h("div", { class: "curve", tabindex: 0, role: "slider", "aria-label": "Loss curve, iteration", "aria-valuemin": 0 });
  const element = h("div", { class: "curve-frame" }, h("div", { class: "curve-head" }, key, hover), host);
  /** @type {uPlot | null} */
  let plot = null;
  /** @type {Curve[]} */
  let curves = [];
  let name = "loss";
  let log = false;
  let last = 0;
  let at = 0;

  /** @param {string} token */
  const colour = (token) => getComputedStyle(host).getPropertyValue(token).trim();

  function build() {
    plot?.destroy();
    plot = null;
    host.querySelector(".curve-marker")?.remove();
    const width = host.clientWidth;
    const [first] = curves;
    if (!first || width < 60) return;
    const longest = Math.max(...curves.map(({ losses }) => losses.length));
    const xs = Float64Array.from({ length: longest }, (_, i) => i);
    const ink = colour("--ink-2");
    const rule = colour("--rule");
    const font = `12px ${getComputedStyle(host).fontFamily}`;
    const look = [{ stroke: colour("--forward"), width: 2 }, { stroke: colour("--backward"), width: 2, dash: [6, 4] }];
    plot = new uPlot({
      width,
      height: HEIGHT,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7 }, y: false },
      scales: { x: { time: false, range: (_, low, high) => [low, Math.max(high, low + 1)] }, y: log ? { distr: 3, log: 10 } : {} },
      axes: [
        { stroke: ink, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule }, font, size: 30, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
        { stroke: ink, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule }, font, size: 62, values: (_, ticks) => ticks.map((x) => (x === null ? "" : tick(x))) },
      ],
      series: [{}, ...curves.map((_, i) => ({ ...look[i], points: { show: false } }))],
      hooks: { setCursor: [(self) => tell(self.cursor.idx ?? null)], draw: [() => place()] },
    }, /** @type {any} */ ([xs, ...curves.map(({ losses }) => Array.from(xs, (_, i) => shown(losses[i])))]), host);
    plot.over.append(marker);
  }

  /** What can be drawn: no break of the axis by inf, and no zero on a log axis. @param {number | undefined} x */
  const shown = (x) => (x === undefined || !Number.isFinite(x) || Math.abs(x) > 1e200 || (log && x <= 0) ? null : x);

  /** @param {number | null} iteration */
  function tell(iteration) {
    const values = iteration === null ? [] : curves.map(({ losses }) => losses[iteration]).filter((x) => x !== undefined);
    hover.textContent = iteration === null || values.length === 0 ? "" : `iteration ${iteration}: ${values.map((x) => formatNumber(x ?? null, 4)).join(" · ")}`;
  }

  function place() {
    host.setAttribute("aria-valuemax", String(last));
    host.setAttribute("aria-valuenow", String(at));
    const loss = curves[0]?.losses[at];
    host.setAttribute("aria-valuetext", `iteration ${at} of ${last}, ${name} ${formatNumber(loss ?? null, 4)}`);
    if (!plot) return;
    marker.style.transform = `translateX(${plot.valToPos(at, "x")}px)`;
    const y = shown(loss);
    marker.style.setProperty("--y", y === null ? "-20px" : `${plot.valToPos(y, "y")}px`);
  }

  /** @param {PointerEvent} event */
  function seek(event) {
    if (!plot) return;
    const box = plot.over.getBoundingClientRect();
    const iteration = Math.min(Math.max(Math.round(plot.posToVal(event.clientX - box.left, "x")), 0), last);
    goTo(iteration);
    tell(iteration);
  }
  host.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !plot) return;
    host.setPointerCapture(event.pointerId);
    host.focus({ preventScroll: true });
    seek(event);
  });
  host.addEventListener("pointermove", (event) => {
    if (host.hasPointerCapture(event.pointerId)) seek(event);
  });
  host.addEventListener("keydown", (event) => {
    const by = stepBy(event, at, last);
    if (by === null) return;
    event.preventDefault();
    goTo(by);
  });

  let width = 0;
  const resized = new ResizeObserver(() => {
    if (Math.abs(host.clientWidth - width) < 2) return;
    width = host.clientWidth;
    build();
  });

  return {
    element,
    /** @param {Curve[]} what @param {string} loss  its name */
    show(what, loss) {
      curves = what;
      name = loss;
      last = (what[0]?.losses.length ?? 1) - 1;
      key.replaceChildren(...what.map(({ words }, i) => h("span", { class: i === 0 ? "is-forward" : "is-backward is-dashed" }, words)));
      hover.textContent = "";
      build();
    },
    /** @param {boolean} yes */
    setLog(yes) {
      if (log === yes) return;
      log = yes;
      build();
    },
    /** @param {number} iteration */
    mark(iteration) {
      at = iteration;
      place();
    },
    redraw: build,
    listen() {
      resized.observe(host);
      build();
      return () => resized.disconnect();
    },
  };
}

/** @param {number} x */
const tick = (x) => (x !== 0 && (Math.abs(x) >= 1e5 || Math.abs(x) < 1e-3) ? x.toExponential(Math.abs(x) < 1 ? 0 : 1).replace("e+", "e") : String(Number(x.toPrecision(6)))).replace("-", "−");
