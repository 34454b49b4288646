// The server trains: one question, an answer with the history of all parameters. It can be given up.

import { problemOf } from "../api.js";
import { optionOf } from "../links.js";
import { questionOf } from "./settings.js";

/**
 * @param {string} base @param {import("../state.js").State} state @param {import("./settings.js").Settings} settings
 * @param {{signal: AbortSignal, more?: Record<string, unknown>}} how
 * @returns {Promise<any>} throws a Problem
 */
export async function askTraining(base, { source, inputs, options }, settings, { signal, more = { history: true } }) {
  const expand = optionOf(options, "expand");
  const body = { source, ...(Object.keys(inputs).length ? { inputs } : {}), ...(expand ? { expand } : {}), ...questionOf(settings), ...more };
  const response = await fetch(`${base}api/v1/train`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}
