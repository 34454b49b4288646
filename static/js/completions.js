// What could come next in the program. Pure: text before the cursor → choices; editor.js turns them into CodeMirror's.

import { CALLABLES, WORDS } from "./highlight.js";

/** @typedef {import("./types.js").Operation} Operation */
/** @typedef {{label: string, kind: "operation" | "name" | "call" | "word", detail: string, info: string, call: boolean, takes: boolean}} Choice */

/** What there is to say about a call: how it is written, what it is. @type {Record<string, [string, string]>} */
const SAID = {
  Neuron: ["Neuron(2)", "activation(w · x + b), with weights and a bias of its own."],
  Layer: ["Layer(2, 3)", "Three neurons that read the same two inputs."],
  MLP: ["MLP(3, [4, 4, 1])", 'Layers one after the other. Options: seed=, activation="tanh", last=, bias=.'],
  moons: ["xs, ys = moons(100, noise=0.1, seed=1)", "Two half circles that reach into each other; classes -1.0 and 1.0."],
  circles: ["xs, ys = circles(100, noise=0.1, seed=1)", "A circle around another; classes -1.0 and 1.0."],
  xor: ["xs, ys = xor()", "Four corners that no straight line divides; classes -1.0 and 1.0."],
  line: ["xs, ys = line(30, noise=0.1, seed=1)", "Points near y = 2x − 1."],
};

/**
 * @param {string} before  the line up to the cursor
 * @param {{operations: Operation[], names: string[], describe?: (name: string) => string}} known
 * @returns {{from: number, choices: Choice[]} | null} `from` counts in UTF-16 units from the start of `before`
 */
export function choicesFor(before, { operations, names, describe = () => "" }) {
  if (inText(before)) return null;
  const word = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(before)?.[0] ?? "";
  const from = before.length - word.length;
  const dotted = /[\p{L}\p{N}_)\]]\s*\.$/u.test(before.slice(0, from)) && !/(^|[^\p{L}\p{N}_])\d+\.$/u.test(before.slice(0, from));
  if (dotted) {
    const methods = operations.filter((op) => op.method);
    return {
      from,
      choices: [
        ...methods.map((op) => operation(op, op.arity > 1)),
        choice("backward", "call", "()", "Run the backward pass from this value.", true, false),
        choice("data", "name", "", "The number this value holds."),
        choice("grad", "name", "", "How much the output changes with this value."),
        choice("label", "name", "", "The name shown in the graph."),
      ],
    };
  }
  if (!word || /(^|[^\p{L}\p{N}_])\d$/u.test(before.slice(0, from))) return word ? null : { from, choices: [] };
  if (names.includes(word)) return null; // it is whole: Enter ends the line, and puts nothing in its place
  return {
    from,
    choices: [
      ...names.map((name) => choice(name, "name", describe(name), "")),
      ...operations.filter((op) => !op.operator).map((op) => operation(op, true)),
      ...CALLABLES.map((name) => choice(name, "call", ...(SAID[name] ?? ["", ""]), true, true)),
      ...WORDS.map((name) => choice(name, "word", "", "")),
    ],
  };
}

/** @param {Operation} op @param {boolean} takes */
const operation = (op, takes) => choice(op.name, "operation", op.formula, op.note ?? "", true, takes);

/** @param {string} label @param {Choice["kind"]} kind @param {string} detail @param {string} info @returns {Choice} */
function choice(label, kind, detail, info, call = false, takes = false) {
  return { label, kind, detail, info, call, takes };
}

/** @param {string} before @returns {boolean} inside a comment or an open string */
function inText(before) {
  let quote = "";
  for (let i = 0; i < before.length; i += 1) {
    const character = before[i] ?? "";
    if (quote) {
      if (character === "\\") i += 1;
      else if (character === quote) quote = "";
    } else if (character === "#") return true;
    else if (character === '"' || character === "'") quote = character;
  }
  return quote !== "";
}
