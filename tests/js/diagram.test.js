import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import "./tables.js";
import { diagramLink } from "../../static/js/diagram/link.js";
import { homeAt, momentOf, mostOf } from "../../static/js/diagram/moment.js";
import { dotRadius, endText, placeOn, roundUp, signOf, slopeAt, tangentOn, thickness } from "../../static/js/diagram/scales.js";
import { frameAt } from "../../static/js/player.js";
import { initialState } from "../../static/js/state.js";
import { square } from "./fixtures.js";

/** @typedef {{op: string, params: number[], low: number, high: number, at: number, out: number | string, place: [number, number] | null, tangent: string, slope: number | string}} Bend */
/** @type {{ends: [number | string, number | string, string][], widths: [number, number, number][], curves: Bend[]}} */
const VECTORS = JSON.parse(readFileSync(new URL("../golden/diagram.json", import.meta.url), "utf8"));

/** @param {number} ours @param {number} theirs @param {string} where */
const near = (ours, theirs, where) => assert.ok(Object.is(ours, theirs) || Math.abs(ours - theirs) <= 1e-9 * Math.max(1, Math.abs(theirs)), `${where}: ${ours}, in Python ${theirs}`);

test("scales end at round numbers, as the server's do", () => {
  for (const [x, end, text] of VECTORS.ends) {
    near(roundUp(Number(x)), Number(end), `roundUp(${x})`);
    assert.equal(endText(Number(end)), text);
  }
});

test("lines are as thick as the server's", () => {
  for (const [x, most, wide] of VECTORS.widths) near(thickness(x, most, 7), wide, `thickness(${x}, ${most})`);
  assert.equal(thickness(null, 1, 7), 0.9);
  assert.ok(dotRadius(1, 1) > dotRadius(0.1, 1));
});

test("a sign is a class, and what has none has no class", () => {
  assert.deepEqual([-0.5, 2, 0, null, "NaN", "-Infinity"].map((x) => signOf(/** @type {import("../../static/js/types.js").Num} */ (x))), ["is-negative", "is-positive", "", "", "", "is-negative"]);
});

test("points and tangents on an activation's curve are the server's", () => {
  for (const { op, params, low, high, at, out, place, tangent, slope } of VECTORS.curves) {
    const curve = { op, params, low, high, x: 10, y: 20, w: 116, h: 92 };
    near(slopeAt(curve, at, Number(out)), Number(slope), `${op}'(${at})`);
    if (place) {
      const { x, y } = placeOn(curve, at, Number(out));
      near(x, place[0], `${op}(${at}).x`);
      near(y, place[1], `${op}(${at}).y`);
    }
    const ours = tangentOn(curve, at, Number(out));
    assert.equal(ours === "", tangent === "", `${op} at ${at}`);
    const [a, b] = [ours, tangent].map((d) => d.match(/-?[\d.]+/g)?.map(Number) ?? []);
    for (const [i, place] of (a ?? []).entries()) assert.ok(Math.abs(place - (b?.[i] ?? NaN)) < 0.11, `${op} at ${at}: ${ours}, in Python ${tangent}`);
  }
});

test("a step is about its node and the ends of its edges", () => {
  const trace = square();
  const active = (/** @type {number} */ step) => [...momentOf(trace, frameAt(trace, step)).active].sort();
  assert.deepEqual(active(0), []);
  assert.deepEqual(active(1), ["n1"]);
  assert.deepEqual(active(3), ["n0", "n1"]);
  assert.deepEqual([...momentOf(trace, frameAt(trace, 3)).written], frameAt(trace, 3).written);
});

test("the story is in one example at a time", () => {
  const homes = /** @type {[number, number][]} */ ([[1, 1], [10, 2], [30, 1]]);
  assert.deepEqual([0, 1, 9, 10, 29, 30, 99].map((step) => homeAt(homes, step)), [1, 1, 1, 2, 2, 1, 1]);
  assert.equal(homeAt([], 5), 1);
});

test("the largest magnitude is that of the whole story", () => {
  const trace = square();
  assert.equal(mostOf(trace, new Set(["n0"]), "grad"), 6);
  assert.equal(mostOf(trace, new Set(["n1"]), "data"), 9);
  assert.equal(mostOf(trace, new Set(), "data"), 0);
});

test("the picture of a diagram has the moment, the numbers and the look of the page", () => {
  const trace = square();
  const state = initialState({ trace, step: 3, options: { theme: "dark", edges: "local", digits: "3" }, inputs: { a: 2 }, diagram: { example: "2", color: "grad" } });
  assert.equal(diagramLink("/", "CODE", state), "/g/CODE/diagram.svg?step=3&digits=3&theme=dark&inputs=a%3A2&example=2&color=grad");
  assert.equal(diagramLink("/", "CODE", state, false), "/g/CODE/diagram.svg?digits=3&theme=dark&inputs=a%3A2&example=2&color=grad");
  assert.equal(diagramLink("/", "CODE", initialState({ trace, step: trace.steps.length })), "/g/CODE/diagram.svg");
  const trained = initialState({ trace, step: 99, options: { iteration: "20", learning_rate: "0.1", lab: "train" } });
  assert.equal(diagramLink("/", "CODE", trained), "/g/CODE/diagram.svg?iteration=20&learning_rate=0.1");
});
