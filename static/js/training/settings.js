// How a program is trained: the knobs ⇄ the page's address ⇄ what the server is asked. Pure.

import { optimizerOf } from "../tables.js";

/** @typedef {"all" | "stochastic"} Batch */
/** @typedef {{rate: number, steps: number, optimizer: string, batch: Batch, seed: number, zero: boolean, names: string}} Settings */
/** @typedef {import("../types.js").Options} Options */

/** @type {Readonly<Settings>} */
export const DEFAULTS = { rate: 0.05, steps: 100, optimizer: "sgd", batch: "all", seed: 0, zero: true, names: "" };

/** The knobs in an address: the option's name, as text, and back. @type {{[K in keyof Settings]: [string, (value: Settings[K]) => string, (text: string) => Settings[K] | undefined]}} */
const FIELDS = {
  rate: ["learning_rate", String, (text) => within(Number(text), 0, 1e6)],
  steps: ["iterations", String, (text) => whole(text)],
  optimizer: ["optimizer", String, (text) => optimizerOf(text)?.name],
  batch: ["batch", String, (text) => (text === "all" || text === "stochastic" ? text : undefined)],
  seed: ["seed", String, (text) => whole(text)],
  zero: ["zero_grad", String, (text) => (text === "true" ? true : text === "false" ? false : undefined)],
  names: ["train", String, (text) => text],
};

/** What an address may say about training, the iteration included. */
export const NAMES = [...Object.values(FIELDS).map(([name]) => name), "iteration", "versus"];

/** @param {number} x @param {number} low @param {number} high */
const within = (x, low, high) => (x >= low && x <= high ? x : undefined);

/** @param {string} text */
const whole = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

/** @param {Options} options @param {Settings} [otherwise] @returns {Settings} */
export function settingsOf(options, otherwise = DEFAULTS) {
  const settings = { ...otherwise };
  for (const [field, [name, , read]] of Object.entries(FIELDS)) {
    const value = name in options ? read(options[name] ?? "") : undefined;
    if (value !== undefined) Object.assign(settings, { [field]: value });
  }
  return settings;
}

/** Every knob as an option; empty where it stands at its default. @param {Settings} settings @returns {Options} */
export function optionsOf(settings) {
  /** @type {Options} */
  const options = {};
  for (const [field, [name]] of Object.entries(FIELDS)) {
    const value = settings[/** @type {keyof Settings} */ (field)];
    options[name] = value === DEFAULTS[/** @type {keyof Settings} */ (field)] ? "" : String(value);
  }
  return options;
}

/** The same as a question to the server. @param {Settings} settings */
export const questionOf = ({ rate, steps, optimizer, batch, seed, zero, names }) => ({
  steps, learning_rate: rate, optimizer, zero_grad: zero,
  ...(batch === "all" ? {} : { batch, seed }),
  ...(names ? { train: names } : {}),
});

/** An iteration of it, as pictures are asked for. @param {Settings} settings @param {number} iteration */
export function momentQuestion(settings, iteration) {
  const { steps: _, ...question } = questionOf(settings);
  return { iteration, ...question };
}

/** @param {Settings} a @param {Settings} b */
export const sameSettings = (a, b) => Object.keys(FIELDS).every((field) => a[/** @type {keyof Settings} */ (field)] === b[/** @type {keyof Settings} */ (field)]);

/** What sets one run apart from another, in words; the learning rate always. @param {Settings} settings @param {Settings} other */
export function wordsFor(settings, other) {
  const words = [];
  if (settings.rate !== other.rate || sameSettings(settings, other)) words.push(`learning rate ${settings.rate}`);
  if (settings.optimizer !== other.optimizer) words.push(optimizerOf(settings.optimizer)?.label ?? "");
  if (settings.batch !== other.batch) words.push(settings.batch === "all" ? "all examples" : "one example at a time");
  if (settings.zero !== other.zero) words.push(settings.zero ? "grads zeroed" : "grads never zeroed");
  if (settings.steps !== other.steps) words.push(`${settings.steps.toLocaleString("en")} steps`);
  return words.join(", ") || `learning rate ${settings.rate}`;
}

/** The second of two runs in an address: what it does otherwise. @param {Settings} settings @param {Settings} other */
export const versusText = (settings, other) =>
  Object.entries(FIELDS)
    .filter(([field]) => settings[/** @type {keyof Settings} */ (field)] !== other[/** @type {keyof Settings} */ (field)])
    .map(([field, [name]]) => `${name}:${settings[/** @type {keyof Settings} */ (field)]}`).join(",");

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
