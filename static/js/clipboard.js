// Copying, where it is allowed and where it is not.

import { h } from "./dom.js";

/** @param {string} text @param {HTMLElement} host  where a text may be selected without closing anything @returns {Promise<boolean>} */
export async function writeClipboard(text, host) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard without https, or not allowed: the old way may still work.
    const area = h("textarea", { class: "visually-hidden", readonly: true });
    area.value = text;
    host.append(area);
    const before = document.activeElement;
    area.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      done = false;
    }
    area.remove();
    if (before instanceof HTMLElement) before.focus();
    return done;
  }
}
