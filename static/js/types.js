// The shapes that travel: what docs/contract.md says, as types. Nothing runs here.

/** A number on the wire: JSON has no infinity, so those are spelled; null is "not computed yet".
 * @typedef {number | "Infinity" | "-Infinity" | "NaN" | null} Num */

/** @typedef {"data" | "grad"} Field */
/** @typedef {"forward" | "seed" | "backward" | "zero_grad" | "update"} Phase */

/** Lines and columns count from 1, in code points.
 * @typedef {{line: number, column: number, length: number}} Span */

/** @typedef {object} GraphNode
 * @property {string} id
 * @property {string} key       survives edits elsewhere in the program
 * @property {string} label
 * @property {"input" | "constant" | "parameter" | "operation" | "group"} kind
 * @property {string | null} op
 * @property {string | null} [symbol]
 * @property {Num[]} [params]  plain numbers that belong to the operation, after its inputs
 * @property {string[]} inputs  ordered, duplicates kept
 * @property {Num} data
 * @property {Num} grad
 * @property {Span | null} span
 * @property {string | null} [group]
 * @property {{group: string, results: string[], operations: number, parameters: number} | null} [folds]  what a folded group stands for
 * @property {string | null} [inside]         the drawn node that hides it
 * @property {string | null} [expands]        the entry of `expand` that takes this one apart
 * @property {string | null} [expanded_from]  the entry of `expand` that it is there for */

/** @typedef {object} GraphEdge
 * @property {string} id
 * @property {string} from
 * @property {string} to
 * @property {number} slot
 * @property {Num} [local]
 * @property {Num} [contribution]
 * @property {string | null} [local_latex]
 * @property {string | null} [contribution_text] */

/** @typedef {{node: string, field: Field, before: Num, after: Num}} Write */

/** What a step computes: with letters, with numbers, what comes out; whole in LaTeX and in plain text.
 * @typedef {{letters: string, numbers: string, result: string, latex: string, plain: string, sum?: string, left?: string}} Formula */

/** What becomes known at an edge. @typedef {{edge: string, field: "local" | "contribution", before: Num, after: Num}} EdgeWrite */

/** @typedef {object} Step
 * @property {number} index
 * @property {Phase} phase
 * @property {string | null} node
 * @property {string | null} edge
 * @property {string[]} [edges]  the edges a backward step goes along: one, or with `steps=node` all of an operation
 * @property {Write[]} writes
 * @property {EdgeWrite[]} [edge_writes]
 * @property {[number, number] | null} [covers]  of a folded story: the steps of the whole one that it stands for
 * @property {string} text
 * @property {string} [latex]
 * @property {Formula | null} [formula] */

/** @typedef {{message: string, node?: string | null, span?: Span | null}} Warning */

/** What one part of the program made.
 * @typedef {{id: string, key: string, kind: string, name: string, parent: string | null, span: Span | null, size: number}} Group */

/** All operations of a run of which some are folded: place of the result, name, places of the inputs, plain numbers.
 * @typedef {{ids: string[], keys: Record<string, string>, start: Record<string, Num>, operations: [number, string, number[], Num[]][], root: number}} Tape */

/** Where a gradient goes wrong. @typedef {{node: string, kind: string, edge: string | null, number: Num, sentence: string}} Badge */

/** @typedef {object} Trace
 * @property {number} version
 * @property {string} source
 * @property {string} code
 * @property {string | null} output
 * @property {GraphNode[]} nodes
 * @property {GraphEdge[]} edges
 * @property {Step[]} steps
 * @property {number} step  the one that was asked for: what its name means is for the server to say
 * @property {number} [end]  the step of the finished picture: the last, if it is not said
 * @property {Warning[]} warnings
 * @property {string[]} printed
 * @property {Badge[]} [badges]
 * @property {Group[]} [groups]
 * @property {Tape | null} [tape]
 * @property {number} [examples]  calls of which the option `example` shows one
 * @property {Record<string, string>} [links]
 * @property {string} svg */

/** Every refusal, ours and the server's, has this one shape (RFC 9457).
 * @typedef {object} Problem
 * @property {string} code
 * @property {string} title
 * @property {string} [detail]
 * @property {number} [status]
 * @property {number | null} [line]
 * @property {number | null} [column]
 * @property {number | null} [length]
 * @property {string | null} [hint]
 * @property {string[]} [printed]   what a program printed that has nothing to draw
 * @property {number} [retryAfter]   seconds, from the Retry-After header */

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
