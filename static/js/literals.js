// Where in the program an input's number is written, so that a slider's number can be written back. Pure.

import { exactNumber } from "./format.js";
import { rangeOf } from "./spans.js";

/** @typedef {import("./types.js").GraphNode} GraphNode */

const NUMBERS_ONLY = /^[-+\d.eE*/() \t]*\d[-+\d.eE*/() \t]*$/;

/**
 * @param {string} source
 * @param {Pick<GraphNode, "key" | "span">} node
 * @returns {[from: number, to: number] | null} in UTF-16 units; null when it is not simply written down
 */
export function literalOf(source, { key, span }) {
  if (!span) return null;
  const [from] = rangeOf(source, span);
  const lineStart = source.lastIndexOf("\n", from - 1) + 1;
  const statement = statementFrom(source, Math.max(lineStart, source.lastIndexOf(";", from) + 1));
  const equals = /(?<![=<>!+\-*/%])=(?!=)/.exec(statement.text);
  if (!equals) return null;
  const targets = pieces(statement.text, 0, equals.index);
  const base = key.replace(/[#[].*$/, "");
  const places = [...key.replace(/#\d+$/, "").matchAll(/\[(\d+)\]/g)].map(([, n]) => Number(n));
  const which = targets.findIndex(([a, b]) => statement.text.slice(a, b) === base);
  if (which < 0) return null;
  let values = pieces(statement.text, equals.index + 1, statement.text.length);
  let piece = targets.length === 1 ? (values.length === 1 ? values[0] : null) : values.length === targets.length ? values[which] : null;
  for (const place of places) {
    if (!piece || !/^[[(][^]*[\])]$/.test(statement.text.slice(...piece))) return null;
    values = pieces(statement.text, piece[0] + 1, piece[1] - 1);
    piece = values[place];
  }
  if (!piece) return null;
  const call = /^Value\(\s*/.exec(statement.text.slice(...piece));
  if (call) piece = pieces(statement.text, piece[0] + "Value(".length, piece[1] - 1)[0];
  if (!piece || !NUMBERS_ONLY.test(statement.text.slice(...piece))) return null;
  return [statement.at + piece[0], statement.at + piece[1]];
}

/** The program with another number there. @param {string} source @param {Pick<GraphNode, "key" | "span">} node @param {number} value @returns {string | null} */
export function withNumber(source, node, value) {
  const range = literalOf(source, node);
  return range && source.slice(0, range[0]) + exactNumber(value) + source.slice(range[1]);
}

/** From a place to the end of the statement: over line ends inside brackets, without a comment. @param {string} source @param {number} at */
function statementFrom(source, at) {
  let depth = 0;
  let end = at;
  for (; end < source.length; end += 1) {
    const sign = source[end] ?? "";
    if ("([{".includes(sign)) depth += 1;
    else if (")]}".includes(sign)) depth -= 1;
    else if ((sign === "\n" || sign === ";") && depth <= 0) break;
    else if (sign === "#") {
      if (depth <= 0) break;
      end = Math.max(end, source.indexOf("\n", end) - 1);
    }
  }
  return { at, text: source.slice(at, end) };
}

/** What commas part at the top level, without the space around it. @param {string} text @param {number} from @param {number} to @returns {[number, number][]} */
function pieces(text, from, to) {
  /** @type {[number, number][]} */
  const found = [];
  let depth = 0;
  let start = from;
  for (let i = from; i <= to; i += 1) {
    const sign = i < to ? (text[i] ?? "") : ",";
    if ("([{".includes(sign)) depth += 1;
    else if (")]}".includes(sign)) depth -= 1;
    else if (sign === "," && depth === 0) {
      const piece = text.slice(start, i);
      if (piece.trim()) found.push([start + piece.length - piece.trimStart().length, start + piece.trimEnd().length]);
      start = i + 1;
    }
  }
  return found;
}
