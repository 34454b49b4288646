import assert from "node:assert/strict";
import { test } from "node:test";
import { readRows } from "../../static/js/training/csv.js";
import { adviceForSum, dataOf, programFor, SETS, withData } from "../../static/js/training/data.js";
import { eventsIn } from "../../static/js/training/events.js";
import { withQuery } from "../../static/js/training/exports.js";
import { speedFor, stepBy } from "../../static/js/training/scrubber.js";
import { placeAndName, updateText } from "../../static/js/training/tables.js";
import { createRun, decode, mostSteps, trainedWords } from "../../static/js/training/run.js";
import { LINKS, TABLES } from "./tables.js";
import { versusOf, versusText, defaultSettings, optionsOf, placeOf, questionOf, rateAt, settingsOf, wordsFor } from "../../static/js/training/settings.js";

const DEFAULTS = defaultSettings();

test("knobs travel in the address, defaults do not", () => {
  const settings = { ...DEFAULTS, learning_rate: 0.2, zero_grad: false, iterations: 500, train: "n.layers[0]" };
  const options = Object.fromEntries(Object.entries(optionsOf(settings)).filter(([, value]) => value !== ""));
  assert.deepEqual(options, { learning_rate: "0.2", iterations: "500", zero_grad: "false", train: "n.layers[0]" });
  assert.deepEqual(settingsOf(options), settings);
  assert.deepEqual(settingsOf({ learning_rate: "-1", iterations: "x", optimizer: "best" }), DEFAULTS, "nonsense is the default");
});

test("a second run says what it does otherwise", () => {
  const other = { ...DEFAULTS, learning_rate: 0.5, zero_grad: false };
  assert.equal(versusText(other, DEFAULTS), "learning_rate:0.5,zero_grad:false");
  assert.deepEqual(versusOf("learning_rate:0.5,zero_grad:false", DEFAULTS), other);
  assert.equal(versusOf("", DEFAULTS), null);
  assert.equal(wordsFor(other, DEFAULTS), "learning rate 0.5, grads never zeroed");
  assert.equal(wordsFor(DEFAULTS, DEFAULTS), "learning rate 0.05");
});

test("another run is read and written as the server does", () => {
  for (const [given = "", canonical] of LINKS.versus) {
    const other = versusOf(given, DEFAULTS);
    assert.equal(other && versusText(other, DEFAULTS), canonical, given);
  }
});

test("an optimizer is a row of the server's table", () => {
  assert.deepEqual(TABLES.optimizers.filter((row) => row.follows_grad).map((row) => row.name), ["sgd"]);
  for (const { name, label } of TABLES.optimizers) {
    assert.equal(settingsOf({ optimizer: name }).optimizer, name);
    if (name !== DEFAULTS.optimizer) assert.equal(wordsFor({ ...DEFAULTS, optimizer: name }, DEFAULTS), label);
  }
});

test("what the server is asked", () => {
  assert.deepEqual(questionOf(DEFAULTS), { steps: 100, learning_rate: 0.05, optimizer: "sgd", zero_grad: true });
  assert.deepEqual(questionOf({ ...DEFAULTS, batch: "stochastic", seed: 3, train: "w" }), { steps: 100, learning_rate: 0.05, optimizer: "sgd", zero_grad: true, batch: "stochastic", seed: 3, train: "w" });
});

test("the slider of the learning rate goes by powers of ten", () => {
  assert.equal(rateAt(-1), 0.1);
  assert.equal(rateAt(-1.3), 0.05);
  assert.equal(placeOf(0.01), -2);
  assert.equal(placeOf(0), -4);
});

/** @param {number[]} numbers */
const packed = (numbers) => Buffer.from(new Float64Array(numbers).buffer).toString("base64");

test("a history is a row of parameters and a loss for each iteration", () => {
  const answer = {
    name: "loss", source: "", sentence: "s", losses: [9, 4, "Infinity"], loss: 1, stopped: null, predictions: [],
    parameters: [{ node: "n0", key: "a", initial: 3, final: 1 }, { node: "n1", key: "b", initial: 0, final: 0 }],
    history: { data: packed([3, 0, 2, 0, 1, -0.5]) },
  };
  const run = createRun(answer, DEFAULTS);
  assert.deepEqual([run.last, [...run.losses]], [2, [9, 4, Infinity]]);
  assert.deepEqual(run.numbers(2), { a: 1, b: -0.5 });
  assert.deepEqual([...run.row(0)], [3, 0]);
  assert.deepEqual([...decode(packed([1.5, -0]))], [1.5, -0]);
});

