import assert from "node:assert/strict";
import { test } from "node:test";
import "./tables.js";
import { createApi, problemOf } from "../../static/js/api.js";
import { fixOf } from "../../static/js/fixes.js";
import { actionOf } from "../../static/js/keys.js";
import { createPlayback } from "../../static/js/playback.js";
import { createSession } from "../../static/js/session.js";
import { initialState } from "../../static/js/state.js";
import { createStore } from "../../static/js/store.js";
import { square } from "./fixtures.js";

/** @typedef {import("../../static/js/api.js").Answer} Answer */

const PROBLEM = { code: "name", title: "The program is wrong", detail: "`tahn` is not known.", hint: "Did you mean `tanh`?", line: 2, column: 5, length: 4 };

/** A session whose server gives the answers in order. @param {Answer[]} answers @param {Partial<import("../../static/js/state.js").State>} [state] */
function sessionWith(answers, state = {}) {
  /** @type {Record<string, unknown>[]} */
  const asked = [];
  const store = createStore(initialState({ source: square().source, ...state }));
  /** @param {Record<string, unknown>} body @returns {Promise<Answer>} */
  const ask = async (body) => {
    asked.push(body);
    return answers.shift() ?? { stale: true };
  };
  const session = createSession(store, { graph: ask, told: ask });
  return { store, session, asked };
}

test("an error keeps the last good graph, and a good answer takes the error away", async () => {
  const trace = square();
  const { store, session } = sessionWith([{ problem: PROBLEM }, { trace }], { trace, step: 2 });
  await session.ask();
  assert.equal(store.get().problem, PROBLEM);
  assert.equal(store.get().trace, trace);
  await session.ask();
  assert.equal(store.get().problem, null);
  assert.equal(store.get().step, 2);
});

test("another number changes the story at once, and the server is asked for its words", async () => {
  const told = square();
  for (const step of told.steps) step.text = `told ${step.index}`;
  const { store, session, asked } = sessionWith([{ trace: told }], { trace: square(), own: { a: 3 }, step: 4 });
  session.setInputs({ a: 5 });
  const { live } = store.get();
  assert.deepEqual(live?.nodes.map(({ data, grad }) => [data, grad]), [[5, 10], [25, 1]]);
  assert.equal(live?.steps[2]?.text, "step 3", "until then the words are the old ones");
  await new Promise((done) => setTimeout(done, 150));
  assert.deepEqual(asked, [{ source: square().source, inputs: { a: 5 }, step: "start" }]);
  assert.equal(store.get().live?.steps[2]?.text, "told 3");
});

test("a number typed into the program is meant", async () => {
  const edited = square();
  edited.source = "a = 4.0\nb = a * a";
  const [a] = edited.nodes;
  if (a) a.data = 4;
  const { store, session } = sessionWith([{ trace: edited }], { source: edited.source, trace: square(), own: { a: 3 }, inputs: { a: 5 } });
  await session.ask();
  assert.deepEqual([store.get().inputs, store.get().own], [{}, { a: 4 }]);
});

const NO_STEP = { code: "step", status: 422, title: "There is no such step" };

test("a step by name is the server's to find: its answer is obeyed, and the name stays until somebody steps", async () => {
  const { store, session, asked } = sessionWith([{ trace: { ...square(), step: 2 } }, { trace: { ...square(), step: 3 } }, { trace: square() }]);
  await session.open({ source: square().source, step: "seed" });
  assert.deepEqual([store.get().step, store.get().named], [2, "seed"]);
  await session.ask();
  assert.deepEqual([store.get().step, store.get().named], [3, "seed"], "after an edit it is another step, and has the same name");
  createPlayback(store).back();
  assert.deepEqual([store.get().step, store.get().named], [2, null]);
  await session.ask();
  assert.equal(store.get().step, 2);
  assert.deepEqual(asked.map(({ step }) => step), ["seed", "seed", "start"]);
});

