// Looks into a run that the server takes: paths, checks, orders, modes, comparison. A newer question of a kind ends the older one.

import { problemOf } from "./api.js";
import { optionOf } from "./links.js";

/** @typedef {import("./answers.js").StudyAnswers} StudyAnswers */
/** @typedef {import("./state.js").State} State */
/** @typedef {ReturnType<typeof createStudies>} Studies */

/** @param {string} base */
export function createStudies(base) {
  /** @type {Map<string, AbortController>} */
  const running = new Map();
  return {
    /**
     * @template {keyof StudyAnswers} Name
     * @param {Name} study  its name in the address @param {State} state  the program, with the numbers of its sliders
     * @param {Record<string, unknown>} [question]
     * @returns {Promise<StudyAnswers[Name] | null>} null when something newer was asked; throws a Problem
     */
    async ask(study, state, question = {}) {
      running.get(study)?.abort();
      const mine = new AbortController();
      running.set(study, mine);
      const { source, inputs, options } = state;
      const expand = optionOf(options, "expand");
      const body = { source, ...(Object.keys(inputs).length ? { inputs } : {}), ...(expand ? { expand } : {}), ...question };
      try {
        const response = await fetch(`${base}api/v1/${study}`, {
          method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal: mine.signal,
        });
        if (!response.ok) throw await problemOf(response);
        const answer = await response.json();
        return mine.signal.aborted ? null : answer;
      } catch (error) {
        if (mine.signal.aborted) return null;
        throw error;
      }
    },
  };
}
