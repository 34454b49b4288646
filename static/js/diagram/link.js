// The address of a diagram as a picture, at the moment and with the numbers that the page shows. Pure.

import { stepOption } from "../address.js";
import { inputsText, join, KNOBS, optionOf } from "../links.js";

/** @typedef {import("../state.js").State} State */

/** Whether some of the program is folded: then its steps are others. @param {import("../types.js").Trace | null} trace */
export const isFolded = (trace) => trace?.nodes.some(({ folds }) => folds) ?? false;

/** Options of a diagram that say which steps there are and how it looks. @param {State} state @returns {Record<string, string>} */
export function shapeOf({ trace, options }) {
  const chosen = ["steps", "expand", "digits", ...(isFolded(trace) ? ["open"] : [])].filter((name) => options[name] && options[name] !== (name === "steps" ? "edge" : ""));
  return {
    ...Object.fromEntries(chosen.map((name) => [name, options[name] ?? ""])),
    ...(isFolded(trace) ? { collapse: optionOf(options, "collapse") } : {}),
  };
}

/** @param {string} base @param {string} code @param {State} state @param {boolean} [atStep] */
export function diagramLink(base, code, state, atStep = true) {
  const { options, inputs, diagram } = state;
  const step = atStep ? stepOption(state) : undefined;
  const training = options["iteration"] ? ["iteration", ...KNOBS].filter((name) => options[name]) : [];
  const query = new URLSearchParams({
    ...(step === undefined ? {} : { step }),
    ...shapeOf(state),
    ...(options["theme"] ? { theme: options["theme"] } : {}),
    ...(Object.keys(inputs).length ? { inputs: inputsText(inputs) } : {}),
    ...Object.fromEntries(training.map((name) => [name, options[name] ?? ""])),
    ...diagram,
  });
  return join(`${base}g/${code}/diagram.svg`, query.toString());
}
