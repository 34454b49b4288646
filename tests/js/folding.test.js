import assert from "node:assert/strict";
import { test } from "node:test";

import { around, toggled, withFolded, withOpen } from "../../static/js/folding.js";

/** @type {any} */
const trace = {
  groups: [
    { id: "g0", key: "ypred", kind: "statement", name: "ypred", parent: null, span: null, size: 9 },
    { id: "g1", key: "ypred/n", kind: "net", name: "n", parent: "g0", span: null, size: 8 },
  ],
  nodes: [
    { id: "n1", group: "g1", folds: null },
    { id: "n2", group: "g0", folds: { group: "g1", results: ["n2"], operations: 8, parameters: 2 } },
    { id: "n3", group: null, folds: null },
  ],
};
const [inner, folded, free] = trace.nodes;

test("a folded part is opened, an open one is folded, and back", () => {
  assert.deepEqual(toggled(trace, folded, ""), { open: "ypred/n", said: "n is open." });
  assert.deepEqual(toggled(trace, inner, "ypred/n"), { open: "", said: "n is folded." });
});

test("a part that was open from the start is folded by its minus sign", () => {
  assert.equal(toggled(trace, inner, "")?.open, "-ypred/n");
  assert.equal(withOpen("-ypred/n", "ypred/n"), "ypred/n");
});

test("folding a part forgets what was opened inside it", () => {
  assert.equal(withFolded("xs,ypred,ypred/n,ypred/n/layers[0]", "ypred"), "xs");
  assert.equal(withFolded("ypred2", "ypred"), "-ypred,ypred2");
});

test("a value knows the parts around it, from the outside in", () => {
  assert.deepEqual(around(trace, inner).map(({ key }) => key), ["ypred", "ypred/n"]);
  assert.deepEqual(around(trace, free), []);
  assert.equal(toggled(trace, free, ""), null);
});
