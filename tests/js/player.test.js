import assert from "node:assert/strict";
import { test } from "node:test";
import { bandsOf, clampStep, frameAt, lasting, nextBoundary, nodeAtPosition, stepAfterEdit } from "../../static/js/player.js";
import { square } from "./fixtures.js";

test("before the first step only the inputs have values", () => {
  const frame = frameAt(square(), 0);
  assert.equal(frame.values.get("n0.data"), 3);
  assert.equal(frame.values.get("n1.data"), null);
  assert.equal(frame.values.get("n0.grad"), null);
  assert.equal(frame.step, null);
});

test("a * a gets its gradient in two contributions", () => {
  const grads = [2, 3, 4].map((index) => frameAt(square(), index).values.get("n0.grad"));
  assert.deepEqual(grads, [null, 3, 6]);
});

test("stepping back shows exactly what stepping forward showed", () => {
  const trace = square();
  const there = [0, 1, 2, 3, 4].map((index) => frameAt(trace, index));
  const back = [4, 3, 2, 1, 0].map((index) => frameAt(trace, index)).reverse();
  assert.deepEqual(back, there);
});

test("a frame names what the step touched", () => {
  const forward = frameAt(square(), 1);
  assert.deepEqual([forward.phase, forward.node, forward.edges, forward.written, forward.read], ["forward", "n1", [], ["n1.data"], ["n0"]]);
  const backward = frameAt(square(), 3);
  assert.deepEqual([backward.phase, backward.node, backward.edges, backward.written, backward.read], ["backward", "n0", ["e0"], ["n0.grad"], ["n1"]]);
});

test("an index outside the story is its nearest end", () => {
  assert.equal(frameAt(square(), 99).index, 4);
  assert.equal(frameAt(square(), -1).index, 0);
  assert.equal(clampStep(Number.NaN, 4), 0);
});

test("a number can be forgotten and an input can be updated", () => {
  const trace = square();
  trace.steps.push(
    { index: 5, phase: "zero_grad", node: "n0", edge: null, text: "", writes: [{ node: "n0", field: "grad", before: 6, after: 0 }, { node: "n1", field: "grad", before: 1, after: null }] },
    { index: 6, phase: "update", node: "n0", edge: null, text: "", writes: [{ node: "n0", field: "data", before: 2, after: 3 }] },
  );
  assert.equal(frameAt(trace, 0).values.get("n0.data"), 2, "the first data is the `before` of the first write");
  assert.equal(frameAt(trace, 5).values.get("n1.grad"), null);
  assert.equal(frameAt(trace, 6).values.get("n0.data"), 3);
});

test("bands join the phases that belong together", () => {
  assert.deepEqual(bandsOf(square().steps), [
    { label: "Forward", accent: "forward", from: 0, to: 1 },
    { label: "Backward", accent: "backward", from: 1, to: 4 },
  ]);
  assert.deepEqual(bandsOf([]), []);
});

test("borders are where a band ends", () => {
  const { steps } = square();
  assert.equal(nextBoundary(steps, 0, 1), 1);
  assert.equal(nextBoundary(steps, 1, 1), 4);
  assert.equal(nextBoundary(steps, 4, 1), 4);
  assert.equal(nextBoundary(steps, 4, -1), 1);
  assert.equal(nextBoundary(steps, 1, -1), 0);
});

test("only what says more than a number is kept as it was written", () => {
  assert.deepEqual(["grad:a", "forward:b", "seed", "forward", "start", "-1"].map(lasting), ["grad:a", "forward:b", "seed", "forward", "start", "-1"]);
  assert.deepEqual(["3", "0", "end", "", null, undefined].map(lasting), Array(6).fill(null));
});

test("after an edit, the end stays the end and a middle stays where it was", () => {
  const before = square();
  /** @param {number} count @param {number} [end] */
  const now = (count, end) => ({ ...before, steps: Array(count).fill(before.steps[0]), end });
  assert.equal(stepAfterEdit(4, before, now(9)), 9);
  assert.equal(stepAfterEdit(3, before, now(9)), 3);
  assert.equal(stepAfterEdit(3, before, now(2)), 2);
  assert.equal(stepAfterEdit(0, null, now(7, 6)), 6, "with nothing drawn before, one stands at the end");
  assert.equal(stepAfterEdit(4, now(5, 4), now(9, 8)), 8, "the end is before the update of an iteration");
  assert.equal(stepAfterEdit(5, now(5, 4), now(9, 8)), 9, "and who stood after it stands after it");
});

test("a place in the text belongs to its innermost node", () => {
  const trace = square();
  assert.equal(nodeAtPosition(trace, 1, 1), "n0");
  assert.equal(nodeAtPosition(trace, 2, 7), "n1");
  assert.equal(nodeAtPosition(trace, 2, 1), null);
});

test("a grad that passes left which are not told is known from the start", () => {
  const trace = square();
  const step = trace.steps[2];
  const write = step.writes[0];
  const later = { ...trace, steps: trace.steps.with(2, { ...step, writes: [{ ...write, before: 12, after: 15 }] }) };
  assert.equal(frameAt(later, 0).values.get("n0.grad"), 12);
});
