// Where the picture lies: pan, zoom, fit, and keeping the current step in sight.
//
// The transform is CSS on the sheet around the picture: 16 ms a frame with 13,000 elements, where the attribute took 59. During
// a gesture the sheet is its own layer; at its end the layer goes, and the text is drawn sharp at its new size.

import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { h, reducedMotion } from "./dom.js";
import { moveFrom, placesIn } from "./flip.js";
import { icon } from "./icons.js";

/** @typedef {ReturnType<typeof createStage>} Stage */

const MARGIN = 20;
/** The picture grows to this on an empty stage, and shrinks to the other before it is shown in part. */
const LARGEST = 1.5;
const SMALLEST_READABLE = 0.55;

/**
 * @param {{wheel?: boolean, tools?: boolean}} [how]  wheel: zoom by plain wheel (else with Ctrl, so that a framing page can scroll)
 */
export function createStage({ wheel = true, tools = true } = {}) {
  const sheet = h("div", { class: "sheet" });
  const element = h("div", { class: "stage", tabindex: 0, role: "region", "aria-label": "Graph" }, sheet);
  /** @type {SVGSVGElement | null} */
  let svg = null;
  let [width, height] = [0, 0];
  /** "auto": we choose the view, and again when the room changes; "manual": the reader chose it. */
  let mode = "auto";
  let transform = zoomIdentity;
  let gliding = 0;

  const behaviour = /** @type {import("d3-zoom").ZoomBehavior<HTMLElement, unknown>} */ (zoom())
    .scaleExtent([0.05, 8])
    .filter((event) => {
      if (event.target instanceof Element && event.target.closest(".stage-tools")) return false;
      if (event.type === "wheel") return wheel || event.ctrlKey || event.metaKey;
      return !event.button && event.type !== "dblclick";
    })
    .on("start", (event) => {
      if (!event.sourceEvent) return;
      element.classList.add("is-moving");
      element.classList.remove("is-gliding");
    })
    .on("zoom", (event) => {
      transform = event.transform;
      sheet.style.transform = `translate(${transform.x}px, ${transform.y}px) scale(${transform.k})`;
      if (event.sourceEvent) mode = "manual";
    })
    .on("end", () => element.classList.remove("is-moving"));
  const selection = select(/** @type {HTMLElement} */ (element));
  selection.call(behaviour);

  /** @param {import("d3-zoom").ZoomTransform} target @param {boolean} [smooth] */
  function moveTo(target, smooth = false) {
    clearTimeout(gliding);
    const glide = smooth && !reducedMotion();
    element.classList.toggle("is-gliding", glide);
    if (glide) gliding = window.setTimeout(() => element.classList.remove("is-gliding"), 320);
    selection.call(behaviour.transform, target);
  }

  const wholeScale = () => Math.min((element.clientWidth - 2 * MARGIN) / width, (element.clientHeight - 2 * MARGIN) / height);

  /** @param {number} k @param {number} [x] @param {number} [y]  the point of the picture to bring to the middle */
  const centred = (k, x = width / 2, y = height / 2) =>
    zoomIdentity.translate(element.clientWidth / 2 - k * x, element.clientHeight / 2 - k * y).scale(k);

  /** @param {Element[]} [focus] */
  function arrange(focus = []) {
    if (!svg || !element.clientWidth) return;
    const whole = wholeScale();
    const k = Math.max(Math.min(whole, LARGEST), SMALLEST_READABLE);
    moveTo(centred(k));
    if (whole < SMALLEST_READABLE) keepInSight(focus, false);
  }

  /**
   * Pans, as little as is needed, when what the step is about lies outside. The first element must be seen; the others when
   * there is room for all.
   * @param {Element[]} elements @param {boolean} smooth
   */
  function keepInSight(elements, smooth) {
    const [first, ...others] = elements.map((one) => one.getBoundingClientRect());
    if (!first || !element.clientWidth) return;
    const room = element.getBoundingClientRect();
    let box = { left: first.left, top: first.top, right: first.right, bottom: first.bottom };
    for (const other of others) {
      const both = {
        left: Math.min(box.left, other.left), top: Math.min(box.top, other.top),
        right: Math.max(box.right, other.right), bottom: Math.max(box.bottom, other.bottom),
      };
      if (both.right - both.left + 2 * MARGIN <= room.width && both.bottom - both.top + 2 * MARGIN <= room.height) box = both;
    }
    // While a glide is under way the sheet is measured in the middle of it; `transform` is where it is going.
    const now = sheet.getBoundingClientRect();
    const x = shift(box.left - now.left + transform.x, box.right - box.left, room.width);
    const y = shift(box.top - now.top + transform.y, box.bottom - box.top, room.height);
    if (x || y) moveTo(zoomIdentity.translate(transform.x + x, transform.y + y).scale(transform.k), smooth);
  }

  /** @type {() => Element[]} */
  let focusOf = () => [];
  new ResizeObserver(() => {
    if (mode === "auto") arrange(focusOf());
  }).observe(element);

  const stage = {
    element,

    /**
     * @param {SVGSVGElement | null} next
     * @param {() => Element[]} focus  the elements of the current step, asked for when the view is arranged
     */
    show(next, focus = () => []) {
      const before = placesIn(svg);
      svg = next;
      focusOf = focus;
      if (!next) {
        sheet.replaceChildren();
        return;
      }
      const { width: w, height: h } = next.viewBox.baseVal;
      [width, height] = [w, h];
      next.setAttribute("width", String(w));
      next.setAttribute("height", String(h));
      sheet.replaceChildren(next);
      if (mode === "auto") arrange(focus());
      moveFrom(next, before, transform.k);
    },

    /** @param {Element[]} elements */
    follow: (elements) => keepInSight(elements, true),

    /** The whole picture, however small. */
    fit() {
      if (!svg) return;
      mode = "auto";
      moveTo(centred(Math.min(wholeScale(), LARGEST)), true);
      if (wholeScale() < SMALLEST_READABLE) mode = "manual";
    },
    /** Our choice of view again: after another program was opened. */
    reset: () => void (mode = "auto"),
    zoomIn: () => zoomBy(1.3),
    zoomOut: () => zoomBy(1 / 1.3),
  };

  /** @param {number} factor */
  function zoomBy(factor) {
    if (!svg) return;
    mode = "manual";
    const k = Math.min(Math.max(transform.k * factor, 0.05), 8);
    const [x, y] = transform.invert([element.clientWidth / 2, element.clientHeight / 2]);
    moveTo(centred(k, x, y), true);
  }

  if (tools) {
    /** @param {string} name @param {string} label @param {() => void} run */
    const tool = (name, label, run) => h("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick: run }, icon(name));
    element.append(
      h("div", { class: "stage-tools", role: "group", "aria-label": "Zoom" },
        tool("plus", "Zoom in", stage.zoomIn), tool("minus", "Zoom out", stage.zoomOut), tool("fit", "Fit the whole graph", stage.fit)),
    );
  }
  return stage;
}

/** @param {number} at @param {number} size @param {number} room @returns {number} how far to move so that [at, at + size] is inside */
function shift(at, size, room) {
  if (size + 2 * MARGIN > room) return room / 2 - (at + size / 2);
  if (at < MARGIN) return MARGIN - at;
  if (at + size > room - MARGIN) return room - MARGIN - at - size;
  return 0;
}
