// `expand=`: which operations are drawn from simpler ones. Pure.

/** @typedef {import("./types.js").Operation} Operation */

const MICROGRAD = ["div", "neg", "sub"];

/** The entries of an option, with the words written out. @param {string} expand @param {Operation[]} operations @returns {string[]} */
function entries(expand, operations) {
  const names = expand.split(",").filter(Boolean);
  return names.flatMap((name) => (name === "micrograd" ? MICROGRAD : name === "all" ? operations.filter((op) => op.expands).map((op) => op.name) : [name]));
}

/** @param {string} expand @param {string | null | undefined} entry @param {Operation[]} operations @returns {string | null} null where there is nothing to take apart */
export const withExpansion = (expand, entry, operations) => (entry ? [...new Set([...entries(expand, operations), entry])].sort().join(",") : null);

/** @param {string} expand @param {string | null | undefined} entry @param {Operation[]} operations @returns {string | null} */
export const withoutExpansion = (expand, entry, operations) => (entry ? entries(expand, operations).filter((name) => name !== entry).sort().join(",") : null);