test("a number is a place and no name; without one, the end", async () => {
  const { store, session, asked } = sessionWith([{ trace: { ...square(), step: 3 } }, { trace: square() }]);
  await session.open({ source: square().source, step: "3" });
  assert.deepEqual([store.get().step, store.get().named], [3, null]);
  await session.open({ source: square().source });
  assert.deepEqual([store.get().step, store.get().named], [4, null]);
  assert.deepEqual(asked.map(({ step }) => step), ["3", "end"]);
});

test("who has stepped meanwhile is not called back", async () => {
  const { store, session } = sessionWith([{ trace: { ...square(), step: 3 } }], { trace: square(), step: 4, named: "grad:a" });
  const answer = session.ask();
  createPlayback(store).first();
  await answer;
  assert.deepEqual([store.get().step, store.get().named], [0, null]);
});

test("a step that there is not any more is the end", async () => {
  const { store, session, asked } = sessionWith([{ problem: NO_STEP }, { trace: square() }], { trace: square(), step: 1, named: "grad:gone" });
  await session.ask();
  await new Promise((done) => setTimeout(done, 0));
  assert.deepEqual([store.get().step, store.get().named, store.get().problem], [4, null, null]);
  assert.deepEqual(asked.map(({ step }) => step), ["grad:gone", "end"]);
});

test("a slider that leads another way through the program finds the named step there", async () => {
  const other = { ...square(), step: 3, nodes: square().nodes.map((node) => ({ ...node, op: node.op && "add" })) };
  const { store, session, asked } = sessionWith([{ problem: NO_STEP }, { trace: other }], { trace: square(), own: { a: 3 }, step: 4, named: "grad:a" });
  session.setInputs({ a: -5 });
  await new Promise((done) => setTimeout(done, 250));
  assert.deepEqual([store.get().trace, store.get().step], [other, 3]);
  assert.deepEqual(asked.map(({ step }) => step), ["grad:a", "end"]);
});

test("an answer to an older text is dropped", async () => {
  const { store, session } = sessionWith([{ trace: square() }]);
  const answer = session.ask();
  store.set({ source: "something newer" });
  await answer;
  assert.equal(store.get().trace, null);
});

test("only what changes the structure asks the server", async () => {
  const { store, session, asked } = sessionWith([]);
  session.setOptions({ theme: "dark" });
  assert.equal(asked.length, 0);
  session.setOptions({ digits: "2", style: "compact" });
  assert.deepEqual(asked, [{ source: square().source, step: "start", style: "compact", digits: 2 }]);
  session.setOptions({ theme: "" });
  assert.deepEqual(store.get().options, { digits: "2", style: "compact" });
});

test("a newer request ends the older one", async () => {
  /** @type {AbortSignal[]} */
  const signals = [];
  const api = createApi("/", (_url, init) => {
    if (init?.signal) signals.push(init.signal);
    return Promise.resolve(new Response(JSON.stringify(square()), { status: 200 }));
  });
  const [older, newer] = await Promise.all([api.graph({ source: "a" }), api.graph({ source: "b" })]);
  assert.deepEqual(older, { stale: true });
  assert.ok("trace" in newer);
  assert.deepEqual(signals.map((signal) => signal.aborted), [true, false]);
});

test("every failure becomes a problem", async () => {
  const refused = await problemOf(new Response(JSON.stringify(PROBLEM), { status: 422 }));
  assert.equal(refused.line, 2);
  const busy = await problemOf(new Response("<h1>Busy</h1>", { status: 503, headers: { "retry-after": "3" } }));
  assert.deepEqual([busy.status, busy.retryAfter, typeof busy.title], [503, 3, "string"]);
  const answer = await createApi("/", () => Promise.reject(new TypeError("offline"))).graph({});
  assert.ok("problem" in answer && answer.problem.code === "unreachable");
});

