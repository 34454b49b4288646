// LaTeX → elements, by KaTeX, which is fetched when a formula is first wanted.
//
// KaTeX gives its elements their styles as objects (CSSOM), which the page's content security policy allows; only its error
// messages carry a style attribute, so an error is left to the caller, who has plain text.

import { h } from "./dom.js";

/** @typedef {(latex: string, into: HTMLElement) => boolean} Typeset  false: this cannot be set, show it in another way */

/** @type {Promise<Typeset> | undefined} */
let loading;

/** @param {string} styles  the address of KaTeX's style sheet @returns {Promise<Typeset>} */
export function loadMaths(styles) {
  loading ??= Promise.all([import("katex"), sheet(styles)]).then(([{ default: katex }]) => (latex, into) => {
    try {
      katex.render(`\\displaystyle ${latex}`, into, { throwOnError: true, displayMode: false, output: "htmlAndMathml", strict: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  return loading;
}

/** @param {string} href @returns {Promise<void>} */
function sheet(href) {
  return new Promise((done, fail) => {
    const link = h("link", { rel: "stylesheet", href });
    link.addEventListener("load", () => done());
    link.addEventListener("error", () => fail(new Error(`${href} cannot be loaded`)));
    document.head.append(link);
  });
}
