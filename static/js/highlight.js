// The language's words, one token at a time, for colouring. Pure: it reads from a "stream" as CodeMirror's StreamLanguage gives it.

/** What is used of CodeMirror's StringStream, so that a test needs no CodeMirror.
 * @typedef {object} Stream
 * @property {() => boolean} eatSpace
 * @property {(pattern: RegExp, consume?: boolean) => unknown} match
 * @property {() => string} current
 * @property {() => (string | void)} next */

/** Words that are worth completing, and the rest of them. */
const OFFERED = ["def", "lambda", "return", "for", "in", "if", "elif", "else", "and", "or", "not", "while", "break", "continue"];
const KEYWORDS = new Set([...OFFERED, "pass", "import", "from", "as", "class", "assert", "del", "except", "finally", "global", "is", "nonlocal", "raise", "try", "with", "yield"]);
const BUILTINS = new Set([
  "Value", "Neuron", "Layer", "MLP", "moons", "circles", "xor", "line", "sum", "zip", "range", "len", "enumerate", "print", "list", "tuple", "dict", "set",
  "float", "int", "str", "bool", "sorted", "map", "filter", "any", "all", "divmod", "super",
]);
const ATOMS = new Set(["True", "False", "None"]);
/** Python keeps these for itself. */
const PYTHON = new Set(["async", "await"]);

const NAME = /^[\p{L}_][\p{L}\p{N}_]*/u;
const NUMBER = /^(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?/;

/** What follows a name that is given a value: `a = …`, `a, b = …`, but not `f(a=…)`. */
const BOUND = /^(\s*,\s*[\p{L}_][\p{L}\p{N}_]*)*\s*=(?!=)/u;

/**
 * @param {Stream} stream
 * @param {{afterDot: boolean, open: number}} state  `open` counts the brackets around the token
 * @param {ReadonlySet<string>} operations
 * @returns {string | null} a highlighting tag's name
 */
export function token(stream, state, operations) {
  if (stream.eatSpace()) return null;
  const afterDot = state.afterDot;
  state.afterDot = false;
  if (stream.match(/^#.*/)) return "comment";
  if (stream.match(/^[%!].*/) && afterDot === false) return "meta";
  if (stream.match(NUMBER)) return "number";
  if (stream.match(/^[rfbu]?("([^"\\]|\\.)*"?|'([^'\\]|\\.)*'?)/i)) return "string";
  if (stream.match(NAME)) {
    const word = stream.current();
    const called = Boolean(stream.match(/^\s*\(/, false));
    if (afterDot) return called || operations.has(word) ? "operation" : "propertyName";
    if (KEYWORDS.has(word)) return "keyword";
    if (ATOMS.has(word)) return "atom";
    if (BUILTINS.has(word)) return "builtin";
    if (operations.has(word)) return "operation";
    return state.open === 0 && stream.match(BOUND, false) ? "definition" : "variableName";
  }
  if (stream.match(/^(\*\*|\/\/|[<>=!]=|[-+*/%@<>=]=?|->)/)) return "operator";
  if (stream.match(/^\./)) {
    state.afterDot = true;
    return "punctuation";
  }
  if (stream.match(/^[([{]/)) state.open += 1;
  else if (stream.match(/^[)\]}]/)) state.open = Math.max(state.open - 1, 0);
  else stream.next();
  return "punctuation";
}

/** @param {string} text @returns {boolean} whether it is one of the language's own words */
export const isWord = (text) => KEYWORDS.has(text) || ATOMS.has(text) || PYTHON.has(text);

/** Words that are the language's own, for completion. */
export const WORDS = OFFERED;
export const CALLABLES = [...BUILTINS];

/** @param {string} text @returns {string[]} names the program binds, in order of appearance */
export function namesIn(text) {
  const names = new Set();
  for (const line of text.split("\n")) {
    const code = line.replace(/#.*/, "").replace(/"[^"]*"|'[^']*'/g, '""');
    for (const [, left] of code.matchAll(/(?:^|;)\s*((?:[\p{L}_][\p{L}\p{N}_]*\s*(?:,\s*)?)+)(?:[-+*/]|\*\*)?=(?!=)/gu)) {
      for (const [name] of (left ?? "").matchAll(/[\p{L}_][\p{L}\p{N}_]*/gu)) names.add(name);
    }
    for (const [, name] of code.matchAll(/\b(?:def|for)\s+([\p{L}_][\p{L}\p{N}_]*)/gu)) names.add(name);
  }
  return [...names];
}
