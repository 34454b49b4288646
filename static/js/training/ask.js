// The server trains: one question, an answer with the history of all parameters. It tells how far it is, and can be given up.

import { problemOf } from "../api.js";
import { optionOf } from "../links.js";
import { eventsIn } from "./events.js";
import { questionOf } from "./settings.js";

/** @typedef {import("../state.js").State} State */
/** @typedef {import("./settings.js").Settings} Settings */

/** @param {State} state @param {Settings} settings @param {Record<string, unknown>} more */
function bodyOf({ source, inputs, options }, settings, more) {
  const expand = optionOf(options, "expand");
  return { source, ...(Object.keys(inputs).length ? { inputs } : {}), ...(expand ? { expand } : {}), ...questionOf(settings), ...more };
}

/** @param {string} address @param {unknown} body @param {AbortSignal} signal */
async function post(address, body, signal) {
  const response = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal });
  if (!response.ok) throw await problemOf(response);
  return response;
}

/**
 * @param {string} base @param {State} state @param {Settings} settings @param {{signal: AbortSignal, more: Record<string, unknown>}} how
 * @returns {Promise<import("../answers.js").TrainAnswer>} throws a Problem
 */
export async function askTraining(base, state, settings, { signal, more }) {
  return (await post(`${base}api/v1/train`, bodyOf(state, settings, more), signal)).json();
}

/**
 * The same with its history, followed as it goes.
 * @param {string} base @param {State} state @param {Settings} settings
 * @param {{signal: AbortSignal, onProgress: (iteration: number, loss: import("../types.js").Num) => void}} how
 * @returns {Promise<import("../answers.js").TrainAnswer>} throws a Problem
 */
export async function followTraining(base, state, settings, { signal, onProgress }) {
  const body = bodyOf(state, settings, { history: true });
  let response;
  try {
    response = await post(`${base}api/v1/train/stream`, body, signal);
  } catch (problem) {
    // Too many are followed at once: without news, then.
    if (/** @type {import("../types.js").Problem} */ (problem).status !== 503) throw problem;
    return (await post(`${base}api/v1/train`, body, signal)).json();
  }
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) throw { code: "unreachable", title: "Training broke off", detail: "The connection ended before the run did." };
    const { events, rest } = eventsIn(text + part.value);
    text = rest;
    for (const { name, data } of events) {
      if (name === "progress") onProgress(data.iteration, data.loss);
      if (name === "done") return data;
      if (name === "problem") throw data;
    }
  }
}