test("the limit is what can be computed and what can be sent", () => {
  assert.equal(mostSteps({ affordable: 6900, parameters: new Array(41) }), 6900);
  assert.equal(mostSteps({ affordable: 10_000, parameters: new Array(500) }), 999);
});

test("events arrive in parts", () => {
  const { events, rest } = eventsIn('event: progress\ndata: {"iteration": 3}\n\n: still here\n\nevent: done\r\ndata: {"loss": 1}\r\n\r\nevent: la');
  assert.deepEqual(events, [{ name: "progress", data: { iteration: 3 } }, { name: "done", data: { loss: 1 } }]);
  assert.equal(rest, "event: la");
});

test("an address takes other options", () => {
  assert.equal(withQuery("/under/", "/g/X/loss.svg?iteration=5&seed=1", { iteration: "7" }), "/under/g/X/loss.svg?seed=1&iteration=7");
  assert.equal(withQuery("/", "/g/X/train.csv", {}), "/g/X/train.csv");
});

test("what is trained, in words", () => {
  const keys = (/** @type {string[]} */ ...names) => names.map((key) => ({ key }));
  assert.equal(trainedWords(keys("a")), "`a`");
  assert.equal(trainedWords(keys("a", "b", "c")), "`a`, `b` and `c`");
  assert.equal(trainedWords(Array.from({ length: 41 }, (_, i) => ({ key: `n.layers[0].neurons[${i}].b` }))), "41 parameters of `n`");
  assert.equal(trainedWords(keys("a", "b", "c", "d", "e")), "5 numbers");
});

test("pasted rows: with and without a header, whatever stands between the cells", () => {
  for (const text of ["1,2,1\n3,4,-1", "a,b,y\n1,2,1\n3,4,-1\n", "1;2;1\n3;4;-1", "1\t2\t1\r\n\r\n3\t4\t−1", " 1  2 1\n3 4 -1", '"1","2","1"\n"3","4","-1"']) {
    const read = readRows(text);
    assert.ok("rows" in read, text);
    assert.deepEqual([read.rows.xs, read.rows.ys], [[[1, 2], [3, 4]], [1, -1]], text);
  }
});

test("what is wrong with pasted rows, and where", () => {
  /** @param {string} text */
  const fault = (text) => {
    const read = readRows(text);
    assert.ok("fault" in read, text);
    return [read.fault.line, read.fault.column, read.fault.message];
  };
  assert.deepEqual(fault("x,y\n1,2\n3,four"), [3, 3, "`four` is not a number."]);
  assert.deepEqual(fault("1,2\n3,"), [2, 3, "This cell is empty."]);
  assert.deepEqual(fault("1,2\n3,4,5"), [2, 3, "This row has 3 cells, those above have 2."]);
  assert.deepEqual(fault("1\n2"), [1, 1, "A row has at least two cells: inputs, and the target last."]);
  assert.deepEqual(fault(""), [1, 1, "There is no row of numbers."]);
  assert.deepEqual(fault("α, 1"), [1, 1, "`α` is not a number."]);
  assert.deepEqual(fault("1, 1e999"), [1, 4, "`1e999` is not a number."]);
  assert.equal(fault(Array.from({ length: 201 }, () => "1,2").join("\n"))[0], 201);
  assert.deepEqual(fault(Array.from({ length: 61 }, () => new Array(11).fill("1").join(",")).join("\n")), [61, 1, "At most 600 input numbers are taken: 60 rows of these."]);
  assert.equal(fault(new Array(12).fill("1").join(","))[1], 23);
  assert.equal(fault("1,2\n".repeat(20_000))[0], 1);
});

test("rows become lines of the program", () => {
  const data = dataOf({ xs: [[1, 0.5], [-2, 1e-7]], ys: [1, -1], names: ["width", "he\night", "class"] });
  assert.equal(data.lines, "# width, height, class\nxs = [\n    [1.0, 0.5],\n    [-2.0, 1e-07],\n]\nys = [1.0, -1.0]");
  assert.equal(data.kind, "classes");
  assert.equal(dataOf({ xs: [[1]], ys: [3], names: null }).kind, "numbers");
  const long = dataOf({ xs: new Array(60).fill([-1]), ys: new Array(60).fill(-2), names: null }).lines;
  assert.deepEqual(long.match(/^[xy]s \+?= /gm), ["xs = ", "xs += ", "ys = ", "ys += "], "a statement takes so many signs");
  assert.equal(long.match(/-1\.0/g)?.length, 60);
  assert.equal(withData(`${long}\nn = 1\n`, dataOf({ xs: [[1]], ys: [2], names: null })).source, "xs = [\n    [1.0],\n]\nys = [2.0]\nn = 1\n");
});

