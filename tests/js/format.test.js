import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { exactNumber, fixed, formatNumber, scientific } from "../../static/js/format.js";

// Each answer was checked with Python: '%.4f' % x, '%.3e' % x.
test("fixed agrees with Python, ties included", () => {
  /** @type {[number, number, string][]} */
  const cases = [
    [0.5, 0, "0"], [1.5, 0, "2"], [2.5, 0, "2"], [-2.5, 0, "-2"], [0.125, 2, "0.12"], [0.375, 2, "0.38"], [0.03125, 4, "0.0312"],
    [0.09375, 4, "0.0938"], [-0.03125, 4, "-0.0312"], [2.675, 2, "2.67"], [1.005, 2, "1.00"], [0.15, 1, "0.1"], [0.25, 1, "0.2"],
    [0.35, 1, "0.3"], [999999.96875, 4, "999999.9688"], [6.8813735870195432, 4, "6.8814"], [0.70710678, 4, "0.7071"], [123456.5, 0, "123456"],
    [0.00048828125, 10, "0.0004882812"],
  ];
  for (const [x, digits, expected] of cases) assert.equal(fixed(x, digits), expected, `${x} with ${digits}`);
});

test("scientific agrees with Python, ties included", () => {
  /** @type {[number, number, string][]} */
  const cases = [
    [1000500, 3, "1.000e+06"], [1001500, 3, "1.002e+06"], [1.2345e-5, 3, "1.234e-05"], [-1e100, 3, "-1.000e+100"], [9.9995e6, 3, "1.000e+07"],
    [5e-324, 3, "4.941e-324"], [1e22, 0, "1e+22"], [2.5e10, 0, "2e+10"], [0.00001, 3, "1.000e-05"],
  ];
  for (const [x, digits, expected] of cases) assert.equal(scientific(x, digits), expected, `${x} with ${digits}`);
});

test("a picture's number says what it is", () => {
  assert.equal(formatNumber(null), "—");
  assert.equal(formatNumber("NaN"), "nan");
  assert.equal(formatNumber("Infinity"), "inf");
  assert.equal(formatNumber("-Infinity"), "-inf");
  assert.equal(formatNumber(0), "0.0000");
  assert.equal(formatNumber(-0), "0.0000");
  assert.equal(formatNumber(-6), "-6.0000");
  assert.equal(formatNumber(1e-4), "0.0001");
  assert.equal(formatNumber(9.99e-5), "9.990e-05");
  assert.equal(formatNumber(-1.2345678e-5), "-1.235e-05");
  assert.equal(formatNumber(1e6), "1.000e+06");
  assert.equal(formatNumber(999999), "999999.0000");
  assert.equal(formatNumber(0.5, 0), "5e-01");
  assert.equal(formatNumber(2, 0), "2");
});

test("the exact value keeps every digit", () => {
  assert.equal(exactNumber(2), "2.0");
  assert.equal(exactNumber(0.1), "0.1");
  assert.equal(exactNumber(null), "not computed yet");
  assert.equal(exactNumber("NaN"), "nan");
});

test("numbers.json: the server and the page write every number alike", (context) => {
  /** @type {unknown} */
  let golden;
  try {
    golden = JSON.parse(readFileSync(new URL("../golden/numbers.json", import.meta.url), "utf8"));
  } catch {
    context.skip("tests/golden/numbers.json is not there");
    return;
  }
  const rows = /** @type {{value: import("../../static/js/types.js").Num, digits: number, text: string}[]} */ (golden);
  for (const { value, digits, text } of rows) assert.equal(formatNumber(value, digits), text, `${value} with ${digits}`);
});
