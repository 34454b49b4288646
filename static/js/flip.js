// A new layout moves smoothly out of the old one: first, last, invert, play. What is matched is the key, which survives edits.

import { reducedMotion } from "./dom.js";
import { MANY } from "./sight.js";

/** @typedef {Map<string, {x: number, y: number}>} Places */

const TIMING = { duration: 320, easing: "cubic-bezier(.2,.7,.2,1)" };
/** @param {Element} svg @returns {Map<string, SVGGElement>} */
function boxes(svg) {
  /** @type {Map<string, SVGGElement>} */
  const found = new Map();
  for (const node of /** @type {NodeListOf<SVGGElement>} */ (svg.querySelectorAll("g.node"))) {
    const key = node.dataset["key"] ?? node.id;
    let copy = 0;
    while (found.has(`${key} ${copy}`)) copy += 1;
    found.set(`${key} ${copy}`, node);
  }
  return found;
}

/** @param {Element} node */
function centre(node) {
  const { left, top, width, height } = node.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

/** @param {Element | null} svg @returns {Places | null} */
export function placesIn(svg) {
  if (!svg || reducedMotion() || svg.querySelectorAll("g.node").length > MANY) return null;
  return new Map([...boxes(svg)].map(([key, node]) => [key, centre(node)]));
}

/** @param {Element} svg @param {Places | null} before @param {number} scale  pixels per unit of the picture */
export function moveFrom(svg, before, scale) {
  if (!before || before.size === 0 || reducedMotion()) return;
  const now = boxes(svg);
  if (now.size > MANY) return;
  const after = new Map([...now].map(([key, node]) => [key, centre(node)]));
  let moved = false;
  for (const [key, node] of now) {
    const from = before.get(key);
    const to = after.get(key);
    if (!from || !to) {
      node.animate([{ opacity: 0 }, { opacity: 1 }], TIMING);
      moved = true;
      continue;
    }
    const x = (from.x - to.x) / scale;
    const y = (from.y - to.y) / scale;
    if (Math.abs(x) + Math.abs(y) < 0.5) continue;
    moved = true;
    node.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], TIMING);
  }
  if (!moved) return;
  for (const edge of svg.querySelectorAll("g.edge")) {
    edge.animate([{ opacity: 0 }, { opacity: 0, offset: 0.45 }, { opacity: 1 }], TIMING);
  }
}
