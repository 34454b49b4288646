// One training run as the server told it: a row of parameters and a loss for each iteration. Pure.

import { toNumber } from "../format.js";
import { TABLES } from "../tables.js";

/** @typedef {ReturnType<typeof createRun>} Run */

/** @param {import("../answers.js").TrainAnswer} answer  of `POST /api/v1/train` with its history @param {import("./settings.js").Settings} settings */
export function createRun(answer, settings) {
  const { name, source, sentence, note, stopped, links, parameters, predictions } = answer;
  const width = parameters.length;
  const rows = decode(answer.history?.data ?? "");
  const last = Math.max(0, rows.length / width - 1);
  const losses = Float64Array.from({ length: last + 1 }, (_, k) => toNumber(k < answer.losses.length ? answer.losses[k] : answer.loss) ?? NaN);
  return {
    settings,
    name,
    source,
    sentence,
    note,
    stopped,
    links,
    parameters,
    predictions,
    targets: predictions.map(({ target }) => toNumber(target)),
    /** The last iteration there is. */
    last,
    losses,
    /** @param {number} iteration */
    row: (iteration) => rows.subarray(iteration * width, (iteration + 1) * width),
    /** The parameters by key. @param {number} iteration @returns {Record<string, number>} */
    numbers: (iteration) => Object.fromEntries(parameters.map(({ key }, i) => [key, rows[iteration * width + i] ?? NaN])),
  };
}

/** Little-endian doubles in base64. @param {string} text @returns {Float64Array} */
export function decode(text) {
  const binary = atob(text);
  const view = new DataView(Uint8Array.from(binary, (sign) => sign.charCodeAt(0)).buffer);
  return Float64Array.from({ length: binary.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

/** How many steps this program may be asked for with a history. @param {{affordable: number, parameters: unknown[]}} answer */
export const mostSteps = ({ affordable, parameters }) => Math.max(1, Math.min(affordable, Math.floor(TABLES.history / Math.max(1, parameters.length)) - 1));

/** What is trained, in words: "41 parameters of n", "a, b and c". @param {ReadonlyArray<{key: string}>} parameters */
export function trainedWords(parameters) {
  const keys = parameters.map(({ key }) => key);
  if (keys.length <= 4) return listed(keys.map((key) => `\`${key}\``));
  const heads = [...new Set(keys.map((key) => key.replace(/[.[#].*$/, "")))];
  const words = `${keys.length.toLocaleString("en")} ${keys.every((key) => /[.[]/.test(key)) ? "parameters" : "numbers"}`;
  return heads.length <= 3 ? `${words} of ${listed(heads.map((head) => `\`${head}\``))}` : words;
}

/** @param {string[]} words */
const listed = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);

/** Where training stopped, as a place to go to: the iteration whose numbers are the last good ones. @param {Run} run */
export const placeOfStop = ({ stopped, last }) => Math.min(stopped?.iteration ?? last, last);
