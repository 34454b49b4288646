// Another name for a value, in the program: every use of it, token by token; or the label that was written for it. Pure.

import { isWord } from "./highlight.js";
import { rangeOf } from "./spans.js";
import { TABLES } from "./tables.js";
import { tokensOf } from "./tokens.js";

/** @typedef {import("./types.js").GraphNode} GraphNode */
/** @typedef {import("./tokens.js").Token} Token */
/** What became of the program, and the key and the label that the value has in it now; or why nothing did.
 * @typedef {{source: string, key: string} | {problem: string}} Renamed */

/** As engine/language/text.py has it: ASCII or Greek letters, digits and underscores. */
const NAME = /^[A-Za-z_\u0370-\u03ff][A-Za-z0-9_\u0370-\u03ff]*$/;
const MOST = 60;

/** @param {string} name @param {ReadonlySet<string>} operations @returns {string | null} why it cannot be a name */
export function nameProblem(name, operations) {
  if (name === "") return "A name needs at least one letter.";
  if (/^\d/.test(name)) return "A name begins with a letter.";
  if (!NAME.test(name) || !/^[\p{L}\p{N}_]+$/u.test(name)) return `A name is made of letters, digits and underscores; “${short(name)}” is not.`;
  if (name.startsWith("__")) return "Names do not begin with two underscores here.";
  if (name.length > MOST) return `A name has at most ${MOST} letters.`;
  if (isWord(name)) return `“${name}” is a word of the language. Choose another one.`;
  if (operations.has(name) || TABLES.functions.includes(name)) return `“${name}” is a function. Choose another one.`;
  return null;
}

/** @param {string} text */
const short = (text) => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

/** Places of a name: its uses, not attributes or the names of other functions' arguments. @param {Token[]} tokens @param {string} name */
function usesOf(tokens, name) {
  const own = new Set(tokens.filter((_, i) => tokens[i - 1]?.text === "def").map(({ text }) => text));
  return tokens.filter(({ kind, text, attribute, call }, i) => {
    if (kind !== "name" || text !== name || attribute) return false;
    // `f(label=…)`: an argument's name is the function's, unless that is the program's own.
    return !(call && tokens[i + 1]?.text === "=" && call !== "def" && !own.has(call));
  });
}

