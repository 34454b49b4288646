// The program's neuron or network beside the graph, or in its place: it follows the step, the sliders and what is pointed at.

import { messageOf } from "../api.js";
import { h } from "../dom.js";
import { exactNumber } from "../format.js";
import { optionOf } from "../links.js";
import { askedOf, frameOf, nameOf, storyOf } from "../state.js";
import { readPicture } from "../svg-guard.js";
import { keyboardDiagram } from "./keys.js";
import { diagramLink, isFolded, shapeOf, stepAt, trainingOf } from "./link.js";
import { homeAt, momentOf, mostOf } from "./moment.js";
import { createDiagramView } from "./view.js";

/** @typedef {import("../state.js").Store} Store */
/** @typedef {import("../types.js").Trace} Trace */
/** @typedef {import("../answers.js").UseAnswer} Example */
/** @typedef {import("../answers.js").DiagramAnswer} Answer */

/** Pictures that are kept while a program is. */
const MOST_KNOWN = 60;

/** @typedef {Pick<import("../labs/labs.js").LabTools, "studies" | "base" | "inspect" | "setOptions" | "say">} Tools */

/** Beside the graph. @param {Store} store @param {Tools} tools @returns {import("../labs/labs.js").Lab} */
export const diagramPanel = (store, tools) => createPanel(store, tools, false);

/**
 * In the place of the graph, while `stage=diagram`.
 * @param {Store} store @param {HTMLElement} stage @param {Tools} tools
 */
export function mountDiagram(store, stage, tools) {
  /** @type {import("../labs/labs.js").Lab | null} */
  let panel = null;
  /** @type {(() => void) | null} */
  let end = null;
  store.watch((state) => state.options["stage"] === "diagram", (on) => {
    end?.();
    end = null;
    stage.classList.toggle("shows-diagram", on);
    stage.setAttribute("aria-label", on ? "Diagram" : "Graph");
    if (!on) return panel?.body.remove();
    panel ??= createPanel(store, tools, true);
    stage.append(panel.body);
    end = panel.open();
  });
}

