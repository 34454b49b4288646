// For a lecture hall: the graph and its sentence alone, as large as they fit. Escape leaves.

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {import("./state.js").Store} Store */

/** Remotes of lecturers send these. @type {Record<string, "next" | "back">} */
const REMOTE = { PageDown: "next", PageUp: "back" };

/** @param {import("./types.js").Options} options */
const isOn = (options) => options["present"] === "1";

/**
 * The look, in the page and in a frame.
 * @param {Store} store @param {import("./viewer.js").Viewer} viewer
 */
export function followPresent(store, { stage, playback }) {
  store.watch((state) => isOn(state.options), (on) => {
    document.documentElement.toggleAttribute("data-present", on);
    stage.present(on);
  });
  document.addEventListener("keydown", (event) => {
    const way = REMOTE[event.key];
    if (!way || !isOn(store.get().options) || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    playback[way]();
  });
}

/**
 * Into it and out of it, in the page.
 * @param {Store} store
 * @param {{viewer: import("./viewer.js").Viewer, button: HTMLElement, setOptions: (change: import("./types.js").Options) => void}} how
 */
export function createPresent(store, { viewer, button, setOptions }) {
  const { stage } = viewer;
  followPresent(store, viewer);
  /** The style before, where nobody had chosen one: boxes as in micrograd are wide, and small in the last row. */
  let before = /** @type {string | undefined} */ (undefined);
  /** @type {Element | null} */
  let opener = null;
  const leave = h("button", { type: "button", class: "present-leave", onclick: () => set(false) }, icon("close"), "Leave");
  // The page's own heading is out of the way, too.
  stage.element.before(h("h1", { class: "present-title visually-hidden" }, "Computation graph"));
  stage.element.append(leave);

  /** @param {boolean} on */
  function set(on) {
    if (on === isOn(store.get().options)) return;
    const { style } = store.get().options;
    if (on) {
      before = style;
      opener = document.activeElement;
      // What had the keyboard is gone now, unless it was the graph.
      if (opener !== document.body && !stage.element.contains(opener)) stage.element.focus({ preventScroll: true });
      // Not everywhere allowed, and not needed.
      document.documentElement.requestFullscreen?.().catch(() => undefined);
    } else if (document.fullscreenElement) void document.exitFullscreen();
    stage.reset();
    const compact = on ? style === undefined : before === undefined && style === "compact";
    setOptions({ present: on ? "1" : "", ...(compact ? { style: on ? "compact" : "" } : {}) });
    viewer.say(on ? "Presenting. Escape leaves." : "Left the presentation.");
    if (!on && opener instanceof HTMLElement && opener !== document.body) opener.focus({ preventScroll: true });
  }

  button.addEventListener("click", () => set(true));
  document.addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement) set(false);
  });
  document.addEventListener("keydown", (event) => {
    // What is open on top of it is closed first.
    if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) set(false);
  });
  if (isOn(store.get().options) && store.get().options["style"] === undefined) setOptions({ style: "compact" });
  return { toggle: () => set(!isOn(store.get().options)) };
}
