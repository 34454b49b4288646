// The address of a diagram as a picture, at the moment and with the numbers that the page shows. Pure.

import { wholeStep } from "../player.js";
import { seenOptions, stepOption } from "../address.js";
import { inputsText, join, optionOf } from "../links.js";
import { TABLES } from "../tables.js";

/** @typedef {import("../state.js").State} State */

/** Whether some of the program is folded: then its steps are others. @param {import("../types.js").Trace | null} trace */
export const isFolded = (trace) => trace?.nodes.some(({ folds }) => folds) ?? false;

/** Whether the graph shows one example of several: a diagram always does, and has the steps of the whole story. @param {import("../types.js").Options} options */
const showsOne = (options) => optionOf(options, "example") !== "0";

/** The step, as the diagram counts. @param {State} state */
export const stepAt = ({ trace, step, options }) => (showsOne(options) ? wholeStep(trace, step) : step);

/** Options of a diagram that say which steps there are and how it looks. @param {State} state @returns {Record<string, string>} */
export function shapeOf({ trace, options }) {
  const folded = isFolded(trace) && !showsOne(options);
  const chosen = ["steps", "expand", "digits", ...(folded ? ["open"] : [])].filter((name) => options[name] && options[name] !== (name === "steps" ? "edge" : ""));
  return {
    ...Object.fromEntries(chosen.map((name) => [name, options[name] ?? ""])),
    ...(folded ? { collapse: optionOf(options, "collapse") } : {}),
  };
}

/** The iteration of training that is looked at. @param {State} state @returns {Record<string, string>} */
export function trainingOf({ options }) {
  const names = options["iteration"] ? ["iteration", ...TABLES.knobs].filter((name) => options[name]) : [];
  return Object.fromEntries(names.map((name) => [name, options[name] ?? ""]));
}

/** @param {string} base @param {string} code @param {State} state @param {boolean} [atStep] */
export function diagramLink(base, code, state, atStep = true) {
  const { inputs, diagram } = state;
  const options = seenOptions(state);
  const step = !atStep ? undefined : showsOne(options) ? String(stepAt(state)) : stepOption(state);
  const query = new URLSearchParams({
    ...(step === undefined ? {} : { step }),
    ...shapeOf(state),
    ...(options["theme"] ? { theme: options["theme"] } : {}),
    ...(Object.keys(inputs).length ? { inputs: inputsText(inputs) } : {}),
    ...trainingOf({ ...state, options }),
    ...diagram,
  });
  return join(`${base}g/${code}/diagram.svg`, query.toString());
}
