// A hint that says what to write can be taken at its word. Pure.

import { rangeOf } from "./spans.js";

/** @typedef {import("./types.js").Problem} Problem */

/** @typedef {{label: string, replace: string} | {label: string, insert: string}} Fix */

/** @param {Problem} problem @returns {Fix | null} */
export function fixOf({ hint, line, length }) {
  if (!hint) return null;
  const meant = /^Did you mean `([^`]+)`/.exec(hint)?.[1];
  if (meant && line && length && !meant.includes("…")) return { label: `Write ${meant}`, replace: meant };
  const add = /^Add `([^`\n]+)`/.exec(hint)?.[1];
  return add ? { label: `Add ${add}`, insert: add } : null;
}

/** What the fix changes in the program. @param {string} source @param {Problem} problem @returns {{from: number, to: number, insert: string} | null} */
export function changeFor(source, problem) {
  const fix = fixOf(problem);
  if (!fix) return null;
  const [from, to] = rangeOf(source, { line: problem.line ?? 1, column: problem.column ?? 1, length: problem.length ?? 0 });
  if ("replace" in fix) {
    const insert = fix.replace;
    // Of `x.tahn` only what stands behind the point is wrong.
    if (insert.startsWith(".")) return { from: source.lastIndexOf(".", to), to, insert };
    // Of two factors the place is that of the second.
    const [left = "", right = ""] = insert.split("*");
    const before = source.slice(0, from).trimEnd();
    const apart = right && before.endsWith(left) && source.startsWith(right, from);
    return apart ? { from: before.length - left.length, to: from + right.length, insert } : { from, to, insert };
  }
  // On the line before the one in trouble, outside any block it is in.
  let at = source.lastIndexOf("\n", from - 1) + 1;
  while (at > 0 && /[ \t]/.test(source[at] ?? "")) at = source.lastIndexOf("\n", at - 2) + 1;
  return { from: at, to: at, insert: `${fix.insert}\n` };
}
