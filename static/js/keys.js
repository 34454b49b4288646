// The one table of keys: what the page listens to is what the help sheet shows.

/** @typedef {"next" | "back" | "first" | "last" | "toggle" | "nextPhase" | "previousPhase" | "fit" | "zoomIn" | "zoomOut" | "present" | "help"} Action */

/** @type {ReadonlyArray<{keys: string[], shift?: boolean, shown: string[], action: Action, text: string}>} */
export const KEYS = [
  { keys: ["ArrowRight"], shown: ["→"], action: "next", text: "Next step" },
  { keys: ["ArrowLeft"], shown: ["←"], action: "back", text: "Step back" },
  { keys: ["Home"], shown: ["Home"], action: "first", text: "Before the first step" },
  { keys: ["End"], shown: ["End"], action: "last", text: "Last step" },
  { keys: ["ArrowRight"], shift: true, shown: ["Shift", "→"], action: "nextPhase", text: "End of this pass" },
  { keys: ["ArrowLeft"], shift: true, shown: ["Shift", "←"], action: "previousPhase", text: "Start of this pass" },
  { keys: [" "], shown: ["Space"], action: "toggle", text: "Play or pause" },
  { keys: ["f"], shown: ["F"], action: "fit", text: "Show the whole graph" },
  { keys: ["+", "="], shown: ["+"], action: "zoomIn", text: "Zoom in" },
  { keys: ["-"], shown: ["-"], action: "zoomOut", text: "Zoom out" },
  { keys: ["p"], shown: ["P"], action: "present", text: "Present: the graph and its sentence alone; Esc leaves" },
  { keys: ["?"], shown: ["?"], action: "help", text: "This help" },
];

/** Keys of a box that has the keyboard; graph-keys.js does the listening. */
export const BOX_KEYS = [
  { shown: ["→", "←"], text: "Along the edges" },
  { shown: ["↑", "↓"], text: "To the neighbour" },
  { shown: ["Enter"], text: "Look inside" },
  { shown: ["F2"], text: "Edit its label, and the number of an input" },
  { shown: ["O"], text: "Open a folded part of the program, or fold the part around it" },
];

/** Keys of the editor, for the help sheet; CodeMirror does the listening. */
export const EDITOR_KEYS = [
  { shown: ["Esc"], text: "Leave the program, so that the keys above step" },
  { shown: ["Ctrl", "Space"], text: "Suggest operations and names" },
  { shown: ["Ctrl", "Z"], text: "Undo" },
  { shown: ["Ctrl", "]"], text: "Indent" },
];

/**
 * @param {{key: string, shiftKey: boolean, ctrlKey: boolean, metaKey: boolean, altKey: boolean}} event
 * @returns {Action | null}
 */
export function actionOf({ key, shiftKey, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return null;
  // Signs such as ? and + need Shift on many keyboards, so Shift only counts for the keys that have both forms.
  const row = KEYS.find((row) => row.keys.includes(key.length === 1 ? key.toLowerCase() : key) && (key.length === 1 || Boolean(row.shift) === shiftKey));
  return row?.action ?? null;
}

/**
 * @param {Partial<Record<Action, () => void>>} actions
 * @param {EventTarget} [target]
 */
export function listenToKeys(actions, target = document) {
  target.addEventListener("keydown", (event) => {
    if (!(event instanceof KeyboardEvent) || event.defaultPrevented) return;
    const action = actionOf(event);
    const run = action && actions[action];
    if (!run || belongsTo(event)) return;
    event.preventDefault();
    run();
  });
}

/** A field, a button, a menu or a dialog keeps the keys it uses itself. @param {KeyboardEvent} event */
function belongsTo(event) {
  const at = event.composedPath().find((part) => part instanceof Element);
  if (!(at instanceof HTMLElement)) return false;
  if (at.isContentEditable || at.closest("textarea, select, dialog, [role=separator], input:not([type=checkbox])")) return true;
  return event.key === " " && at.closest("button, a, summary, input, label") !== null;
}
