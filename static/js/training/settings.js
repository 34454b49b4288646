// How a program is trained: the knobs of the server's table ⇄ the page's address ⇄ what the server is asked. Pure.

import { optionOf, textOf, valueOf } from "../links.js";
import { optimizerOf, TABLES } from "../tables.js";

/** @typedef {{learning_rate: number, optimizer: string, zero_grad: boolean, batch: string, seed: number, train: string, iterations: number}} Settings */
/** What suits a set of data. @typedef {Pick<Settings, "learning_rate" | "iterations">} Advice */
/** @typedef {import("../types.js").Options} Options */

/** @returns {(keyof Settings)[]} */
const knobs = () => /** @type {(keyof Settings)[]} */ ([...TABLES.knobs, "iterations"]);

/** What an address may say about training, the iteration included. */
export const trainingNames = () => [...knobs(), "iteration", "versus"];

/** @returns {Settings} */
export const defaultSettings = () => /** @type {Settings} */ (Object.fromEntries(knobs().map((name) => [name, valueOf(name, optionOf({}, name))])));

/** @param {Options} options @param {Settings} [otherwise] @returns {Settings} */
export function settingsOf(options, otherwise = defaultSettings()) {
  const read = knobs().map((name) => [name, name in options ? valueOf(name, options[name] ?? "") : undefined]);
  return { ...otherwise, ...Object.fromEntries(read.filter(([, value]) => value !== undefined)) };
}

/** Every knob as an option; empty where it stands at its default. @param {Settings} settings @returns {Options} */
export function optionsOf(settings) {
  const written = knobs().map((name) => [name, textOf(name, settings[name])]);
  return Object.fromEntries(written.map(([name = "", text = ""]) => [name, text === optionOf({}, name) ? "" : text]));
}

/** The same as a question to the server. @param {Settings} settings */
export const questionOf = ({ iterations, batch, seed, train, ...rest }) => ({
  steps: iterations, ...rest,
  ...(batch === "all" ? {} : { batch, seed }),
  ...(train ? { train } : {}),
});

/** An iteration of it, as pictures are asked for. @param {Settings} settings @param {number} iteration */
export function momentQuestion(settings, iteration) {
  const { steps: _, ...question } = questionOf(settings);
  return { iteration, ...question };
}

/** @param {Settings} a @param {Settings} b */
export const sameSettings = (a, b) => knobs().every((name) => a[name] === b[name]);

/** What sets one run apart from another, in words; the learning rate always. @param {Settings} settings @param {Settings} other */
export function wordsFor(settings, other) {
  const words = [];
  const { learning_rate: rate, optimizer, batch, zero_grad: zero, iterations } = settings;
  if (rate !== other.learning_rate || sameSettings(settings, other)) words.push(`learning rate ${rate}`);
  if (optimizer !== other.optimizer) words.push(optimizerOf(optimizer)?.label ?? "");
  if (batch !== other.batch) words.push(batch === "all" ? "all examples" : "one example at a time");
  if (zero !== other.zero_grad) words.push(zero ? "grads zeroed" : "grads never zeroed");
  if (iterations !== other.iterations) words.push(`${iterations.toLocaleString("en")} steps`);
  return words.join(", ") || `learning rate ${rate}`;
}

/** The second of two runs in an address: what it does otherwise. @param {Settings} settings @param {Settings} other */
export const versusText = (settings, other) =>
  knobs().filter((name) => settings[name] !== other[name]).map((name) => `${name}:${textOf(name, settings[name])}`).join(",");

/** @param {string | undefined} text @param {Settings} other @returns {Settings | null} */
export function versusOf(text, other) {
  if (!text) return null;
  const pairs = text.split(",").map((part) => part.split(":", 2));
  return settingsOf(Object.fromEntries(pairs), other);
}

/** The slider of the learning rate goes along powers of ten. */
export const RATES = { min: -4, max: 1, step: 0.05 };

/** @param {number} place @returns {number} two digits are enough */
export const rateAt = (place) => Number((10 ** place).toPrecision(2));

/** @param {number} rate */
export const placeOf = (rate) => Math.min(Math.max(Math.log10(Math.max(rate, 1e-30)), RATES.min), RATES.max);
