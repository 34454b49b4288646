import assert from "node:assert/strict";
import { test } from "node:test";
import { choicesFor } from "../../static/js/completions.js";
import { namesIn, token } from "../../static/js/highlight.js";
import { placeOf, pointsOf, rangeOf, unitsOf } from "../../static/js/spans.js";

const OPERATIONS = new Set(["tanh", "exp"]);

/** @param {string} line @returns {[string, string][]} */
function read(line) {
  let at = 0;
  let start = 0;
  const stream = {
    eatSpace() { const from = at; while (/\s/.test(line[at] ?? "")) at += 1; return at > from; },
    /** @param {RegExp} pattern @param {boolean} [consume] */
    match(pattern, consume = true) {
      const found = pattern.exec(line.slice(at));
      if (!found || found.index !== 0) return null;
      if (consume) at += found[0].length;
      return found;
    },
    current: () => line.slice(start, at),
    next() { at += 1; },
  };
  const state = { afterDot: false, open: 0 };
  /** @type {[string, string][]} */
  const tokens = [];
  while (at < line.length) {
    start = at;
    const tag = token(stream, state, OPERATIONS);
    assert.ok(at > start, `stuck at ${start} of ${line}`);
    if (tag) tokens.push([line.slice(start, at), tag]);
  }
  return tokens;
}

test("words are told apart", () => {
  assert.deepEqual(read("o = n.tanh() + exp(2e-3)  # done"), [
    ["o", "definition"], ["=", "operator"], ["n", "variableName"], [".", "punctuation"], ["tanh", "operation"], ["(", "punctuation"], [")", "punctuation"],
    ["+", "operator"], ["exp", "operation"], ["(", "punctuation"], ["2e-3", "number"], [")", "punctuation"], ["# done", "comment"],
  ]);
  assert.deepEqual(read("for ŷ in zip(α, [1.5]):").filter(([, tag]) => tag !== "punctuation"), [
    ["for", "keyword"], ["ŷ", "variableName"], ["in", "keyword"], ["zip", "builtin"], ["α", "variableName"], ["1.5", "number"],
  ]);
  assert.deepEqual(read("x.label = 'x1'").map(([, tag]) => tag), ["variableName", "punctuation", "propertyName", "operator", "string"]);
  assert.equal(read("a == b")[0]?.[1], "variableName");
  const bound = (/** @type {string} */ line) => read(line).filter(([, tag]) => tag === "definition").map(([word]) => word);
  assert.deepEqual(bound("xs, ys = moons(100, noise=0.1, seed=1)"), ["xs", "ys"]);
  assert.deepEqual(bound("f(a, b=2); c = [d, e]; g = lambda x: x"), ["c", "g"]);
});

test("any line at all is read to its end", () => {
  for (const line of ["'open", "\\ @ $ ?", "%matplotlib inline", "a.b.c.1", "1..2", "🙂 = 3", '"\\']) read(line);
});

test("bound names are found for completion", () => {
  assert.deepEqual(namesIn("x1 = 2.0\na, b = 1, 2\nc += 1\nfor p in ps:\n  q = 1\ndef f(x): return x\na == b # z = 1"), ["x1", "a", "b", "c", "p", "q", "f"]);
});

const known = {
  operations: [
    { name: "tanh", formula: "tanh(a) = (e^{2a} - 1)/(e^{2a} + 1)", arity: 1, method: true },
    { name: "add", formula: "a + b", arity: 2, method: false, operator: true },
    { name: "max", formula: "max(a, b)", arity: 2, method: false },
  ],
  names: ["n", "temp"],
};

test("completion offers names and operations, and methods after a dot", () => {
  const plain = choicesFor("o = t", known);
  assert.equal(plain?.from, 4);
  assert.deepEqual(plain?.choices.slice(0, 4).map((choice) => choice.label), ["n", "temp", "tanh", "max"]);
  assert.equal(plain?.choices.find((choice) => choice.label === "tanh")?.detail, known.operations[0]?.formula);
  const dotted = choicesFor("o = n.", known);
  assert.deepEqual(dotted?.choices.map((choice) => choice.label), ["tanh", "backward", "data", "grad", "label"]);
});

test("completion is silent where a name in use is whole", () => {
  assert.equal(choicesFor("o = 3 * n", known), null);
  assert.notEqual(choicesFor("o = 3 * te", known), null);
});

test("completion is silent where nothing can follow", () => {
  for (const before of ["# ta", "x = 'ta", "x = 2."]) assert.equal(choicesFor(before, known)?.choices.length ?? 0, 0, before);
});

test("code points and UTF-16 units", () => {
  const text = "α = 1\n𝛼𝛽 = tahn(α)\n";
  assert.equal(unitsOf("𝛼𝛽 =", 2), 4);
  assert.equal(pointsOf("𝛼𝛽 =", 4), 2);
  assert.deepEqual(rangeOf(text, { line: 2, column: 6, length: 4 }).map((at) => text.slice(at, at + 4)), ["tahn", "(α)\n"]);
  assert.deepEqual(placeOf(text, 13), { line: 2, column: 6 });
  assert.deepEqual(rangeOf(text, { line: 9, column: 9, length: 9 }), [text.length, text.length]);
});
