// `expand=`: which operations are drawn from simpler ones. Pure.

/** @typedef {import("./types.js").Operation} Operation */

/** The entries of an option, with the words written out. @param {string} expand @param {Operation[]} operations @returns {string[]} */
function entries(expand, operations) {
  const names = expand.split(",").filter(Boolean);
  /** @param {"micrograd" | "expands"} which */
  const all = (which) => operations.filter((op) => op[which]).map((op) => op.name);
  return names.flatMap((name) => (name === "micrograd" ? all("micrograd") : name === "all" ? all("expands") : [name]));
}

/** @param {string} expand @param {string | null | undefined} entry @param {Operation[]} operations @returns {string | null} null where there is nothing to take apart */
export const withExpansion = (expand, entry, operations) => (entry ? [...new Set([...entries(expand, operations), entry])].sort().join(",") : null);

/** @param {string} expand @param {string | null | undefined} entry @param {Operation[]} operations @returns {string | null} */
export const withoutExpansion = (expand, entry, operations) => (entry ? entries(expand, operations).filter((name) => name !== entry).sort().join(",") : null);

/**
 * What a press on an operation does: take it apart, or fold it back with the others it was made into.
 * @param {string} expand @param {Pick<import("./types.js").GraphNode, "op" | "expands" | "expanded_from">} node @param {Operation[]} operations
 * @returns {{expand: string, said: string} | null} null: there is nothing to do
 */
export function pressedOperation(expand, node, operations) {
  const apart = withExpansion(expand, node.expands, operations);
  if (apart !== null) return { expand: apart, said: `${node.op} is taken apart.` };
  const whole = withoutExpansion(expand, node.expanded_from, operations);
  return whole === null ? null : { expand: whole, said: `${node.expanded_from?.split("@")[0]} is whole again.` };
}
