// What the server wrote into the page.

import { need } from "./dom.js";
import { inputsOf } from "./links.js";
import { lasting, WORDS } from "./player.js";
import { ownNumbers } from "./session.js";
import { initialState } from "./state.js";
import { TABLES } from "./tables.js";

/** @returns {import("./types.js").Boot} */
export function readBoot() {
  const boot = JSON.parse(need("#boot").textContent ?? "{}");
  Object.assign(WORDS, boot.words);
  Object.assign(TABLES, boot.tables);
  return boot;
}

/** @param {import("./types.js").Boot} boot */
export function stateOf({ source, options, trace, problem }) {
  const { step, inputs, ...rest } = Object.fromEntries(Object.entries(options ?? {}).map(([name, value]) => [name, String(value)]));
  return initialState({
    source,
    options: rest,
    trace,
    problem,
    inputs: inputsOf(inputs),
    own: trace ? ownNumbers(trace) : {},
    step: trace?.step ?? 0,
    named: trace ? lasting(step) : (step ?? null),
  });
}

/** Where the application is mounted, with a slash at its end. @param {import("./types.js").Boot} boot */
export const baseOf = ({ base }) => (base ?? "/").replace(/\/*$/, "/");
