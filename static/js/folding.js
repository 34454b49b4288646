// Which parts of the program are folded: the option `open` after one more was opened or folded. Pure.

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").Group} Group */
/** @typedef {import("./types.js").GraphNode} GraphNode */

/** @param {string} open @returns {string[]} */
const entries = (open) => open.split(",").filter(Boolean);

/** @param {Iterable<string>} keys */
const joined = (keys) => [...new Set(keys)].sort().join(",");

/** @param {string} open @param {string} key */
export const withOpen = (open, key) => joined([...entries(open).filter((entry) => entry !== `-${key}`), key]);

/** @param {string} open @param {string} key */
export function withFolded(open, key) {
  const rest = entries(open).filter((entry) => entry !== key && !entry.startsWith(`${key}/`) && !entry.startsWith(`-${key}/`));
  return joined(entries(open).includes(key) ? rest : [...rest, `-${key}`]);
}

/** The parts of the program around a node that are open, from the outside in. @param {Trace} trace @param {GraphNode} node */
export function around(trace, node) {
  const groups = new Map((trace.groups ?? []).map((group) => [group.id, group]));
  /** @type {Group[]} */
  const found = [];
  for (let at = groups.get(node.group ?? ""); at; at = groups.get(at.parent ?? "")) found.unshift(at);
  return found;
}

/** The folded group that a node stands for. @param {Trace} trace @param {GraphNode} node */
export const foldedIn = (trace, node) => (trace.groups ?? []).find(({ id }) => id === node.folds?.group) ?? null;

/** What a press of the key for it does: open what is folded, else fold the innermost part around. null: there is none.
 * @param {Trace} trace @param {GraphNode} node @param {string} open @returns {{open: string, said: string} | null} */
export function toggled(trace, node, open) {
  const folded = foldedIn(trace, node);
  if (folded) return { open: withOpen(open, folded.key), said: `${folded.name} is open.` };
  const inner = around(trace, node).at(-1);
  return inner ? { open: withFolded(open, inner.key), said: `${inner.name} is folded.` } : null;
}

/** The key of the open part whose name is pressed. @param {EventTarget | null} target @returns {string | null} */
export const frameUnder = (target) =>
  target instanceof Element && target.closest(".frame .name") ? (target.closest("[data-frame]")?.getAttribute("data-frame") ?? null) : null;
