import assert from "node:assert/strict";
import { test } from "node:test";
import { nameProblem, renamed, renamedIn } from "../../static/js/rename.js";
import { bounds } from "../../static/js/sight.js";
import "./tables.js";
import { tokensOf } from "../../static/js/tokens.js";

const OPERATIONS = new Set(["tanh", "exp", "max"]);

/** The span of the first place of a text. @param {string} source @param {string} text */
function spanOf(source, text) {
  const before = source.slice(0, source.indexOf(text)).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1, length: text.length };
}

/** @param {string} source @param {string} key @param {string} to @param {{label?: string, at?: string}} [more] */
function to(source, key, to, { label = key.replace(/#.*/, ""), at = source.split("\n")[0] ?? "" } = {}) {
  return renamed(source, { key, label, span: spanOf(source, at) }, to, OPERATIONS);
}

/** @param {import("../../static/js/rename.js").Renamed} made */
const problemOf = (made) => ("problem" in made ? made.problem : assert.fail("it was renamed"));

test("every use of a name is renamed, and nothing that only looks like one", () => {
  const source = 'a = 2.0\nb = a * a  # a is squared\nprint("a", f"{a:.2f} a {{a}}")\na += b.a\naa = exp(a)\n';
  assert.deepEqual(to(source, "a", "weight"), {
    source: 'weight = 2.0\nb = weight * weight  # a is squared\nprint("a", f"{weight:.2f} a {{a}}")\nweight += b.a\naa = exp(weight)\n', key: "weight",
  });
});

test("a label that says the same as the name goes on doing so", () => {
  assert.deepEqual(to("x1 = Value(2.0, label='x1')\no = x1 + 1\n", "x1", "u"), { source: "u = Value(2.0, label=\"u\")\no = u + 1\n", key: "u" });
});

test("the names of arguments belong to their function", () => {
  const source = "label = 1.0\ny = Value(label, label=\"y\")\ndef f(k, n=2):\n    return k * n\nz = f(y, n=3)\n";
  assert.deepEqual(to(source, "label", "c"), { source: source.replace("label = 1.0", "c = 1.0").replace("Value(label,", "Value(c,"), key: "c" });
  assert.equal(/** @type {{source: string}} */ (to(source + "n = z\n", "n", "m")).source, source.replace("n=2", "m=2").replace("k * n", "k * m").replace("n=3", "m=3") + "m = z\n");
});

test("a later binding keeps its number in the key", () => {
  assert.deepEqual(to("x = 1\nx = x * 2\n", "x#2", "y", { at: "x * 2" }), { source: "y = 1\ny = y * 2\n", key: "y#2" });
});

test("names that cannot be are refused with a reason", () => {
  for (const [name, reason] of /** @type {const} */ ([
    ["", /at least one letter/], ["2x", /begins with a letter/], ["a b", /letters, digits and underscores/], ["é", /letters, digits and underscores/], ["__x", /two underscores/],
    ["for", /word of the language/], ["None", /word of the language/], ["while", /word of the language/], ["tanh", /is a function/], ["Value", /is a function/], ["max", /is a function/],
    ["x".repeat(61), /at most 60/], ["a;b", /letters, digits/],
  ])) assert.match(nameProblem(name, OPERATIONS) ?? "", reason, name);
  for (const name of ["x", "_x1", "α", "learning_rate", "W2"]) assert.equal(nameProblem(name, OPERATIONS), null, name);
  assert.match(problemOf(to("a = 1\nb = a\n", "a", "b")), /“b” is a name here already/);
});

test("a label that was written is written anew", () => {
  assert.deepEqual(to('q = Value(3.0, label="the \\"q\\"")\n', "q", "ŷ, a guess", { label: 'the "q"' }), { source: 'q = Value(3.0, label="ŷ, a guess")\n', key: "q" });
  assert.deepEqual(to("a = 1\nb = a * 2\nb.label = 'out'\n", "b", "loss", { label: "out", at: "a * 2" }), { source: 'a = 1\nb = a * 2\nb.label = "loss"\n', key: "b" });
  assert.match(problemOf(to('a = Value(1, label="u")\nb = Value(2, label="u")\nc = a + b\n', "c/0", "v", { label: "u", at: "zzz" })), /several places/);
});

test("an element of a list gets a label on a line of its own", () => {
  assert.deepEqual(to("w = [1.0, 2.0]\ny = w[0] * w[1]\n", "w[0]", "slope", { label: "w[0]" }), { source: 'w = [1.0, 2.0]\nw[0].label = "slope"\ny = w[0] * w[1]\n', key: "w[0]" });
  assert.deepEqual(to("w = [1.0, 2.0]\ny = w[0] * w[1]\n", "w[0]", "v[0]", { label: "w[0]" }), { source: "v = [1.0, 2.0]\ny = v[0] * v[1]\n", key: "v[0]" });
  const key = "n.layers[0].neurons[0].w[1]";
  assert.deepEqual(to("n = MLP(2, [1])\ny = n([1, 2])", key, "w1b", { label: "w1", at: "MLP(2, [1])" }), { source: `n = MLP(2, [1])\n${key}.label = "w1b"\ny = n([1, 2])`, key });
});

test("a part of an expression gets a line before", () => {
  const source = "x = 2.0\ny = tanh(x*3 + 1)\n";
  assert.deepEqual(to(source, "y/0/0", "product", { label: "", at: "x*3" }), { source: "x = 2.0\nproduct = x*3\ny = tanh(product + 1)\n", key: "product" });
  assert.match(problemOf(to("ys = [x * 2 for x in zs]\n", "ys[0]/0", "p", { label: "", at: "x * 2" })), /no name of its own/);
  assert.match(problemOf(to("def f(a):\n    return a * 2 + 1\ny = f(3)\n", "y/0", "p", { label: "", at: "a * 2" })), /no name of its own/);
});

test("what an option says about a value follows its name", () => {
  assert.equal(renamedIn("ancestors:a", "a", "weight"), "ancestors:weight");
  assert.equal(renamedIn("sub,tanh@a/0,tanh@aa", "a", "w"), "sub,tanh@w/0,tanh@aa");
  assert.equal(renamedIn("grad:a,b;data:a", "a", "c"), "grad:c,b;data:c");
});

test("tokens know what they stand in", () => {
  const found = tokensOf("f(x=1, y = [2.5e-3]).data # end").map(({ kind, text, call, attribute }) => `${kind} ${text} ${call} ${attribute}`);
  assert.deepEqual(found, [
    "name f null false", "sign ( null false", "name x f false", "sign = f false", "number 1 f false", "sign , f false", "name y f false", "sign = f false",
    "sign [ f false", "number 2.5e-3  false", "sign ] f false", "sign ) null false", "sign . null false", "name data null true", "comment # end null false",
  ]);
});

test("a path's box is known without a layout", () => {
  assert.deepEqual(bounds("M10 20C30 -5 40.5 50 60 70H80V5Z"), { left: 10, top: -5, right: 80, bottom: 70 });
});
