// A hint that says what to write can be taken at its word. Pure.

/** @typedef {import("./types.js").Problem} Problem */

/** @typedef {{label: string, replace: string} | {label: string, insert: string}} Fix */

/** @param {Problem} problem @returns {Fix | null} */
export function fixOf({ hint, line, length }) {
  if (!hint) return null;
  const meant = /^Did you mean `([^`]+)`/.exec(hint)?.[1];
  if (meant && line && length) return { label: `Write ${meant}`, replace: meant };
  const add = /^Add `([^`\n]+)`/.exec(hint)?.[1];
  return add ? { label: `Add ${add}`, insert: add } : null;
}
