// The program's neuron or network beside the graph, or in its place: it follows the step, the sliders and what is pointed at.

import { h } from "../dom.js";
import { exactNumber } from "../format.js";
import { inputsText, optionOf, pictureLink } from "../links.js";
import { frameOf, nameOf, storyOf } from "../state.js";
import { readPicture } from "../svg-guard.js";
import { keyboardDiagram } from "./keys.js";
import { homeAt, momentOf, mostOf } from "./moment.js";
import { createDiagramView } from "./view.js";

/** @typedef {import("../state.js").Store} Store */
/** @typedef {{example: number, name: string, outputs: string[]}} Example */
/** @typedef {{svg: string, view: "neuron" | "network", example: number, examples: Example[], homes: [number, number][]}} Answer */

/** @type {WeakMap<Store, import("../labs/labs.js").Lab>} */
const panels = new WeakMap();

/**
 * The same panel beside the graph and in its place, so that nothing is lost on the way.
 * @param {Store} store
 * @param {import("../labs/labs.js").LabTools} tools
 * @returns {import("../labs/labs.js").Lab}
 */
export function diagramPanel(store, tools) {
  const panel = panels.get(store) ?? createPanel(store, tools);
  panels.set(store, panel);
  return panel;
}

/** @param {Store} store @param {import("../labs/labs.js").LabTools} tools @returns {import("../labs/labs.js").Lab} */
function createPanel(store, { studies, base, inspect, setOptions }) {
  const large = () => store.get().options["lab"] === "diagram-large";
  const which = h("select", { id: "diagram-example" });
  const whichLabel = h("label", { class: "diagram-which" }, h("span", {}, "Example"), which);
  const colour = h("select", { "aria-label": "Colours and widths show" }, h("option", { value: "data" }, "data"), h("option", { value: "grad" }, "grad"));
  const whole = h("button", { type: "button", class: "chip-button", hidden: true, onclick: () => ((neuron = ""), void load()) }, "Whole network");
  const size = h("button", { type: "button", class: "chip-button", onclick: () => setOptions({ lab: large() ? "diagram" : "diagram-large" }) });
  const link = h("a", { target: "_blank", rel: "noopener" }, "SVG");
  const picture = h("div", { class: "diagram-picture" });
  const note = h("p", { class: "hint" });
  const said = h("p", { class: "diagram-said" });
  const body = h("div", { class: "diagram" },
    h("div", { class: "diagram-knobs" }, whichLabel, whole, h("label", { class: "diagram-which" }, h("span", {}, "Colour"), colour), said, size, link),
    note, picture);

  /** @type {import("./view.js").DiagramView | null} */
  let view = null;
  /** @type {Answer | null} */
  let answer = null;
  /** @type {import("../types.js").Trace | null} */
  let drawnFor = null;
  /** What was asked for before, of the same program. @type {Map<string, Answer>} */
  const known = new Map();
  let neuron = "";
  /** 0: where the story is. */
  let chosen = 0;
  let loading = "";

  which.addEventListener("change", () => {
    chosen = Number(which.value);
    neuron = "";
    void load();
  });
  colour.addEventListener("change", () => void load());

  /** @param {import("../state.js").State} state @returns {Record<string, string | number>} */
  function question(state) {
    const steps = optionOf(state.options, "steps");
    const digits = state.options["digits"];
    const here = chosen || (answer && drawnFor === state.trace && answer.homes.length ? homeAt(answer.homes, state.step) : 0);
    return {
      ...(steps === "edge" ? {} : { steps }),
      ...(digits === undefined ? {} : { digits: Number(digits) }),
      ...(colour.value === "data" ? {} : { color: colour.value }),
      ...(neuron ? { neuron } : here ? { example: here } : {}),
    };
  }

  async function load() {
    const state = store.get();
    if (!state.trace) return;
    if (drawnFor !== state.trace) {
      known.clear();
      if (drawnFor?.source !== state.trace.source) [neuron, chosen] = ["", 0];
      answer = null;
    }
    const asked = question(state);
    const key = JSON.stringify(asked);
    const before = known.get(key);
    if (before) return show(before, state.trace);
    if (loading === key && drawnFor === state.trace) return;
    loading = key;
    drawnFor = state.trace;
    try {
      const first = "example" in asked || "neuron" in asked ? {} : { step: state.step };
      /** @type {Answer | null} */
      const found = await studies.ask("diagram", state, { ...asked, ...first });
      if (!found || store.get().trace !== state.trace) return;
      known.set(key, found);
      known.set(JSON.stringify({ ...asked, ...(neuron ? {} : { example: found.example }) }), found);
      show(found, state.trace);
    } catch (problem) {
      const { title, detail, hint } = /** @type {import("../types.js").Problem} */ (problem);
      empty(detail ? `${detail} ${hint ?? ""}` : (title ?? "The server cannot be reached."));
    } finally {
      if (loading === key) loading = "";
    }
  }

  /** @param {string} why */
  function empty(why) {
    view = null;
    answer = null;
    picture.replaceChildren();
    whichLabel.hidden = true;
    whole.hidden = true;
    note.replaceChildren(...why.split("`").map((part, i) => (i % 2 ? h("code", {}, part) : part)));
  }

  /** @param {Answer} found @param {import("../types.js").Trace} trace */
  function show(found, trace) {
    if (answer === found && view) return paint();
    answer = found;
    drawnFor = trace;
    const svg = readPicture(found.svg, "stepgrad-diagram");
    if (!svg) return empty("This picture cannot be shown.");
    view = createDiagramView(svg);
    keyboardDiagram(svg, { see: (hover) => store.set({ hover }), enter: press });
      picture.replaceChildren(svg);
    note.replaceChildren();
    whole.hidden = !neuron;
    whichLabel.hidden = found.examples.length < 2;
    which.replaceChildren(
      h("option", { value: "0" }, "of the step"),
      ...found.examples.map(({ example, name }) => h("option", { value: String(example) }, name)));
    which.value = String(chosen);
    view.select(store.get().selected);
    paint();
  }

  /** A circle of a network is looked into as a neuron of its own; any other value is selected. @param {string} id */
  function press(id) {
    const inner = answer?.view === "network" && view?.svg.querySelector(`g.cell[data-inside][data-node="${id}"]`);
    if (inner) {
      neuron = id;
      void load();
    } else if (store.get().selected === id && inspect) inspect(id);
    else store.set({ selected: id });
  }

  function paint() {
    const state = store.get();
    const story = storyOf(state);
    const frame = frameOf(state);
    if (!view || !story || !frame) return;
    const { lines, cells } = view.shown;
    view.paint(momentOf(story, frame), { lines: mostOf(story, lines, view.field), cells: mostOf(story, cells, view.field) });
    tell();
    address();
  }

  /** The exact numbers of what is pointed at. */
  function tell() {
    const state = store.get();
    const story = storyOf(state);
    const id = state.hover ?? state.selected;
    const node = id && story?.nodes.find((each) => each.id === id);
    const values = frameOf(state)?.values;
    const inside = id && view?.svg.querySelector(`[data-node="${id}"], [data-product="${id}"]`);
    said.textContent = node && story && values && inside
      ? `${node.kind === "parameter" ? node.key : nameOf(story, node)}: data ${exactNumber(values.get(`${id}.data`) ?? null)}, grad ${exactNumber(values.get(`${id}.grad`) ?? null)}`
      : "";
  }

  function address() {
    const { trace, step, options, inputs } = store.get();
    if (!trace || !answer) return;
    const query = new URLSearchParams(pictureLink("", "", {
      // The address is about the whole run; of a folded story a step stands for several.
      ...(step < trace.steps.length ? { step: String(trace.steps[step - 1]?.covers?.[1] ?? step) } : {}),
      ...(optionOf(options, "expand") ? { expand: optionOf(options, "expand") } : {}),
      ...(options["theme"] ? { theme: options["theme"] } : {}),
      ...(Object.keys(inputs).length ? { inputs: inputsText(inputs) } : {}),
    }).split("?")[1]);
    for (const [name, value] of Object.entries(question(store.get()))) if (name !== "example" || answer.examples.length > 1) query.set(name, String(value));
    const text = query.toString();
    link.href = `${base}g/${trace.code}/diagram.svg${text ? `?${text}` : ""}`;
  }

  picture.addEventListener("click", (event) => {
    const id = under(event.target);
    if (id) press(id);
  });
  picture.addEventListener("pointerover", (event) => {
    const id = under(event.target);
    if (id !== store.get().hover) store.set({ hover: id });
  });
  picture.addEventListener("pointerleave", () => store.set({ hover: null }));

  return {
    title: "Diagram",
    body,
    open() {
      size.textContent = large() ? "Show the graph too" : "Only the diagram";
      void load();
      const stops = [
        store.watch((state) => state.trace, () => void load(), false),
        store.watch(frameOf, () => (followed() ? void load() : paint()), false),
        store.watch((state) => state.hover, (id) => (view?.hover(id), tell()), false),
        store.watch((state) => state.selected, (id) => (view?.select(id), tell()), false),
        store.watch((state) => state.options, address, false),
      ];
      return () => stops.forEach((stop) => stop());
    },
  };

  /** Whether the story has gone on to another example than is shown. */
  function followed() {
    const { trace, step } = store.get();
    return answer !== null && trace === drawnFor && !chosen && !neuron && answer.homes.length > 0 && homeAt(answer.homes, step) !== answer.example;
  }
}

/** @param {EventTarget | null} target @returns {string | null} */
const under = (target) => (target instanceof Element ? (target.closest("[data-node]")?.getAttribute("data-node") ?? null) : null);