test("data takes the place of the program's own, and the net reads as many inputs", () => {
  const [notebook, moons] = SETS;
  assert.ok(notebook && moons);
  const program = `${notebook.lines}\nn = MLP(3, [4, 4, 1])\nypred = [n(x) for x in xs] # xs = 1\nloss = sum((a - b)**2 for a, b in zip(ypred, ys))\n`;
  const { source, kept } = withData(program, moons);
  assert.ok(kept);
  assert.equal(source, "xs, ys = moons(40, noise=0.1, seed=1)\nn = MLP(2, [4, 4, 1])\nypred = [n(x) for x in xs] # xs = 1\nloss = sum((a - b)**2 for a, b in zip(ypred, ys))\n");
  assert.equal(withData(source, notebook).source, program, "and back");
  const apart = "xs = [[1.0, 'a ] # b'], # ]\n  [2.0]]\nn = 1\nys = [1.0]  # targets\nprint(n)";
  assert.equal(withData(apart, moons).source, "xs, ys = moons(40, noise=0.1, seed=1)\nn = 1\nprint(n)");
});

test("where there is no data to replace, a whole program is made", () => {
  const [notebook] = SETS;
  assert.ok(notebook);
  for (const source of ["a = 3.0\nb = a * a", "xs = [1.0]\nloss = xs[0]", "if 1:\n    xs = 1\n    ys = 2\n", "xs == ys"]) {
    assert.deepEqual(withData(source, notebook), { source: programFor(notebook), kept: false }, source);
  }
  assert.match(programFor(dataOf({ xs: [[1, 2]], ys: [3], names: null })), /activation="linear"/);
});

test("keys on a line of iterations, and how fast it plays", () => {
  const press = (/** @type {string} */ key, ctrlKey = false) => stepBy(/** @type {KeyboardEvent} */ ({ key, ctrlKey, metaKey: false, altKey: false }), 50, 100);
  assert.deepEqual(["ArrowRight", "ArrowDown", "PageUp", "PageDown", "Home", "End", "a"].map((key) => press(key)), [51, 49, 60, 40, 0, 100, null]);
  assert.equal(press("Home", true), null);
  assert.equal(stepBy(/** @type {KeyboardEvent} */ ({ key: "ArrowRight", ctrlKey: false, metaKey: false, altKey: false }), 100, 100), 100);
  assert.deepEqual([4, 40, 800].map(speedFor), [2, 12, 100]);
});

test("a parameter's name in two parts, and its update in figures", () => {
  assert.deepEqual(placeAndName("n.layers[0].neurons[1].w[2]"), ["n.layers[0].neurons[1]", "w[2]"]);
  assert.deepEqual(placeAndName("x"), ["", "x"]);
  assert.equal(updateText(2, -4, 3, { ...DEFAULTS, learning_rate: 0.25 }), "2.0000 − 0.25 · (−4.0000) = 3.0000");
  assert.equal(updateText(2, 1, 1.5, { ...DEFAULTS, optimizer: "adam" }), "2.0000 − 0.5000 = 1.5000");
  assert.equal(updateText(2, null, null, DEFAULTS), "");
  assert.equal(updateText(2, -4, null, { ...DEFAULTS, learning_rate: 0.25 }), "2.0000 − 0.25 · (−4.0000) = 3.0000");
  assert.equal(updateText(2, 1, null, { ...DEFAULTS, optimizer: "adam" }), "—");
});

test("more rows in a sum ask for smaller steps; a mean is left alone", () => {
  const moons = SETS.find(({ name }) => name === "moons");
  assert.ok(moons);
  const sum = "loss = sum((yout - ygt)**2 for ygt, yout in zip(ys, ypred))\n";
  assert.deepEqual(adviceForSum(sum, moons, moons.advice), { learning_rate: 0.013, iterations: 300 });
  assert.deepEqual(adviceForSum(sum, { ...moons, rows: 4 }, moons.advice), { learning_rate: 0.05, iterations: 300 });
  assert.equal(adviceForSum(sum.replace("ypred))", "ypred)) / len(ys)"), moons, moons.advice), null);
});
