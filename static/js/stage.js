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
/** A place in the picture. @typedef {{x: number, y: number, width: number, height: number}} Rectangle */

const MARGIN = 20;
/** The picture grows to the first on an empty stage and shrinks to the second; where that is not enough, a part is shown, larger. */
const LARGEST = 1.5;
const PRESENTED = 4;
const SMALLEST_WHOLE = 0.5;
const PART = 0.66;
/** What comes into sight comes so far into it, as a part of the stage: the next steps happen there, too. */
const AHEAD = 0.22;
/** Milliseconds of a movement of ours, as in viewer.css. */
const GLIDE = 320;

/**
 * @param {{wheel?: boolean, tools?: boolean}} [how]  wheel: zoom by plain wheel (else with Ctrl, so that a framing page can scroll)
 */
export function createStage({ wheel = true, tools = true } = {}) {
  const sheet = h("div", { class: "sheet" });
  const element = h("div", { class: "stage", id: "stage", tabindex: 0, role: "region", "aria-label": "Graph" }, sheet);
  /** @type {SVGSVGElement | null} */
  let svg = null;
  let [width, height] = [0, 0];
  /** The stage's size, kept here so that a step need not measure. */
  let room = { width: 0, height: 0 };
  /** "auto": we choose the view, and again when the room changes; "manual": the reader chose it. */
  let mode = "auto";
  let transform = zoomIdentity;
  let largest = LARGEST;
  let gliding = 0;
  let moved = -Infinity;
  let byHand = false;
  /** @type {(() => void)[]} */
  const listeners = [];

  const behaviour = /** @type {import("d3-zoom").ZoomBehavior<HTMLElement, unknown>} */ (zoom())
    .scaleExtent([0.05, 8])
    .extent(() => [[0, 0], [room.width, room.height]])
    .filter((event) => {
      if (event.target instanceof Element && event.target.closest(".stage-tools, .present-leave, .node-edit, .diagram")) return false;
      if (event.type === "wheel") return wheel || event.ctrlKey || event.metaKey;
      return !event.button && event.type !== "dblclick";
    })
    .on("start", (event) => {
      if (!event.sourceEvent) return;
      byHand = true;
      element.classList.add("is-moving");
      element.classList.remove("is-gliding");
    })
    .on("zoom", (event) => {
      transform = event.transform;
      sheet.style.transform = `translate(${transform.x}px, ${transform.y}px) scale(${transform.k})`;
      if (event.sourceEvent) mode = "manual";
      looking();
      for (const run of listeners) run();
    })
    .on("end", () => {
      element.classList.remove("is-moving");
      if (!byHand) return;
      byHand = false;
      looking();
    });
  const selection = select(/** @type {HTMLElement} */ (element));
  selection.call(behaviour);

  /** @param {import("d3-zoom").ZoomTransform} target @param {boolean} [smooth] */
  function moveTo(target, smooth = false) {
    clearTimeout(gliding);
    // Who steps faster than that sees where things are, not how they move.
    const now = performance.now();
    const glide = smooth && !reducedMotion() && now - moved > GLIDE;
    moved = now;
    element.classList.toggle("is-gliding", glide);
    if (glide) gliding = window.setTimeout(() => element.classList.remove("is-gliding"), GLIDE);
    selection.call(behaviour.transform, target);
  }

  /** @type {(part: Rectangle, scale: number, moving: boolean) => void} */
  let look = () => undefined;
  function looking() {
    const { x, y, k } = transform;
    if (svg && room.width) look({ x: -x / k, y: -y / k, width: room.width / k, height: room.height / k }, k, byHand);
  }

  const wholeScale = () => Math.min((room.width - 2 * MARGIN) / width, (room.height - 2 * MARGIN) / height);

  /** @param {number} k @param {number} [x] @param {number} [y]  the point of the picture to bring to the middle */
  const centred = (k, x = width / 2, y = height / 2) =>
    zoomIdentity.translate(room.width / 2 - k * x, room.height / 2 - k * y).scale(k);

  /** @param {Rectangle[]} [focus] */
  function arrange(focus = []) {
    if (!svg || !room.width) return;
    const whole = wholeScale();
    if (whole >= SMALLEST_WHOLE) return moveTo(centred(Math.min(whole, largest)));
    moveTo(centred(PART));
    keepInSight(focus, false);
  }

  /**
   * Pans, as little as is needed, when what the step is about lies outside. The first element must be seen; the others when
   * there is room for all.
   * @param {Rectangle[]} places @param {boolean} smooth
   */
  function keepInSight(places, smooth) {
    const [first, ...others] = places;
    if (!first || !room.width) return;
    const { k } = transform;
    let box = first;
    for (const other of others) {
      const both = union(box, other);
      if (both.width * k + 2 * MARGIN <= room.width && both.height * k + 2 * MARGIN <= room.height) box = both;
    }
    const x = shift(transform.applyX(box.x), box.width * k, room.width);
    const y = shift(transform.applyY(box.y), box.height * k, room.height);
    if (!x && !y) return;
    const [left, top] = [within(transform.x, x, width * k, room.width), within(transform.y, y, height * k, room.height)];
    moveTo(zoomIdentity.translate(left, top).scale(k), smooth);
  }

  /** @type {() => Rectangle[]} */
  let focusOf = () => [];
  const measure = () => void (room = { width: element.clientWidth, height: element.clientHeight });
  new ResizeObserver(() => {
    measure();
    if (mode === "auto") arrange(focusOf());
    else looking();
  }).observe(element);

  const stage = {
    element,

    /**
     * @param {SVGSVGElement | null} next
     * @param {() => Rectangle[]} focus  where the current step happens, asked for when the view is arranged
     * @param {(part: Rectangle, scale: number, moving: boolean) => void} seen  is told what is seen of it
     */
    show(next, focus = () => [], seen = () => undefined) {
      const before = placesIn(svg);
      svg = next;
      focusOf = focus;
      look = seen;
      if (!next) {
        sheet.replaceChildren();
        return;
      }
      const { width: w, height: h } = next.viewBox.baseVal;
      [width, height] = [w, h];
      next.setAttribute("width", String(w));
      next.setAttribute("height", String(h));
      sheet.replaceChildren(next);
      measure();
      if (mode === "auto") arrange(focus());
      looking();
      moveFrom(next, before, transform.k);
    },

    /** Where a part of the picture is on the stage, in pixels. @param {Rectangle} box */
    placeOf: ({ x, y, width: w, height: tall }) => ({ x: transform.applyX(x), y: transform.applyY(y), width: w * transform.k, height: tall * transform.k }),

    /** @param {() => void} run */
    onMove: (run) => void listeners.push(run),

    /** Beside the pointer, as browsers show titles. @param {string} text */
    hint: (text) => void (sheet.title = text),

    /** @param {Rectangle[]} places */
    follow: (places) => keepInSight(places, true),

    /** The whole picture, however small. */
    fit() {
      if (!svg) return;
      mode = "auto";
      moveTo(centred(Math.min(wholeScale(), largest)), true);
      if (wholeScale() < SMALLEST_WHOLE) mode = "manual";
    },
    /** The picture may fill the stage. @param {boolean} on */
    present(on) {
      largest = on ? PRESENTED : LARGEST;
      if (mode === "auto") arrange(focusOf());
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
    const [x, y] = transform.invert([room.width / 2, room.height / 2]);
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

/** @param {Rectangle} a @param {Rectangle} b @returns {Rectangle} */
function union(a, b) {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y };
}

/** @param {number} at @param {number} size @param {number} room @returns {number} how far to move so that [at, at + size] is inside */
function shift(at, size, room) {
  if (size + 2 * MARGIN > room) return room / 2 - (at + size / 2);
  const ahead = Math.max(0, Math.min(AHEAD * room, room - size - 2 * MARGIN));
  if (at < MARGIN) return MARGIN + ahead - at;
  if (at + size > room - MARGIN) return room - MARGIN - ahead - at - size;
  return 0;
}

/** Beyond the edge of the picture there is nothing to see. @param {number} at @param {number} by @param {number} size @param {number} room */
const within = (at, by, size, room) => (by === 0 || size + 2 * MARGIN < room ? at + by : Math.min(MARGIN, Math.max(room - MARGIN - size, at + by)));
