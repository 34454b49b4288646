// What can be open beside the graph, by its name in the address: `?lab=orders`. Titles, and where the menu opens them, are in app/labs.py.

import { codePanel } from "../code-panel.js";
import { diagramPanel } from "../diagram/panel.js";
import { plotPanel } from "../plot-panel.js";
import { TABLES } from "../tables.js";
import { trainingLab } from "../training/lab.js";
import { modesLab } from "./modes.js";
import { ordersLab } from "./orders.js";
import { predictLab } from "./predict.js";
import { squareLab } from "./square.js";
import { twiceLab } from "./twice.js";
import { wrongLab } from "./wrong.js";

/** @typedef {import("../state.js").Store} Store */
/** `open` begins to listen and gives back what ends it; `story` is what it says to those who hear the page.
 * @typedef {{body: HTMLElement, open: () => () => void, story?: () => string}} Lab */
/**
 * @typedef {object} LabTools
 * @property {import("../studies.js").Studies} studies
 * @property {string} base
 * @property {(text: string, wait?: number) => void} say
 * @property {(step: number) => void} goTo
 * @property {((id: string) => void) | null} inspect
 * @property {(change: import("../types.js").Options) => void} setOptions
 * @property {(moment: import("../state.js").Moment | null) => void} setMoment  an iteration of a training run
 * @property {() => void} refresh  asks for the program's own story
 * @property {((source: string) => void) | null} setSource  another program; null where there is no editor
 * @property {((slug: string) => void) | null} example   opens a program of the gallery, keeping what is open
 * @property {import("../types.js").Example[]} gallery */

/** @type {Record<string, (store: Store, tools: LabTools) => Lab>} */
export const LABS = {
  plot: plotPanel, code: codePanel, orders: ordersLab, square: squareLab, twice: twiceLab, modes: modesLab, wrong: wrongLab, predict: predictLab,
  train: trainingLab, diagram: diagramPanel,
};

/** @param {string} name */
const titleOf = (name) => TABLES.labs.find((row) => row.name === name)?.title ?? "";

/**
 * @param {Store} store
 * @param {import("../dock.js").Dock} dock
 * @param {LabTools} tools
 */
export function mountLabs(store, dock, tools) {
  /** @type {Map<string, Lab>} */
  const made = new Map();
  let shown = "";
  /** @type {(() => void) | null} */
  let end = null;

  function leave() {
    end?.();
    end = null;
    shown = "";
  }
  // What stands in the graph's place is not beside it as well.
  store.watch(({ options: { lab = "none", stage } }) => (lab === stage ? "none" : lab), (name) => {
    if (name === shown || (name === "none" && shown === "")) return;
    const make = LABS[name];
    if (!make) {
      leave();
      if (dock.name()?.startsWith("lab")) dock.close();
      return;
    }
    leave();
    const lab = made.get(name) ?? make(store, tools);
    made.set(name, lab);
    shown = name;
    dock.open({
      name: `lab ${name}`,
      title: titleOf(name),
      body: lab.body,
      onClose: () => {
        if (shown !== name) return;
        leave();
        tools.setOptions({ lab: "" });
      },
    });
    end = lab.open();
    tools.say(story());
  });

  /** What the open lab says to those who hear the page; empty where none is open. */
  function story() {
    const lab = made.get(shown);
    if (!lab) return "";
    const told = lab.story?.() ?? lab.body.querySelector(".lab-sentence")?.textContent ?? "";
    return told ? `${titleOf(shown)}. ${told}` : titleOf(shown);
  }
  return { story };
}
