// Who leads to whom, and what came to a grad. Pure.

import { edgesOf } from "./player.js";

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").GraphEdge} GraphEdge */

/** All that leads to a value, or all that it leads to; without itself. @param {Trace} trace @param {string} id @param {"ancestors" | "descendants"} which @returns {Set<string>} */
export function relatives(trace, id, which) {
  /** @type {Map<string, string[]>} */
  const next = new Map();
  for (const { from, to } of trace.edges) {
    const [at, other] = which === "ancestors" ? [to, from] : [from, to];
    const list = next.get(at);
    if (list) list.push(other);
    else next.set(at, [other]);
  }
  const found = new Set();
  const todo = [...(next.get(id) ?? [])];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    todo.push(...(next.get(at) ?? []));
  }
  return found;
}

/** @typedef {{step: number, edge: GraphEdge, upstream: number, local: number, term: number, after: number}} Term */

/** The terms that were added to a value's grad, in order; those of the last pass have their factors. @param {Trace} trace @param {string} id @returns {Term[]} */
export function termsOf(trace, id) {
  const edges = new Map(trace.edges.filter((edge) => edge.from === id).map((edge) => [edge.id, edge]));
  if (edges.size === 0) return [];
  /** @type {Map<string, number>} */
  const grads = new Map();
  /** @type {Term[]} */
  const terms = [];
  for (const step of trace.steps) {
    if (step.phase === "seed") terms.length = 0;
    for (const [w, name] of (step.phase === "backward" ? edgesOf(step) : []).entries()) {
      const edge = edges.get(name);
      if (!edge) continue;
      // The step of a folded part writes more than its edges have.
      const write = step.writes[w]?.node === id ? step.writes[w] : step.writes.find((each) => each.node === id);
      terms.push({
        step: step.index,
        edge,
        upstream: grads.get(edge.to) ?? NaN,
        local: Number(edge.local ?? NaN),
        term: Number(edge.contribution ?? NaN),
        after: Number(write?.after ?? NaN),
      });
    }
    for (const { node, field, after } of step.writes) if (field === "grad") grads.set(node, Number(after ?? NaN));
  }
  return terms;
}

/** Where a value's numbers come about: what the names `forward:KEY` and `grad:KEY` mean (app/steps.py); null for a number that no
 * step makes. @param {Trace} trace @param {Pick<import("./types.js").GraphNode, "id" | "folds">} node */
export function stepsOf(trace, { id, folds }) {
  const ids = new Set(folds?.results ?? [id]);
  /** @type {{forward: number | null, grad: number | null}} */
  const found = { forward: null, grad: null };
  for (const { index, phase, node, writes } of trace.steps) {
    if (phase === "forward" && (node === id || writes.some((write) => write.node === id))) found.forward = index;
    if ((phase === "backward" || phase === "seed") && writes.some((write) => ids.has(write.node) && write.field === "grad" && write.after !== null)) found.grad = index;
  }
  return found;
}
