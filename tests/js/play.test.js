import assert from "node:assert/strict";
import { test } from "node:test";
import { createHistory } from "../../static/js/history.js";
import { literalOf, withNumber } from "../../static/js/literals.js";
import { niceCeil, rangeFor, snap, stepOf, widened } from "../../static/js/ranges.js";
import { fitNumber, slotChars } from "../../static/js/room.js";

/** @param {string} source @param {string} key @param {number} line @param {number} column */
const at = (source, key, line = 1, column = 1) => literalOf(source, { key, span: { line, column, length: 1 } });

test("a range has both signs and room to grow", () => {
  assert.deepEqual(rangeFor(2), { min: -5, max: 5 });
  assert.deepEqual(rangeFor(-3), { min: -5, max: 5 });
  assert.deepEqual(rangeFor(0), { min: -2, max: 2 });
  assert.deepEqual(rangeFor(0.0001), { min: -0.0002, max: 0.0002 });
  assert.deepEqual(widened({ min: -5, max: 5 }, 7), { min: -5, max: 20 });
  assert.equal(niceCeil(3), 5);
});

test("steps are round and leave no dust", () => {
  assert.equal(stepOf({ min: -5, max: 5 }), 0.05);
  assert.equal(stepOf({ min: 0, max: 1 }), 0.005);
  assert.equal(snap(0.30000000000000004, 0.1), 0.3);
});

test("a number is found where it is written", () => {
  const cases = /** @type {const} */ ([
    ["x = 2", "x", "2"], ["x = -3.0  # minus", "x", "-3.0"], ["q = Value(3.0, label=\"q\")", "q", "3.0"],
    ["z = [1.0, -2]", "z[1]", "-2"], ["m = [[1, 2], [3, 4.5]]", "m[1][1]", "4.5"], ["a, b = 2/3, -4", "b", "-4"],
    ["a, b = 2/3, -4", "a", "2/3"], ["x = (2 + 1)", "x", "(2 + 1)"],
  ]);
  for (const [source, key, literal] of cases) {
    const found = at(source, key);
    assert.equal(found && source.slice(...found), literal, `${key} in ${source}`);
  }
});

test("what is not simply written down is left alone", () => {
  assert.equal(at("x = y", "x"), null);
  assert.equal(at("x = [float(i) for i in range(3)]", "x[0]"), null);
  assert.equal(at("f(2)", "x"), null);
  assert.equal(at("a = b = 2", "a"), null);
});

test("a second binding is written where it stands", () => {
  const source = "x = 1\ny = x\nx = 2";
  assert.equal(withNumber(source, { key: "x#2", span: { line: 3, column: 1, length: 5 } }, 7.5), "x = 1\ny = x\nx = 7.5");
});

test("edits are undone and done again, and a new one ends what was undone", () => {
  const history = createHistory({ source: "a", inputs: {} });
  history.note({ source: "b", inputs: {} });
  history.note({ source: "b", inputs: { x: 2 } });
  history.note({ source: "b", inputs: { x: 2 } });
  assert.deepEqual(history.undo(), { source: "b", inputs: {} });
  assert.deepEqual(history.undo(), { source: "a", inputs: {} });
  assert.equal(history.undo(), null);
  assert.deepEqual(history.redo(), { source: "b", inputs: {} });
  history.note({ source: "c", inputs: {} });
  assert.ok(!history.canRedo());
});

test("a number that grew is cut to its box", () => {
  assert.equal(slotChars(2, 4), 8);
  assert.equal(fitNumber(2, 4, 8), "2.0000");
  assert.ok(fitNumber(-123456.789, 4, 8).length <= 8);
  assert.equal(fitNumber(Number.NaN, 4, 8), "nan");
});
