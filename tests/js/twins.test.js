// The rules that this page repeats, held to those of Python: test_twins.py makes the goldens.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { linear, logarithmic } from "../../static/js/axis.js";
import { decades } from "../../static/js/error-curve.js";
import { exactNumber } from "../../static/js/format.js";
import { OPS } from "../../static/js/ops.js";
import { frameAt } from "../../static/js/player.js";
import { askedSlots, hiddenBy } from "../../static/js/quiz.js";
import { relatives, stepsOf, termsOf } from "../../static/js/relations.js";
import { fitNumber, roomIn, slotChars } from "../../static/js/room.js";
import { exactly, length, spread } from "../../static/js/summary.js";
import { curveOf, reachFor, sweep, visible } from "../../static/js/sweep.js";
import { isWord } from "../../static/js/highlight.js";
import { changeFor } from "../../static/js/fixes.js";
import { literalOf, withNumber } from "../../static/js/literals.js";
import { nameProblem, renamed } from "../../static/js/rename.js";
import { rangeOf } from "../../static/js/spans.js";
import { adjustable } from "../../static/js/state.js";
import { tokensOf } from "../../static/js/tokens.js";
import { withFolded, withOpen } from "../../static/js/folding.js";
import { withExpansion, withoutExpansion } from "../../static/js/expansion.js";
import "./tables.js";
import { levelOf, scaleOf, share, tinting, weighing, widthOf } from "../../static/js/tints.js";
import { termOf } from "../../static/js/tape.js";

/** @param {string} name @returns {any} */
const golden = (name) => JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8"));

/** Equal to 12 digits: functions of two C libraries are not. @param {unknown} ours @param {unknown} theirs @param {string} where */
function near(ours, theirs, where) {
  const [a, b] = [ours === null ? null : Number(ours), theirs === null ? null : Number(theirs)];
  assert.ok(Object.is(a, b) || (a !== null && b !== null && (a === b || Math.abs(a - b) <= 1e-12 * Math.abs(b))), `${where}: ${a}, in Python ${b}`);
}

test("the chain-rule term", () => {
  for (const [name, local, upstream, term] of golden("terms")) {
    const ours = termOf(OPS[name], Number(local), Number(upstream));
    assert.ok(Object.is(ours, Number(term)), `${name}: ${local} × ${upstream} = ${ours}, in Python ${term}`);
  }
});

const TEXT = golden("text");

test("a number in full", () => {
  for (const [x, text] of TEXT.exact) assert.equal(exactNumber(x), text);
});

test("the room of a number, and what of it there is room for", () => {
  for (const [x, digits, chars] of TEXT.room) assert.equal(slotChars(x, digits), chars, `${x} with ${digits}`);
  for (const [x, digits, chars, text] of TEXT.fit) assert.equal(fitNumber(x, digits, chars), text, `${x} with ${digits} in ${chars}`);
});

test("several numbers in the place of one", () => {
  for (const [numbers, digits, chars, ends, norm, all] of TEXT.sums) {
    const xs = numbers.map(Number);
    assert.deepEqual([spread(xs, digits, chars), length(xs, digits, chars)], [ends, norm], String(numbers));
    const [ours, theirs] = [exactly(xs), all].map((text) => text.split(", norm "));
    assert.equal(ours?.[0], theirs?.[0]);
    near(ours?.[1]?.replace("inf", "Infinity"), theirs?.[1]?.replace("inf", "Infinity"), "the norm of many numbers, but for its last digit");
  }
});

test("axes: ticks, labels, places", () => {
  const { linear: lines, logarithmic: logs, decades: ends } = golden("axes");
  for (const [low, high, wanted, ticks, places] of lines) {
    const axis = linear(low, high, 10, 310, wanted);
    assert.deepEqual(axis.ticks.map(({ label }) => label), ticks.map((/** @type {[number, string]} */ [, label]) => label), `${low} to ${high}`);
    for (const [i, [x]] of ticks.entries()) near(axis.ticks[i]?.x, x, `tick ${i} of ${low} to ${high}`);
    for (const [i, x] of [low, high, low / 3].entries()) near(axis.at(x), places[i], `${x} on ${low} to ${high}`);
  }
  for (const [low, high, every, ticks, place] of logs) {
    const axis = logarithmic(low, high, 200, 20, every);
    assert.deepEqual(axis.ticks.map(({ label }) => label), ticks.map((/** @type {[number, string]} */ [, label]) => label));
    near(axis.at(10 ** high), place, `10 ** ${high}`);
  }
  for (const [errors, low, high, exact] of ends) assert.deepEqual(decades(errors), { low, high, exact }, String(errors));
});