test("a hint that says what to write becomes a fix", () => {
  assert.deepEqual(fixOf(PROBLEM), { label: "Write tanh", replace: "tanh" });
  assert.deepEqual(fixOf({ ...PROBLEM, hint: "Add `c = 1.0`." }), { label: "Add c = 1.0", insert: "c = 1.0" });
  assert.equal(fixOf({ ...PROBLEM, hint: "Close the bracket." }), null);
  assert.equal(fixOf({ ...PROBLEM, hint: null }), null);
});

test("keys", () => {
  const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
  assert.equal(actionOf({ ...plain, key: "ArrowRight" }), "next");
  assert.equal(actionOf({ ...plain, key: "ArrowRight", shiftKey: true }), "nextPhase");
  assert.equal(actionOf({ ...plain, key: "Home", shiftKey: true }), null);
  assert.equal(actionOf({ ...plain, key: "?", shiftKey: true }), "help");
  assert.equal(actionOf({ ...plain, key: "F", shiftKey: true }), "fit");
  assert.equal(actionOf({ ...plain, key: "ArrowLeft", altKey: true }), null, "the browser's own");
});

test("a watcher hears only what it watches", () => {
  const store = createStore({ a: 1, b: 1 });
  /** @type {number[]} */
  const heard = [];
  const stop = store.watch((state) => state.a, (a) => heard.push(a));
  store.set({ b: 2 });
  store.set({ a: 2 });
  store.set({ a: 2 });
  stop();
  store.set({ a: 3 });
  assert.deepEqual(heard, [1, 2]);
});

/** An iteration's story of `square`, with an update at its end. */
function iterationStory() {
  const story = square();
  for (const step of story.steps) step.text = `told ${step.index}`;
  story.steps.push({ index: 5, phase: "update", node: "n0", edge: null, writes: [{ node: "n0", field: "data", before: 5, after: 4 }], text: "told 5" });
  return { ...story, end: 4 };
}

test("an iteration of training: numbers at once, the server's words, the program's own story stays", async () => {
  const trace = square();
  const { store, session, asked } = sessionWith([{ trace: iterationStory() }], { trace, own: { a: 3 }, step: 4 });
  session.setMoment({ iteration: 2, numbers: { a: 5 }, question: { iteration: 2, learning_rate: 0.1 } });
  assert.deepEqual(store.get().live?.nodes.map(({ data, grad }) => [data, grad]), [[5, 10], [25, 1]]);
  await new Promise((done) => setTimeout(done, 150));
  assert.deepEqual(asked, [{ source: square().source, step: "start", iteration: 2, learning_rate: 0.1 }]);
  assert.equal(store.get().trace, trace);
  assert.deepEqual([store.get().live?.steps.length, store.get().live?.steps[2]?.text, store.get().live?.nodes[0]?.data], [4, "told 3", 5]);
});

test("a program that updates by itself: the server's story of the iteration, before its update, and back to the end", async () => {
  const trace = { ...iterationStory(), end: 6 };
  trace.steps.push({ index: 6, phase: "forward", node: "n1", edge: null, writes: [{ node: "n1", field: "data", before: 9, after: 16 }], text: "" });
  const { store, session } = sessionWith([{ trace: iterationStory() }, { trace }], { trace, own: { a: 3 }, step: 6 });
  session.setMoment({ iteration: 2, numbers: { a: 5 }, question: { iteration: 2 } });
  await new Promise((done) => setTimeout(done, 150));
  assert.deepEqual([store.get().trace?.steps.length, store.get().step, store.get().live], [5, 4, null]);
  session.setMoment(null);
  await new Promise((done) => setTimeout(done, 150));
  assert.deepEqual([store.get().trace, store.get().step], [trace, 6]);
});

test("a watcher that is stopped hears nothing more, not even what stopped it", () => {
  const store = createStore({ open: true, source: "a" });
  /** @type {string[]} */
  const heard = [];
  store.watch(({ open }) => open, () => stop(), false);
  const stop = store.watch(({ source }) => source, (source) => heard.push(source), false);
  store.set({ source: "b" });
  store.set({ open: false, source: "c" });
  assert.deepEqual(heard, ["b"]);
});
