// The player: stage, timeline and live region over one store. It knows nothing of an editor; the page and the embed both use it.

import { createAnnouncer } from "./announce.js";
import { createDock } from "./dock.js";
import { h } from "./dom.js";
import { createEdgeTip } from "./edge-tip.js";
import { frameUnder, toggled, withFolded } from "./folding.js";
import { createFormula } from "./formula.js";
import { keyboardGraph } from "./graph-keys.js";
import { createGraphView, nodeUnder } from "./graph-view.js";
import { optionOf } from "./links.js";
import { createPlayback } from "./playback.js";
import { createStage } from "./stage.js";
import { askedOf, digitsOf, frameOf, storyOf } from "./state.js";
import { readPicture } from "./svg-guard.js";
import { createTimeline } from "./timeline.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {ReturnType<typeof mountViewer>} Viewer */

/** Two presses within so many milliseconds and pixels are one press twice. */
const [TWICE, NEAR] = [450, 24];

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {{controls?: import("./timeline.js").Controls, wheel?: boolean}} [how]
 */
export function mountViewer(host, store, { controls = "full", wheel = true } = {}) {
  const playback = createPlayback(store);
  const stage = createStage({ wheel, tools: controls === "full" });
  const timeline = createTimeline(store, playback, { controls });
  const announcer = createAnnouncer(store);
  const empty = h("p", { class: "stage-empty" });
  stage.element.append(empty);
  const dock = createDock();
  host.append(stage.element, dock.element, timeline.element, announcer.element);

  const { katex } = host.dataset;
  if (controls === "full" && katex) createFormula(timeline.extra, store, { styles: katex, say: announcer.say });

  createEdgeTip(stage.element, store, katex);

  /** @type {import("./graph-view.js").GraphView | null} */
  let view = null;
  /** @type {ReturnType<typeof keyboardGraph> | null} */
  let keyboard = null;
  /** @type {(id: string, focus: boolean) => void} */
  let open = () => undefined;
  /** While a number is asked for, what is known about it is not told. @param {string} id @param {boolean} focus */
  const inspect = (id, focus) => {
    if (free()) open(id, focus);
  };
  /** @type {(id: string) => void} */
  let edit = () => undefined;
  /** @param {string} id */
  const change = (id) => {
    if (free()) edit(id);
  };
  function free() {
    const none = askedOf(store.get()).size === 0;
    if (!none) announcer.say("First find the hidden numbers.");
    return none;
  }
  /** @type {((change: import("./types.js").Options) => void) | null} */
  let fold = null;
  /** Open the folded part of the program that a box stands for, or fold the one that it is in. @param {string} id */
  const toggle = (id) => {
    const { trace, options } = store.get();
    const node = trace?.nodes.find((each) => each.id === id);
    const next = trace && node && fold ? toggled(trace, node, optionOf(options, "open")) : null;
    if (!next || !fold) return;
    watched = node?.key ?? null;
    fold({ open: next.open });
    announcer.say(next.said);
  };
  /** @type {(id: string) => boolean} */
  let press = () => false;
  /** The key of what somebody has just changed: the next picture shows it. @type {string | null} */
  let watched = null;
  let held = false;
  const focus = () => {
    const frame = frameOf(store.get());
    return (frame && view?.focus(frame)) ?? [];
  };

  function paint() {
    const state = store.get();
    if (state.options["stage"] === "diagram") return; // nobody sees it
    const frame = frameOf(state);
    if (view && frame) view.paint(frame, digitsOf(state), storyOf(state) ?? undefined);
  }

  store.watch((state) => state.trace, (trace) => {
    const svg = trace ? readPicture(trace.svg) : null;
    view = svg && trace ? createGraphView(svg, trace) : null;
    stage.show(svg, focus, (part, scale, moving) => view?.look(part, scale, moving));
    if (svg && trace) {
      keyboard = keyboardGraph(svg, trace, {
        enter: (id) => inspect(id, true),
        edit: (id) => change(id),
        toggle,
        see: (box) => stage.follow([box]),
        leave: () => stage.element.focus({ preventScroll: true }),
      });
    }
    const eyed = trace?.nodes.find(({ key }) => key === watched);
    watched = null;
    const place = eyed && view?.boxOf(eyed.id);
    held = Boolean(place);
    if (place) stage.follow([place]);
    view?.select(store.get().selected);
    view?.trouble(store.get().troubled);
    paint();
    empty.textContent = svg ? "" : trace ? "This picture cannot be shown." : "The graph appears here.";
  });
  store.watch((state) => state.options["stage"], paint, false);
  store.watch(frameOf, () => {
    paint();
    if (!held) stage.follow(focus());
    held = false;
  }, false);
  store.watch((state) => state.problem !== null && state.trace !== null, (stale) => {
    host.classList.toggle("is-stale", stale);
  });
  store.watch((state) => state.hover, (hover) => {
    const text = view?.hover(hover) ?? "";
    stage.hint(askedOf(store.get()).size ? "" : text);
  });

  store.watch((state) => state.troubled, (ids) => view?.trouble(ids));
  store.watch((state) => state.selected, (id) => view?.select(id));

  stage.element.addEventListener("click", (event) => {
    const key = frameUnder(event.target);
    if (key === null || !fold) return;
    fold({ open: withFolded(optionOf(store.get().options, "open"), key) });
    announcer.say(`${key.split("/").at(-1)} is folded.`);
  });

  /** @type {{id: string, time: number, x: number, y: number} | null} */
  let pressed = null;
  host.addEventListener("click", (event) => {
    const id = stage.element.contains(/** @type {Node} */ (event.target)) ? nodeUnder(event.target) : null;
    if (twice(event, event)) return;
    const operation = event.target instanceof Element && event.target.closest(".op, .symbol") !== null;
    if (id && operation && free() && press(id)) return;
    pressed = id ? { id, time: event.timeStamp, x: event.clientX, y: event.clientY } : null;
    if (id) inspect(id, false);
  }, { capture: true });
  // Of a second tap browsers make no click where a page takes touches itself.
  host.addEventListener("touchend", (event) => {
    const [touch] = event.changedTouches;
    if (touch && event.touches.length === 0) twice(event, touch);
  }, { capture: true, passive: false });

  /** What the first press opened may lie there now: a second one means the same box. @param {Event} event @param {{clientX: number, clientY: number}} at */
  function twice(event, { clientX, clientY }) {
    if (!pressed || event.timeStamp - pressed.time > TWICE || Math.hypot(clientX - pressed.x, clientY - pressed.y) > NEAR) return false;
    const { id } = pressed;
    event.stopPropagation();
    event.preventDefault();
    pressed = null;
    if (store.get().trace?.nodes.some((node) => node.id === id && node.folds)) toggle(id);
    else change(id);
    return true;
  }
  stage.element.addEventListener("pointerover", (event) => {
    const id = nodeUnder(event.target);
    if (id !== store.get().hover) store.set({ hover: id });
  });
  stage.element.addEventListener("pointerleave", () => store.set({ hover: null }));

  return {
    playback,
    stage,
    timeline,
    dock,
    say: announcer.say,
    /** What a press on a box does. @param {(id: string, focus: boolean) => void} run */
    onInspect: (run) => void (open = run),
    /** What two presses on a box do, and F2. @param {(id: string) => void} run */
    onEdit: (run) => void (edit = run),
    /** Where a value is drawn, in units of the picture. @param {string} id */
    boxOf: (id) => view?.boxOf(id) ?? null,
    /** @param {string} id */
    focusNode: (id) => keyboard?.focus(id),
    /** What opens and folds parts of the program. @param {(change: import("./types.js").Options) => void} run */
    onFold: (run) => void (fold = run),
    /** The next picture shows that value. @param {string} key */
    keepInSight: (key) => void (watched = key),
    /** What a press on the operation of a box does; false when that is nothing. @param {(id: string) => boolean} run */
    onOperation: (run) => void (press = run),
  };
}
