// The border between program and graph: dragged, or moved with the arrow keys.

import { memory } from "./dom.js";

const KEY = "stepgrad.split";
const [LEAST, MOST, STEP] = [20, 70, 2];

/** @param {HTMLElement} divider @param {HTMLElement} area  its `--split` is the program's share of the width, in percent */
export function createDivider(divider, area) {
  /** @param {number} percent */
  function set(percent) {
    const value = Math.round(Math.min(Math.max(percent, LEAST), MOST) * 10) / 10;
    area.style.setProperty("--split", `${value}%`);
    divider.setAttribute("aria-valuenow", String(Math.round(value)));
    memory.write(KEY, String(value));
    return value;
  }
  divider.setAttribute("aria-valuemin", String(LEAST));
  divider.setAttribute("aria-valuemax", String(MOST));
  const stored = Number(memory.read(KEY));
  let value = stored >= LEAST && stored <= MOST ? set(stored) : Number(divider.getAttribute("aria-valuenow"));

  divider.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    divider.setPointerCapture(event.pointerId);
    divider.classList.add("is-dragged");
  });
  divider.addEventListener("pointermove", (event) => {
    if (!divider.hasPointerCapture(event.pointerId)) return;
    const { left, width } = area.getBoundingClientRect();
    value = set(((event.clientX - left) / width) * 100);
  });
  for (const end of ["pointerup", "pointercancel"]) divider.addEventListener(end, () => divider.classList.remove("is-dragged"));
  divider.addEventListener("keydown", (event) => {
    const to = { ArrowLeft: value - STEP, ArrowRight: value + STEP, Home: LEAST, End: MOST }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    value = set(to);
  });
}
