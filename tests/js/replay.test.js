import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createReplay, sameShape } from "../../static/js/replay.js";
import { square } from "./fixtures.js";

/** @typedef {import("../../static/js/types.js").Trace} Trace */
/** @typedef {{trace: Trace, inputs: Record<string, number>, then: Trace}} Story */

/** @type {Story[]} */
const STORIES = JSON.parse(readFileSync(new URL("../golden/replay.json", import.meta.url), "utf8"));

/** @param {unknown} ours @param {unknown} theirs @param {string} where */
function same(ours, theirs, where) {
  if (theirs === null) return assert.equal(ours, null, where);
  const [a, b] = [Number(ours), Number(theirs)];
  assert.ok(Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-12 * Math.abs(b), `${where}: ${a}, in Python ${b}`);
}

/** @param {Trace} ours @param {Trace} theirs @param {string} name */
function sameNumbers(ours, theirs, name) {
  for (const [i, node] of theirs.nodes.entries()) {
    same(ours.nodes[i]?.data, node.data, `${name}: ${node.key}.data`);
    same(ours.nodes[i]?.grad, node.grad, `${name}: ${node.key}.grad`);
  }
  for (const [i, edge] of theirs.edges.entries()) {
    same(ours.edges[i]?.local, edge.local, `${name}: ${edge.id} local`);
    same(ours.edges[i]?.contribution, edge.contribution, `${name}: ${edge.id} contribution`);
  }
  for (const [i, step] of theirs.steps.entries()) {
    for (const [w, write] of step.writes.entries()) {
      same(ours.steps[i]?.writes[w]?.before, write.before, `${name}: step ${step.index} before`);
      same(ours.steps[i]?.writes[w]?.after, write.after, `${name}: step ${step.index} after`);
    }
    for (const [w, write] of (step.edge_writes ?? []).entries()) {
      assert.equal(ours.steps[i]?.edge_writes?.[w]?.edge, write.edge);
      same(ours.steps[i]?.edge_writes?.[w]?.after, write.after, `${name}: step ${step.index}, ${write.field} of ${write.edge}`);
    }
  }
}

for (const [i, { trace, inputs, then }] of STORIES.entries()) {
  test(`story ${i}: replayed with its own inputs it is itself, and with others what Python says`, () => {
    const replay = createReplay(trace);
    assert.ok(replay);
    sameNumbers(replay({}), trace, "its own");
    sameNumbers(replay(inputs), then, "others");
    assert.ok(sameShape(trace, then));
    sameNumbers(replay({}), trace, "its own again");
  });
}

test("what a program adds to its values only the program knows", () => {
  const trace = square();
  trace.steps.push({ index: 5, phase: "update", node: "n0", edge: null, text: "", writes: [{ node: "n0", field: "data", before: 3, after: 2.4 }] });
  assert.equal(createReplay(trace), null);
});

test("another graph is not the same shape", () => {
  const other = square();
  assert.ok(sameShape(square(), other));
  const [, b] = other.nodes;
  assert.ok(b);
  b.op = "add";
  assert.ok(!sameShape(square(), other));
});

test("a chain of 400 values is replayed without recursion, to its last value", () => {
  const trace = square();
  const [leaf] = trace.nodes;
  assert.ok(leaf);
  trace.nodes = [leaf];
  trace.edges = [];
  trace.steps = [];
  for (let i = 1; i < 400; i += 1) {
    const id = `m${i}`;
    const from = i === 1 ? "n0" : `m${i - 1}`;
    trace.nodes.push({ id, key: id, label: "", kind: "operation", op: "tanh", inputs: [from], data: 0, grad: 0, span: null });
    trace.edges.push({ id: `d${i}`, from, to: id, slot: 0 });
    trace.steps.push({ index: i, phase: "forward", node: id, edge: null, text: "", writes: [{ node: id, field: "data", before: null, after: 0 }] });
  }
  trace.steps.push({ index: 400, phase: "seed", node: "m399", edge: null, text: "", writes: [{ node: "m399", field: "grad", before: null, after: 1 }] });
  for (let i = 399; i > 0; i -= 1) {
    const node = i === 1 ? "n0" : `m${i - 1}`;
    trace.steps.push({ index: 800 - i, phase: "backward", node, edge: `d${i}`, text: "", writes: [{ node, field: "grad", before: 0, after: 0 }] });
  }
  const then = createReplay(trace)?.({ a: 0.5 });
  let [data, grad] = [0.5, 1];
  for (let i = 1; i < 400; i += 1) [data, grad] = [Math.tanh(data), grad * (1 - Math.tanh(data) ** 2)];
  assert.ok(Math.abs(Number(then?.nodes[399]?.data) - data) < 1e-12);
  assert.ok(Math.abs(Number(then?.nodes[0]?.grad) / grad - 1) < 1e-9);
});
