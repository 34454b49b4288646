// Moving through the iterations of a run: first, play, last, and a scrubber.

import { h } from "../dom.js";
import { icon } from "../icons.js";

/** A run of any length plays in about so many seconds, and no faster than a look can follow. */
const PLAYED_IN = 8;
const FASTEST_SHORT = 12;

/** Iterations a second. @param {number} last */
export const speedFor = (last) => Math.max(Math.min(last / 2, FASTEST_SHORT), last / PLAYED_IN);

/** @param {{goTo: (iteration: number, playing: boolean) => void}} how */
export function createScrubber({ goTo }) {
  /** @param {string} name @param {string} label @param {() => void} run @param {string} [kind] */
  const button = (name, label, run, kind = "") => h("button", { type: "button", class: `step-button ${kind}`, "aria-label": label, title: label, onclick: run }, icon(name));
  const first = button("first", "First iteration", () => move(0));
  const play = button("play", "Play training", () => (running ? pause() : start()), "is-main");
  const end = button("last", "Last iteration", () => move(last));
  const bar = h("input", { type: "range", class: "scrubber", min: 0, max: 0, value: 0, "aria-label": "Iteration" });
  const count = h("span", { class: "train-count" });
  bar.addEventListener("input", () => move(Number(bar.value)));
  bar.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    play.click();
  });
  const element = h("div", { class: "train-transport", role: "group", "aria-label": "Iterations" }, first, play, end, bar);

  let last = 0;
  let at = 0;
  let running = 0;

  /** @param {number} iteration */
  function move(iteration) {
    pause();
    goTo(Math.min(Math.max(iteration, 0), last), false);
  }

  function start() {
    if (last === 0) return;
    const from = at >= last ? 0 : at;
    const speed = speedFor(last);
    /** @type {number | null} */
    let begun = null;
    const tick = (/** @type {number} */ now) => {
      begun ??= now;
      const next = Math.min(from + Math.floor(((now - begun) / 1000) * speed), last);
      running = next < last ? requestAnimationFrame(tick) : 0;
      if (next !== at || !running) goTo(next, running !== 0);
      if (!running) show();
    };
    running = requestAnimationFrame(tick);
    if (from !== at) goTo(from, true);
    show();
  }

  function pause() {
    if (!running) return;
    cancelAnimationFrame(running);
    running = 0;
    goTo(at, false);
    show();
  }

  function show() {
    bar.max = String(last);
    bar.value = String(at);
    bar.disabled = last === 0;
    bar.style.setProperty("--part", String(last ? at / last : 0));
    count.textContent = `iteration ${at.toLocaleString("en")} of ${last.toLocaleString("en")}`;
    bar.setAttribute("aria-valuetext", count.textContent);
    first.setAttribute("aria-disabled", String(at === 0));
    end.setAttribute("aria-disabled", String(at === last));
    play.setAttribute("aria-disabled", String(last === 0));
    const label = running ? "Pause training" : "Play training";
    if (play.title === label && play.childElementCount) return;
    play.replaceChildren(icon(running ? "pause" : "play"));
    play.setAttribute("aria-label", label);
    play.title = label;
  }
  show();

  return {
    element,
    count,
    pause,
    playing: () => running !== 0,
    /** @param {number} iteration @param {number} most */
    set(iteration, most) {
      [at, last] = [iteration, most];
      show();
    },
  };
}

/** Where a key leads on a line from 0 to `last`; null for other keys. @param {KeyboardEvent} event @param {number} at @param {number} last */
export function stepBy({ key, ctrlKey, metaKey, altKey }, at, last) {
  if (ctrlKey || metaKey || altKey) return null;
  const far = Math.max(1, Math.round(last / 10));
  /** @type {Record<string, number>} */
  const places = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, PageUp: at + far, PageDown: at - far, Home: 0, End: last };
  const place = places[key];
  return place === undefined ? null : Math.min(Math.max(place, 0), last);
}
