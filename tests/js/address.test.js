import assert from "node:assert/strict";
import { test } from "node:test";
import "./tables.js";
import { linkOptions } from "../../static/js/address.js";
import { diagramLink } from "../../static/js/diagram/link.js";
import { initialState } from "../../static/js/state.js";
import { square } from "./fixtures.js";

test("a link names what is seen: step, inputs, and the iteration before the address has it", () => {
  const trace = square();
  const seen = { trace, step: 1, inputs: { a: 2.5 }, options: { iteration: "3", theme: "dark" }, moment: { iteration: 7, numbers: {}, question: {} } };
  assert.deepEqual(linkOptions(initialState(seen)), { theme: "dark", iteration: "7", step: "1", inputs: "a:2.5" });
  assert.match(diagramLink("/", "CODE", initialState(seen)), /[?&]iteration=7(&|$)/);
});

test("a step that was named keeps its name", () => {
  const trace = square();
  assert.equal(linkOptions(initialState({ trace, step: 4, named: "grad:a" }))["step"], "grad:a");
  assert.match(diagramLink("/", "CODE", initialState({ trace, step: 4, named: "grad:a" })), /[?&]step=grad%3Aa(&|$)/);
});

test("the end of a story, the program's own numbers and no training need no words", () => {
  const trace = square();
  assert.deepEqual(linkOptions(initialState({ trace, step: trace.steps.length })), {});
});
