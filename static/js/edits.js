// The undo and redo buttons, and Ctrl+Z outside of the editor, which has a history of its own.

import { h } from "./dom.js";
import { createHistory } from "./history.js";
import { icon } from "./icons.js";

/** @typedef {import("./state.js").Store} Store */

/** Milliseconds without a change before it counts as one. */
const REST = 500;

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {import("./session.js").Session} session
 * @param {(text: string) => void} say
 */
export function createEdits(host, store, session, say) {
  const snapshot = () => ({ source: store.get().source, inputs: store.get().inputs });
  const history = createHistory(snapshot());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let restoring = false;

  /** @param {string} name @param {string} label @param {() => void} run */
  const button = (name, label, run) => h("button", { type: "button", class: "tool", "aria-label": label, title: label, onclick: run }, icon(name));
  const undo = button("undo", "Undo", () => go("undo"));
  const redo = button("redo", "Redo", () => go("redo"));
  host.append(h("div", { class: "edits", role: "group", "aria-label": "Edits" }, undo, redo));

  function show() {
    undo.setAttribute("aria-disabled", String(!history.canUndo()));
    redo.setAttribute("aria-disabled", String(!history.canRedo()));
  }
  function note() {
    clearTimeout(timer);
    timer = undefined;
    history.note(snapshot());
    show();
  }
  const soon = () => {
    if (restoring) return;
    clearTimeout(timer);
    timer = setTimeout(note, REST);
  };
  /** @param {"undo" | "redo"} way */
  function go(way) {
    if (timer !== undefined) note();
    const to = history[way]();
    if (!to) return;
    restoring = true;
    session.restore(to);
    restoring = false;
    show();
    say(way === "undo" ? "Undone." : "Done again.");
  }
  store.watch((state) => state.source, soon, false);
  store.watch((state) => state.inputs, soon, false);
  show();

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.defaultPrevented) return;
    const letter = event.key.toLowerCase();
    const way = letter === "z" ? (event.shiftKey ? "redo" : "undo") : letter === "y" ? "redo" : null;
    const at = event.composedPath()[0];
    // A field that is typed in undoes its own letters.
    if (!way || (at instanceof HTMLElement && (at.isContentEditable || at.closest("textarea, input[type=text], dialog")))) return;
    event.preventDefault();
    go(way);
  });
}