const SWEEP = golden("sweep");

for (const { trace, node, root, point, slope, values, pieces, ends, breaks, visible: heights } of SWEEP.curves) {
  test(`as a function of one value: ${trace.source}`, () => {
    const curve = curveOf(trace, node);
    assert.ok(curve);
    assert.equal(curve.root, root);
    near(curve.x, point[0], "x");
    near(curve.y, point[1], "y");
    near(curve.slope, slope, "slope");
    for (const [x, y] of values) near(curve.f(Number(x)), y, `f(${x})`);
    const found = sweep(curve.f, -5, 5);
    assert.deepEqual(found.pieces.map((piece) => piece.length), pieces);
    for (const [i, piece] of found.pieces.entries()) {
      for (const [end, [x, y]] of [piece[0], piece.at(-1)].map((each) => each ?? [NaN, NaN]).entries()) {
        near(x, ends[i][end][0], `x at an end of piece ${i}`);
        near(y, ends[i][end][1], `y at an end of piece ${i}`);
      }
    }
    assert.deepEqual(found.breaks, breaks);
    const inSight = Number.isFinite(curve.y) && Math.abs(curve.x) <= 5;
    const { low, high } = visible(found.pieces, inSight ? [curve.x, curve.y] : null, found.breaks.length > 0);
    near(low, heights[0], "low");
    near(high, heights[1], "high");
  });
}

test("the heights of a plot, and how far it goes", () => {
  for (const [piece, point, broken, [low, high]] of SWEEP.heights) assert.deepEqual(visible(piece.length ? [piece] : [], point, broken), { low, high }, String(piece));
  for (const [x, far] of SWEEP.reaches) assert.equal(reachFor(Number(x)), far, String(x));
});

test("shares, levels of colour, widths", () => {
  for (const [x, most, part, level, width] of golden("shares")) {
    if (most !== null) near(share(x, Number(most)), part, `${x} of ${most}`);
    assert.deepEqual([levelOf(part) + 0, widthOf(part)], [level, width], `${part}`);
  }
});

for (const [number, { trace, frames, room, steps, terms, asked, lit, colours }] of golden("stories").entries()) {
  /** @param {string} what */
  const named = (what) => `story ${number}, ${what}: ${trace.source.split("\n")[0]} …`;

  test(named("every number at every step"), () => {
    for (const [k, expected] of frames.entries()) {
      const { values } = frameAt(trace, k);
      for (const [slot, x] of Object.entries(expected)) near(values.get(slot) ?? null, x, `${slot} at ${k}`);
      const drawn = new Set([...trace.nodes, ...trace.edges].map(({ id }) => id));
      const more = [...values].filter(([slot, x]) => x !== null && drawn.has(slot.split(".")[0]) && !(slot in expected));
      assert.deepEqual(more.filter(([slot]) => !trace.nodes.some((/** @type {any} */ node) => node.folds && `${node.id}.data` === slot)), [], `known at ${k}`);
    }
  });

  test(named("room"), () => {
    const ours = roomIn(trace, 4);
    for (const [place, chars] of Object.entries(room)) assert.equal(ours.get(place), chars, place);
  });

  test(named("where numbers come about"), () => {
    for (const node of trace.nodes) {
      const { forward, grad } = stepsOf(trace, node);
      assert.deepEqual([forward, grad], steps[node.id], node.key);
    }
    for (const [id, expected] of Object.entries(terms)) {
      const ours = termsOf(trace, id).map(({ step, edge, upstream, local, term, after }) => [step, edge.id, upstream, local, term, after]);
      assert.deepEqual(ours, expected.map((/** @type {any[]} */ [step, edge, ...numbers]) => [step, edge, ...numbers.map(Number)]), id);
    }
    for (const [id, ancestors, descendants] of lit) {
      assert.deepEqual([relatives(trace, id, "ancestors").size + 1, relatives(trace, id, "descendants").size + 1], [ancestors, descendants], id);
    }
  });

  test(named("what a question hides"), () => {
    for (const [quiz, slots] of asked) assert.deepEqual([...hiddenBy(trace, askedSlots(trace, quiz))].sort(), slots, quiz);
  });

  test(named("colours and widths"), () => {
    for (const { color, asked: hidden, most, widest, steps: shown } of colours) {
      const unsaid = new Set(hidden);
      const scale = scaleOf(trace, color, unsaid);
      near(scale.most, most, `most ${color}`);
      near(scale.widest, widest, `widest ${color}`);
      for (const [k, [boxes, edges]] of shown.entries()) {
        const { values } = frameAt(trace, k);
        for (const node of trace.nodes) {
          if (!(node.id in boxes)) continue;
          const part = unsaid.has(`${node.id}.${color}`) ? null : share(tinting(values, node, color), scale.most);
          assert.equal(levelOf(part) + 0, boxes[node.id], `${node.id} at ${k}, by ${color}`);
        }
        for (const edge of trace.edges) {
          const hides = unsaid.has(`${edge.from}.${color}`) || (color === "grad" && unsaid.has(`${edge.to}.grad`));
          if (edge.id in edges) assert.equal(widthOf(hides ? null : share(weighing(values, edge, color), scale.widest)), edges[edge.id], `${edge.id} at ${k}, by ${color}`);
        }
      }
    }
  });
}