/** @param {string} source @param {string} from @param {string} to @returns {string} */
function replaced(source, from, to) {
  const tokens = tokensOf(source);
  /** @type {{at: number, length: number, text: string}[]} */
  const changes = usesOf(tokens, from).map(({ at, text }) => ({ at, length: text.length, text: to }));
  for (const { kind, text, at } of tokens) {
    // What stands in the brackets of an f-string is program, too.
    if (kind !== "string" || !/^[rb]?f/i.test(text) || !text.includes("{")) continue;
    changes.push({ at, length: text.length, text: text.replace(/(?<!\{)\{([^{}:!]*)/g, (_, inner) => `{${replaced(inner, from, to)}`) });
  }
  return changed(source, changes);
}

/** @param {string} source @param {{at: number, length: number, text: string}[]} changes */
function changed(source, changes) {
  let text = source;
  for (const { at, length, text: put } of [...changes].sort((a, b) => b.at - a.at)) text = text.slice(0, at) + put + text.slice(at + length);
  return text;
}

/** Labels that are written in the program: `label="…"` in brackets, `x.label = "…"`. @param {string} source @returns {{at: number, length: number, value: string, of: string}[]} */
function labelsIn(source) {
  const tokens = tokensOf(source);
  return tokens.flatMap((token, i) => {
    const [name, equals] = [tokens[i - 2], tokens[i - 1]];
    const plain = /^(["'])(.*)\1$/s.exec(token.text);
    if (token.kind !== "string" || !plain || equals?.text !== "=" || name?.text !== "label" || !(name.attribute || name.call)) return [];
    const line = source.slice(source.lastIndexOf("\n", token.at) + 1, token.at);
    return [{ at: token.at, length: token.text.length, value: (plain[2] ?? "").replace(/\\(["'\\])/g, "$1"), of: name.attribute ? (/(\S+)\s*\.\s*label/.exec(line)?.[1] ?? "") : "" }];
  });
}

/** @param {string} text */
const quoted = (text) => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/**
 * @param {string} source @param {Pick<GraphNode, "key" | "label" | "span">} node @param {string} to
 * @param {ReadonlySet<string>} operations
 * @returns {Renamed}
 */
export function renamed(source, node, to, operations) {
  const { key, label, span } = node;
  if (to === label) return { source, key };
  const base = /^[^#[./]*/.exec(key)?.[0] ?? "";
  const named = usesOf(tokensOf(source), base).length > 0;
  const labels = labelsIn(source);
  if (named && key.replace(/#\d+$/, "") === base && label === base) {
    const problem = nameProblem(to, operations);
    if (problem) return { problem };
    if (tokensOf(source).some(({ kind, text }) => kind === "name" && text === to)) return { problem: `“${to}” is a name here already. Choose another one.` };
    // A label that says what the name says goes on saying so.
    const same = labels.filter(({ value }) => value === base).map(({ at, length }) => ({ at, length, text: quoted(to) }));
    return { source: replaced(changed(source, same), base, to), key: key.replace(base, to) };
  }
  if (to === "" || /[\n\r]/.test(to) || to.length > MOST) return { problem: to === "" ? "A label needs at least one letter." : `A label has at most ${MOST} letters, on one line.` };
  const element = /^(.*?)(\[[\d\][]*\])$/.exec(to);
  const written = labels.filter(({ value }) => value === label && label !== "");
  const [from, end] = span ? rangeOf(source, span) : [0, 0];
  const here = written.filter(({ at, of }) => of === key || (at >= from && at < end));
  const literal = written.length === 1 ? written[0] : here.length === 1 ? here[0] : undefined;
  if (literal) return { source: changed(source, [{ ...literal, text: quoted(to) }]), key };
  if (written.length > 1) return { problem: `The label “${short(label)}” is written in several places: change it in the program.` };
  if (named && element && label === key && key.endsWith(element[2] ?? "") && key === base + (element[2] ?? "")) {
    const made = renamed(source, { key: base, label: base, span }, element[1] ?? "", operations);
    return "problem" in made ? made : { ...made, key: made.key + element[2] };
  }
  if (named && span && /^[^#/]+$/.test(key)) return { source: afterStatement(source, end, `${key}.label = ${quoted(to)}`), key };
  return extracted(source, node, to, operations);
}

/** On a line of its own, after the statement that ends there and the block it may be in. @param {string} source @param {number} end @param {string} line */
function afterStatement(source, end, line) {
  let at = source.indexOf("\n", end);
  while (at >= 0 && /^[ \t]+\S/.test(source.slice(at + 1))) at = source.indexOf("\n", at + 1);
  if (at < 0) return `${source.replace(/\n?$/, "\n")}${line}\n`;
  return `${source.slice(0, at + 1)}${line}\n${source.slice(at + 1)}`;
}

/** A part of an expression gets a name: a line before that computes it. @param {string} source @param {Pick<GraphNode, "key" | "span">} node @param {string} to @param {ReadonlySet<string>} operations @returns {Renamed} */
function extracted(source, { span }, to, operations) {
  const problem = nameProblem(to, operations);
  if (problem) return { problem };
  const tokens = tokensOf(source);
  if (tokens.some(({ kind, text }) => kind === "name" && text === to)) return { problem: `“${to}” is a name here already. Choose another one.` };
  const [from, end] = span ? rangeOf(source, span) : [0, 0];
  const start = source.lastIndexOf("\n", from - 1) + 1;
  const stop = source.indexOf("\n", from) < 0 ? source.length : source.indexOf("\n", from);
  const line = source.slice(start, stop);
  const inside = tokens.filter(({ at }) => at >= start && at < stop);
  const alone = from < end && end <= stop && /^[^\s#]/.test(line) && !line.includes(";") && !inside.some(({ text }) => ["for", "if", "lambda", "def", "while", "and", "or"].includes(text));
  if (!alone) return { problem: "This value has no name of its own: give it one in the program." };
  const expression = source.slice(from, end);
  return { source: `${source.slice(0, start)}${to} = ${expression}\n${source.slice(start, from)}${to}${source.slice(end)}`, key: to };
}

/** The same name in what a view option says: `highlight=ancestors:a`, `expand=tanh@a`, `quiz=grad:a,b`. @param {string} value @param {string} from @param {string} to */
export function renamedIn(value, from, to) {
  const name = from.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return value.replace(new RegExp(`(^|[:,;@])${name}(?=$|[,;#/[.])`, "g"), `$1${to}`);
}
