// The shapes that travel, by the names they have here: answers are as answers.d.ts has them. Nothing runs here.

/** @typedef {import("./answers.js").Num} Num */
/** @typedef {import("./answers.js").SpanAnswer} Span */
/** @typedef {import("./answers.js").NodeAnswer} GraphNode */
/** @typedef {import("./answers.js").EdgeAnswer} GraphEdge */
/** @typedef {import("./answers.js").WriteAnswer} Write */
/** @typedef {import("./answers.js").EdgeWriteAnswer} EdgeWrite */
/** @typedef {import("./answers.js").FormulaAnswer} Formula */
/** @typedef {import("./answers.js").StepAnswer} Step */
/** @typedef {import("./answers.js").WarningAnswer} Warning */
/** @typedef {import("./answers.js").GroupAnswer} Group */
/** @typedef {import("./answers.js").TapeAnswer} Tape */
/** @typedef {import("./answers.js").BadgeAnswer} Badge */
/** @typedef {import("./answers.js").GraphAnswer} Trace */
/** @typedef {Write["field"]} Field */
/** @typedef {Step["phase"]} Phase */

/** A refusal, the server's or ours, which has less to say.
 * @typedef {Partial<import("./answers.js").ProblemAnswer> & {code: string, title: string, retryAfter?: number}} Problem  seconds, from Retry-After */

/** Options as they stand in a query: always strings; an absent one has its default.
 * @typedef {Record<string, string>} Options */

/** @typedef {{name: string, formula: string, arity: number, method?: boolean | string, operator?: boolean, micrograd?: boolean, expands?: boolean, note?: string}} Operation */
/** @typedef {{slug: string, title: string, sentence: string, source: string}} Example */

/** What the server puts into the page.
 * @typedef {object} Boot
 * @property {string} source
 * @property {Options} options
 * @property {Trace | null} trace
 * @property {Problem | null} problem
 * @property {Example[]} gallery
 * @property {Operation[]} operations
 * @property {Record<string, number>} limits
 * @property {{start: string}} [words]
 * @property {import("./tables.js").Tables} tables
 * @property {string} version
 * @property {string} [base] */

export {};
