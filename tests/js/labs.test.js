import assert from "node:assert/strict";
import { test } from "node:test";
import { linear, power } from "../../static/js/axis.js";
import { withExpansion, withoutExpansion } from "../../static/js/expansion.js";
import { LABS } from "../../static/js/labs/labs.js";
import { milestones } from "../../static/js/labs/twice.js";
import { inputsOf, inputsText } from "../../static/js/links.js";
import { askedSlots, givesAway, isRight, readNumber } from "../../static/js/quiz.js";
import { relatives, stepsOf, termsOf } from "../../static/js/relations.js";
import { curveOf, sweep, visible } from "../../static/js/sweep.js";
import { scaleOf, share } from "../../static/js/tints.js";
import { square } from "./fixtures.js";
import { TABLES } from "./tables.js";

test("every lab of the server's table is there, and no other", () => {
  assert.deepEqual(Object.keys(LABS).sort(), TABLES.labs.map(({ name }) => name).sort());
});

test("terms of a grad, with their factors and steps", () => {
  assert.deepEqual(termsOf(square(), "n0").map(({ step, upstream, local, term, after }) => [step, upstream, local, term, after]), [[3, 1, 3, 3, 3], [4, 1, 3, 3, 6]]);
  assert.deepEqual(termsOf(square(), "n1"), []);
  assert.deepEqual(square().nodes.map((node) => stepsOf(square(), node)), [{ forward: null, grad: 4 }, { forward: 1, grad: 2 }]);
});

test("relatives do not hold the value itself", () => {
  assert.deepEqual([...relatives(square(), "n1", "ancestors")], ["n0"]);
  assert.deepEqual([...relatives(square(), "n0", "descendants")], ["n1"]);
});

test("the output as a function of an input, with the slope of the grad", () => {
  const curve = curveOf(square(), "n0");
  assert.ok(curve);
  assert.deepEqual([curve.x, curve.y, curve.slope, curve.f(5)], [3, 9, 6, 25]);
  assert.equal(curveOf(square(), "n1")?.slope, 1, "of the output itself");
});

test("poles and jumps are not joined, steep pieces are", () => {
  const breaks = (/** @type {(x: number) => number} */ f) => sweep(f, -5, 5).breaks.length;
  assert.equal(breaks((x) => x ** 3), 0);
  assert.equal(breaks((x) => Math.tanh(50 * x)), 0);
  assert.ok(breaks((x) => 1 / x) > 0);
  assert.equal(breaks((x) => (x > 1 ? 2 : 0)), 1);
  assert.deepEqual(sweep((x) => Math.log(x), -5, 5).pieces.map((piece) => (piece[0]?.[0] ?? -1) > 0), [true], "nothing is drawn where there is nothing");
});

test("heights leave a pole out and the point in", () => {
  const { pieces } = sweep((x) => 1 / x, -5, 5);
  const { low, high } = visible(pieces, [1 / 7, 7], true);
  assert.ok(high >= 7 && high < 50 && low > -50);
  assert.ok(visible(sweep(() => 3, -5, 5).pieces, [0, 3], false).high > 3);
});

test("ticks are round", () => {
  assert.deepEqual(linear(-5, 5, 0, 100, 10).ticks.map(({ label }) => label), ["−5", "−4", "−3", "−2", "−1", "0", "1", "2", "3", "4", "5"]);
  assert.equal(power(-8), "10⁻⁸");
});

test("what is asked, and what would give it away", () => {
  const trace = square();
  assert.deepEqual(askedSlots(trace, "grad:a,nobody;data:b"), ["n0.grad", "n1.data"]);
  const [forward, seed, first] = trace.steps;
  assert.ok(givesAway(trace, first ?? null, new Set(["n0.grad"])));
  assert.ok(givesAway(trace, forward ?? null, new Set(["n0.grad"])), "its operand has it");
  assert.ok(!givesAway(trace, seed ?? null, new Set(["n0.grad"])));
  assert.ok(!givesAway(trace, null, new Set(["n0.grad"])));
});

test("answers are read and judged as people write them", () => {
  assert.equal(readNumber("−1,5"), -1.5);
  assert.equal(readNumber("2/3"), 2 / 3);
  assert.ok(Number.isNaN(readNumber("nan")));
  assert.equal(readNumber("-inf"), -Infinity);
  assert.equal(readNumber("three"), null);
  assert.equal(readNumber(""), null);
  assert.ok(isRight(0.6667, 2 / 3));
  assert.ok(isRight(100.4, 100));
  assert.ok(!isRight(-2, 2));
  assert.ok(!isRight(0.01, 0));
  assert.ok(isRight(NaN, NaN));
});

test("a pass, a row of zeroings, a row of updates", () => {
  const trace = square();
  trace.steps.push(
    { index: 5, phase: "zero_grad", node: "n0", edge: null, text: "", writes: [] },
    { index: 6, phase: "seed", node: "n1", edge: null, text: "", writes: [] },
    { index: 7, phase: "backward", node: "n0", edge: "e0", text: "", writes: [] },
  );
  assert.deepEqual(milestones(trace).map(({ step, what }) => [step, what]), [[4, "backward 1"], [5, "zero_grad"], [7, "backward 2"]]);
});

test("one operation is taken apart and folded", () => {
  const ops = [{ name: "tanh", formula: "", arity: 1, expands: true }, ...["sub", "div", "neg"].map((name) => ({ name, formula: "", arity: 2, expands: true, micrograd: true }))];
  assert.equal(withExpansion("", "tanh@o", ops), "tanh@o");
  assert.equal(withExpansion("micrograd", "tanh@o", ops), "div,neg,sub,tanh@o");
  assert.equal(withoutExpansion("all", "tanh", ops), "div,neg,sub");
  assert.equal(withExpansion("", null, ops), null);
});

test("inputs travel in the address", () => {
  const inputs = { "x[0]": 1e-7, b: -2 };
  assert.equal(inputsText(inputs), "b:-2,x[0]:1e-7");
  assert.deepEqual(inputsOf(inputsText(inputs)), inputs);
  assert.deepEqual(inputsOf(""), {});
});

test("tints: the scale is symmetric and ends at the largest", () => {
  assert.equal(share(6, 6), 1);
  assert.equal(share(-6, 6), -1);
  assert.equal(share(0, 6), 0);
  assert.equal(share("NaN", 6), null);
  assert.equal(share("Infinity", 6), 1);
  assert.equal(scaleOf(square(), "grad").most, 6);
});
