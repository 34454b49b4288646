// The server's tables, as it wrote them into the page: a new row there is a new choice here. Pure.

/** What an option is: app/query.py says what each of these is. `links` are the kinds of links that say it; `words` of a switch are its spellings, off and on.
 * @typedef {{name: string, default: string, type: "switch" | "word" | "whole" | "number" | "text", affects: string[], links: string[], words?: string[], low?: number, high?: number}} Option */
/** @typedef {{name: string, label: string, follows_grad: boolean}} Optimizer */
/** A lab, and the line in the menu that opens it on an example of the gallery or on a program of its own.
 * @typedef {{name: string, title: string, offer: {slug: string, title: string, sentence: string, source: string} | null}} Lab */
/** `functions` are those of the language that are no operations; so many numbers of a training run's `history` are sent.
 * @typedef {{options: Option[], knobs: string[], labs: Lab[], history: number, functions: string[], optimizers: Optimizer[]}} Tables */

/** Empty until boot.js has read the page. @type {Tables} */
export const TABLES = { options: [], knobs: [], labs: [], history: 0, functions: [], optimizers: [] };

/** @param {string} name */
export const optionRow = (name) => TABLES.options.find((row) => row.name === name);

/** The options that change any of these. @param {...string} what */
export const affecting = (...what) => TABLES.options.filter(({ affects }) => affects.some((each) => what.includes(each))).map(({ name }) => name);

/** @param {string} name */
export const optimizerOf = (name) => TABLES.optimizers.find((row) => row.name === name);
