import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { erf } from "../../static/js/kernels.js";
import { OPS } from "../../static/js/ops.js";

/** Name, operands, result, partials. @typedef {[string, (number | string)[], number | string, (number | string)[]]} Vector */

/** @type {Vector[]} */
const VECTORS = JSON.parse(readFileSync(new URL("../golden/ops.json", import.meta.url), "utf8"));

/** gelu adds 1 to erf, as Python's does: of a result far below 1 only its distance to 1 is known. @param {string} name @param {number} ours @param {number} theirs */
function same(name, ours, theirs) {
  if (Number.isNaN(theirs) || !Number.isFinite(theirs) || theirs === 0) return Object.is(ours, theirs) || ours === theirs;
  return Math.abs(ours - theirs) <= 1e-12 * Math.abs(theirs) || (name === "gelu" && Math.abs(ours - theirs) < 2e-15);
}

test("the vectors cover the table", () => {
  assert.deepEqual([...new Set(VECTORS.map(([name]) => name))].sort(), Object.keys(OPS).sort());
});

for (const name of Object.keys(OPS)) {
  test(`${name} is as Python has it`, () => {
    for (const [, operands, out, partials] of VECTORS.filter(([op]) => op === name)) {
      const given = operands.map(Number);
      const op = OPS[name];
      assert.ok(op);
      const ours = op.forward(...given);
      const where = `${name}(${operands.join(", ")})`;
      assert.ok(same(name, ours, Number(out)), `${where} = ${ours}, in Python ${out}`);
      const slopes = op.partials(Number(out), ...given);
      partials.forEach((theirs, i) => assert.ok(same(name, slopes[i] ?? NaN, Number(theirs)), `∂${where}/∂${i} = ${slopes[i]}, in Python ${theirs}`));
    }
  });
}

/** Made by mpmath, with 80 digits; see test_ops.py. @type {[string, number[], string | null, string | null][]} */
const REFERENCES = JSON.parse(readFileSync(new URL("../golden/references.json", import.meta.url), "utf8"));

test("figures agree with forty digits", () => {
  for (const [name, operands, ...exact] of REFERENCES) {
    const op = OPS[name];
    const out = op?.forward(...operands) ?? NaN;
    [out, op?.partials(out, ...operands)[0] ?? NaN].forEach((ours, i) => {
      const theirs = Number(exact[i] ?? 0);
      const where = `${name}(${operands.join(", ")}), ${i ? "its slope" : "its value"}: ${ours}, exactly ${exact[i]}`;
      assert.ok(Math.abs(ours - theirs) <= 1e-12 * Math.abs(theirs) || ours === theirs || (exact[i] === null && Math.abs(ours) < 2.3e-308), where);
    });
  }
});

test("erf is smooth where its two ways meet", () => {
  assert.ok(Math.abs(erf(1.9999999999) / erf(2) - 1) < 1e-9);
  assert.equal(erf(-Infinity), -1);
});