/** @param {Store} store @param {Tools} tools @param {boolean} large  in the place of the graph @returns {import("../labs/labs.js").Lab} */
function createPanel(store, { studies, base, inspect, setOptions, say }, large) {
  const which = h("select", { id: large ? "stage-example" : "diagram-example" });
  const whichLabel = h("label", { class: "diagram-which" }, h("span", {}, "Example"), which);
  const colour = h("select", { "aria-label": "Colours and widths show" }, h("option", { value: "data" }, "data"), h("option", { value: "grad" }, "grad"));
  const near = h("button", { type: "button", class: "chip-button", hidden: true, onclick: () => look(neuron ? "" : (store.get().selected ?? "")) });
  const size = h("button", { type: "button", class: "chip-button", onclick: () => setOptions(large ? { stage: "", lab: "diagram" } : { stage: "diagram", lab: "" }) },
    large ? "Beside the graph" : "Only the diagram");
  const link = h("a", { target: "_blank", rel: "noopener" }, "SVG");
  const picture = h("div", { class: "diagram-picture" });
  const note = h("p", { class: "hint" });
  const said = h("p", { class: "diagram-said" });
  const body = h("div", { class: large ? "diagram is-large" : "diagram" },
    h("div", { class: "diagram-knobs" }, whichLabel, near, h("label", { class: "diagram-which" }, h("span", {}, "Colour"), colour), said, size, link),
    note, picture);

  /** @type {import("./view.js").DiagramView | null} */
  let view = null;
  /** The largest magnitudes of a story, for a view. @type {{story: Trace, view: import("./view.js").DiagramView, lines: number, cells: number} | null} */
  let scale = null;
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
  /** The program that was told of. @type {string | null} */
  let toldOf = null;

  which.addEventListener("change", () => {
    chosen = Number(which.value);
    neuron = "";
    void load();
  });
  colour.addEventListener("change", () => void load());

  /** @param {import("../state.js").State} state @returns {Record<string, string | number>} */
  function question(state) {
    const { expand: _, digits, ...others } = shapeOf(state);
    const shape = { ...others, ...(digits === undefined ? {} : { digits: Number(digits) }) };
    const here = answer && drawnFor === state.trace ? leads(answer) : chosen;
    return {
      ...shape,
      ...(colour.value === "data" ? {} : { color: colour.value }),
      ...(neuron ? { neuron } : here ? { example: here } : {}),
      ...(isClosed(state.trace) ? { step: stepAt(state), theme: state.options["theme"] ?? "light", ...trainingOf(state) } : {}),
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
    const closed = isClosed(state.trace);
    if (closed || known.size > MOST_KNOWN) known.clear();
    const before = known.get(key);
    if (before) return show(before, state.trace);
    if (loading === key && drawnFor === state.trace && !closed) return;
    loading = key;
    drawnFor = state.trace;
    try {
      /** @type {Answer | null} */
      const found = await studies.ask("diagram", state, asked);
      if (!found || store.get().trace !== state.trace) return;
      known.set(key, found);
      known.set(JSON.stringify({ ...asked, ...(neuron ? {} : { example: found.example }) }), found);
      // The first answer says where the story goes; then it may be in another example.
      if (leads(found) !== found.example) {
        answer = found;
        return void load();
      }
      show(found, state.trace);
    } catch (problem) {
      empty(`${messageOf(problem)} ${/** @type {import("../types.js").Problem} */ (problem).hint ?? ""}`.trimEnd());
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
    near.hidden = true;
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
    if (toldOf !== trace.source) say(`Diagram. ${svg.querySelector("title")?.textContent ?? ""}`);
    toldOf = trace.source;
    whichLabel.hidden = found.examples.length < 2;
    which.replaceChildren(
      h("option", { value: "0" }, "of the step"),
      ...found.examples.map(({ example, name }) => h("option", { value: String(example) }, name)));
    which.value = String(chosen);
    view.select(store.get().selected);
    offer();
    paint();
  }

  /** Beside the graph a value is selected there; in its place it is looked into, as in the graph. @param {string} id */
  function press(id) {
    if (askedOf(store.get()).size > 0) return say("First find the hidden numbers.");
    store.set({ selected: id });
    if (large && storyOf(store.get())?.nodes.some((node) => node.id === id)) inspect?.(id);
  }

  /** One neuron of a network, or with an empty name all of it. @param {string} id */
  function look(id) {
    neuron = id && (picture.querySelector(`[data-node="${id}"]`)?.getAttribute("data-key") ?? id);
    void load();
    picture.querySelector("svg")?.focus();
  }

  /** What is selected can be looked into if it is a neuron of a network. */
  function offer() {
    const { selected } = store.get();
    const inner = answer?.view === "network" && selected && view?.svg.querySelector(`g.cell[data-inside][data-node="${selected}"]`);
    near.hidden = !neuron && !inner;
    near.textContent = neuron ? "Whole network" : "Only this neuron";
  }

  function paint() {
    const state = store.get();
    const frame = frameOf(state);
    const story = storyOf(state);
    if (!view || !story || !frame) return;
    // Of a large run only the server knows what is inside its folded parts: its picture is shown as it came.
    if (isClosed(state.trace)) return void (tell(), address());
    const { lines, cells } = view.shown;
    if (scale?.story !== story || scale.view !== view) scale = { story, view, lines: mostOf(story, lines, view.field), cells: mostOf(story, cells, view.field) };
    view.paint(momentOf(story, frame), scale);
    tell();
    address();
  }

  /** The exact numbers of what is pointed at. */
  function tell() {
    const state = store.get();
    if (askedOf(state).size > 0) return void (said.textContent = "");
    const story = storyOf(state);
    const id = state.hover ?? state.selected;
    const node = id && story?.nodes.find((each) => each.id === id);
    const values = frameOf(state)?.values;
    /** @type {SVGElement | null | undefined} */
    const drawn = id ? view?.svg.querySelector(`[data-node="${id}"], [data-product="${id}"]`) : null;
    const name = node && story && node.kind !== "parameter" ? nameOf(story, node) : (drawn?.dataset["key"] ?? "");
    said.textContent = drawn && values?.has(`${id}.data`)
      ? `${name}: data ${exactNumber(values.get(`${id}.data`) ?? null)}, grad ${exactNumber(values.get(`${id}.grad`) ?? null)}`
      : "";
  }

  function address() {
    const state = store.get();
    if (!state.trace || !answer) return;
    /** @type {Record<string, string>} */
    const diagram = {};
    if (neuron) diagram["neuron"] = neuron;
    else if (answer.examples.length > 1) diagram["example"] = String(answer.example);
    if (colour.value !== "data") diagram["color"] = colour.value;
    if (JSON.stringify(diagram) !== JSON.stringify(state.diagram)) store.set({ diagram });
    link.href = diagramLink(base, state.trace.code, store.get());
  }

  picture.addEventListener("click", (event) => {
    const id = under(event.target);
    if (id) press(id);
    event.stopPropagation();
  });
  picture.addEventListener("pointerover", (event) => {
    const id = under(event.target);
    if (id !== store.get().hover) store.set({ hover: id });
  });
  picture.addEventListener("pointerleave", () => store.set({ hover: null }));

  return {
    body,
    open() {
      void load();
      const stops = [
        store.watch((state) => state.trace, () => void load(), false),
        store.watch(frameOf, () => (followed() || isClosed(store.get().trace) ? void load() : paint()), false),
        store.watch((state) => state.hover, (id) => (view?.hover(id), tell()), false),
        store.watch((state) => state.selected, (id) => (view?.select(id), offer(), tell()), false),
        store.watch((state) => state.options, address, false),
      ];
      return () => stops.forEach((stop) => stop());
    },
  };

  /** The example that is to be seen: the one that was chosen, here or for the graph, else where the story is. @param {Answer} found */
  function leads({ homes, example, examples }) {
    const state = store.get();
    const asked = chosen || Number(optionOf(state.options, "example"));
    if (neuron) return example;
    if (asked >= 1 && asked <= examples.length) return asked;
    return homes.length === 0 ? example : homeAt(homes, stepAt(state));
  }

  /** Whether the story has gone on to another example than is shown. */
  function followed() {
    return answer !== null && store.get().trace === drawnFor && leads(answer) !== answer.example;
  }
}

/** Whether what is inside its folded parts cannot be computed here. @param {Trace | null} trace */
const isClosed = (trace) => isFolded(trace) && !trace?.tape;

/** @param {EventTarget | null} target @returns {string | null} */
const under = (target) => (target instanceof Element ? (target.closest("[data-node]")?.getAttribute("data-node") ?? null) : null);