const LANGUAGE = golden("language");

test("tokens are those of Python", () => {
  for (const [source, expected] of LANGUAGE.tokens) {
    const ours = tokensOf(source).map(({ kind, text, at }) => [kind, text, at]);
    assert.deepEqual(ours, expected, source);
  }
});

test("words and functions of the language are no names, and what the language takes for a name is one", () => {
  const operations = new Set(Object.keys(OPS));
  for (const word of LANGUAGE.words[0]) assert.ok(isWord(word), word);
  for (const name of LANGUAGE.functions[0]) assert.match(nameProblem(name, operations) ?? "", /function|word/, name);
  for (const [name, runs] of LANGUAGE.names) if (!/function/.test(nameProblem(name, operations) ?? "")) assert.equal(nameProblem(name, operations) === null, runs, name);
});

test("a place in the text is the server's", () => {
  for (const [source, places] of LANGUAGE.spans) {
    for (const [span, text] of places) assert.equal(source.slice(...rangeOf(source, span)), text);
  }
});

test("what can be adjusted is what the program takes", () => {
  const stories = new Map(golden("stories").map((/** @type {any} */ { trace }) => [trace.source, trace]));
  for (const [source, keys] of LANGUAGE.inputs) assert.deepEqual(adjustable(stories.get(source)).map(({ key }) => key), keys, source);
});

test("a number is written back where it was read", () => {
  for (const [source, key, value, written, span] of LANGUAGE.literals) {
    assert.ok(literalOf(source, { key, span }));
    assert.equal(withNumber(source, { key, span }, Number(value)), written);
  }
});

test("another name, and the program is the same", () => {
  for (const [source, key, to, written, called, span] of LANGUAGE.renames) {
    assert.deepEqual(renamed(source, { key, label: key.replace(/#.*/, ""), span }, to, new Set(Object.keys(OPS))), { source: written, key: called });
  }
});

test("a hint is taken at its word", () => {
  for (const [source, problem, mended] of LANGUAGE.fixes) {
    const change = changeFor(source, problem);
    assert.equal(change && source.slice(0, change.from) + change.insert + source.slice(change.to), mended, source);
  }
});

const PARTS = golden("parts");

test("what is opened is open, and what is taken apart is apart", () => {
  for (const [, before, key, action, after] of PARTS.toggles) assert.equal((action === "open" ? withOpen : withFolded)(before, key), after, `${action} ${key}`);
  for (const [given, entry, apart, whole] of PARTS.expansions) {
    assert.deepEqual([withExpansion(given, entry, PARTS.operations), withoutExpansion(given, entry, PARTS.operations)], [apart, whole], `${entry} of ${given}`);
  }
});
