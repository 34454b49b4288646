// The step bar: first, back, play, forward, last, the scrubber with its phases, and the sentence of the step.

import { h, setText, withCode } from "./dom.js";
import { icon } from "./icons.js";
import { bandsOf, PHASES } from "./player.js";
import { frameOf } from "./state.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./playback.js").Playback} Playback */
/** @typedef {"full" | "minimal" | "none"} Controls */

const SPEEDS = [0.5, 1, 2, 4];

/**
 * @param {Store} store
 * @param {Playback} playback
 * @param {{controls?: Controls}} [how]
 */
export function createTimeline(store, playback, { controls = "full" } = {}) {
  /** @param {string} name @param {string} label @param {() => void} run @param {string} [kind] */
  const button = (name, label, run, kind = "") =>
    h("button", { type: "button", class: `step-button ${kind}`, "aria-label": label, title: label, onclick: run }, icon(name));

  const first = button("first", "First", playback.first);
  const back = button("back", "Back", playback.back);
  const play = button("play", "Play", playback.toggle, "is-main");
  const forward = button("forward", "Forward", playback.next);
  const last = button("last", "Last", playback.last);
  const scrubber = h("input", { type: "range", class: "scrubber", min: 0, max: 0, value: 0, "aria-label": "Step" });
  scrubber.addEventListener("input", () => playback.goTo(Number(scrubber.value)));
  const bands = h("div", { class: "bands", "aria-hidden": "true" });
  const count = h("span", { class: "count" });
  const speed = h("select", { class: "speed", "aria-label": "Speed", title: "Speed" },
    ...SPEEDS.map((value) => h("option", { value, selected: value === 1 }, `${value}×`)));
  speed.addEventListener("change", () => playback.setSpeed(Number(speed.value)));

  const chip = h("span", { class: "chip" });
  const text = h("span", { class: "sentence-text" });
  /** A place for the formula, and for what else a step wants to say. */
  const extra = h("div", { class: "sentence-extra" });
  const sentence = h("div", { class: "sentence" }, h("p", {}, chip, text), extra);

  const buttons = { full: [first, back, play, forward, last], minimal: [back, play, forward], none: [] }[controls];
  const element = h("section", { class: "timeline", "aria-label": "Steps", "data-controls": controls },
    h("div", { class: "transport" },
      h("div", { class: "step-buttons", role: "group", "aria-label": "Step through" }, ...buttons),
      controls === "full" && h("div", { class: "track" }, scrubber, bands),
      controls !== "none" && count,
      controls === "full" && speed),
    sentence);

  store.watch((state) => state.trace, (trace) => {
    const steps = trace?.steps ?? [];
    scrubber.max = String(steps.length);
    bands.replaceChildren(...bandsOf(steps).map((band) => {
      const mark = h("div", { class: "band", "data-accent": band.accent, title: `${band.label}: steps ${band.from + 1} to ${band.to}` }, h("span", {}, band.label));
      mark.style.flexGrow = String(band.to - band.from);
      return mark;
    }));
  });

  let shown = "";
  store.watch(frameOf, (frame) => {
    const [index, total] = [frame?.index ?? 0, frame?.count ?? 0];
    const phase = frame?.phase ? PHASES[frame.phase] : null;
    scrubber.value = String(index);
    scrubber.setAttribute("aria-valuetext", `step ${index} of ${total}`);
    scrubber.style.setProperty("--part", String(total ? index / total : 0));
    scrubber.disabled = total === 0;
    setText(count, `step ${index} of ${total}`);
    element.dataset["accent"] = phase?.accent ?? "none";
    setText(chip, phase?.label ?? "Start");
    // Its mark says that it is an update.
    const said = (frame?.text ?? "Nothing to step through yet.").replace(/^Update: /, "");
    if (said !== shown) text.replaceChildren(withCode(said));
    shown = said;
    // Not `disabled`: the button that brought us to the end would drop the keyboard's focus.
    for (const end of [first, back]) end.setAttribute("aria-disabled", String(index === 0));
    for (const end of [forward, last]) end.setAttribute("aria-disabled", String(index === total));
    play.setAttribute("aria-disabled", String(total === 0));
  });

  store.watch((state) => state.playing, (playing) => {
    play.replaceChildren(icon(playing ? "pause" : "play"));
    const label = playing ? "Pause" : "Play";
    play.setAttribute("aria-label", label);
    play.title = label;
  });

  return { element, extra };
}
