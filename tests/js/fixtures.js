// A story small enough to hold in the head: b = a * a at a = 3, then a forgotten inner grad.

/** @typedef {import("../../static/js/types.js").Trace} Trace */
/** @typedef {import("../../static/js/types.js").Step} Step */

/** @returns {Trace} */
export function square() {
  /** @param {number} index @param {Step["phase"]} phase @param {string} node @param {string | null} edge @param {Step["writes"]} writes @returns {Step} */
  const step = (index, phase, node, edge, writes) => ({ index, phase, node, edge, writes, text: `step ${index}` });
  return {
    version: 1,
    source: "a = 3.0\nb = a * a",
    code: "",
    output: "n1",
    nodes: [
      { id: "n0", key: "a", label: "a", kind: "input", op: null, inputs: [], data: 3, grad: 6, span: { line: 1, column: 1, length: 7 } },
      { id: "n1", key: "b", label: "b", kind: "operation", op: "mul", inputs: ["n0", "n0"], data: 9, grad: 1, span: { line: 2, column: 5, length: 5 } },
    ],
    edges: [
      { id: "e0", from: "n0", to: "n1", slot: 0, local: 3, contribution: 3 },
      { id: "e1", from: "n0", to: "n1", slot: 1, local: 3, contribution: 3 },
    ],
    steps: [
      step(1, "forward", "n1", null, [{ node: "n1", field: "data", before: null, after: 9 }]),
      step(2, "seed", "n1", null, [{ node: "n1", field: "grad", before: null, after: 1 }]),
      step(3, "backward", "n0", "e0", [{ node: "n0", field: "grad", before: 0, after: 3 }]),
      step(4, "backward", "n0", "e1", [{ node: "n0", field: "grad", before: 3, after: 6 }]),
    ],
    step: 4,
    warnings: [],
    printed: [],
    svg: "",
  };
}
