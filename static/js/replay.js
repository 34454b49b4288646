// The same story with other inputs: forward and backward once more, in the browser, while a slider moves. Pure.
//
// Steps are walked in the order in which the server told them, so that every number a step writes is there as well. Where a program
// updates its values, what it adds is known to the program alone: such a story is told anew by the server.

import { OPS } from "./ops.js";
import { edgesOf, initialValues, slotOf, startWith } from "./player.js";
import { deckOf, termOf } from "./tape.js";

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").GraphNode} GraphNode */
/** @typedef {import("./types.js").Num} Num */
/** @typedef {import("./types.js").Write} Write */
/** Other numbers for inputs, by key. @typedef {Readonly<Record<string, number>>} Inputs */
/** @typedef {(inputs: Inputs) => Trace} Replay */

/**
 * @param {Trace} trace
 * @returns {Replay | null} null when only the server can know what follows
 */
export function createReplay(trace) {
  if (trace.steps.some(({ phase }) => phase === "update")) return null;
  if (trace.tape) return replayFolded(trace, trace.tape);
  if (trace.nodes.some(({ folds }) => folds)) return null;
  const { nodes, edges, steps } = trace;
  const place = new Map(nodes.map((node, i) => [node.id, i]));
  /** @param {string | null} id */
  const at = (id) => place.get(id ?? "") ?? -1;
  const operations = nodes.map((node) => (node.op ? OPS[node.op] : undefined));
  if (nodes.some((node, i) => node.op && !operations[i])) return null;
  const operands = nodes.map((node) => node.inputs.map(at));
  const params = nodes.map((node) => (node.params ?? []).map(Number));
  const start = initialValues(trace);
  const first = nodes.map((node) => (node.op ? null : start.get(`${node.id}.data`) ?? null)).map((x) => (x === null ? NaN : Number(x)));
  const edgePlace = new Map(edges.map((edge, i) => [edge.id, i]));
  const heads = edges.map((edge) => at(edge.to));
  const plan = steps.map((step) => ({
    node: at(step.node),
    edges: edgesOf(step).map((edge) => edgePlace.get(edge) ?? -1),
    writes: step.writes.map((write) => at(write.node)),
  }));

  return (inputs) => {
    const data = [...first];
    const begin = new Map(start);
    for (const [i, node] of nodes.entries()) {
      const given = node.op ? undefined : inputs[node.key];
      if (given !== undefined) begin.set(slotOf(node.id, "data"), (data[i] = given));
    }
    /** @type {(number | null)[]} */
    const grad = nodes.map(() => null);
    /** @type {(number[] | undefined)[]} */
    let slopes = [];
    /** @type {(number | null)[]} */
    const local = edges.map(() => null);
    /** @type {(number | null)[]} */
    const sent = edges.map(() => null);

    /** @param {number} i */
    const values = (i) => [...(operands[i] ?? []).map((j) => data[j] ?? NaN), ...(params[i] ?? [])];

    /** @param {number} i @returns {number[]} */
    const slopesOf = (i) => (slopes[i] ??= operations[i]?.partials(data[i] ?? NaN, ...values(i)) ?? []);

    const told = steps.map((step, k) => {
      const { node, edges: along, writes } = /** @type {typeof plan[number]} */ (plan[k]);
      /** @type {Write[]} */
      let written;
      if (step.phase === "forward") {
        data[node] = operations[node]?.forward(...values(node)) ?? NaN;
        written = [{ node: step.node ?? "", field: "data", before: null, after: data[node] ?? NaN }];
      } else if (step.phase === "backward") {
        written = along.map((edge, w) => {
          const head = heads[edge] ?? -1;
          const tail = writes[w] ?? -1;
          const slope = slopesOf(head)[edges[edge]?.slot ?? 0] ?? NaN;
          const term = termOf(operations[head], slope, grad[head] ?? 0);
          const before = grad[tail] ?? 0;
          grad[tail] = before + term;
          local[edge] = slope;
          sent[edge] = term;
          return { node: nodes[tail]?.id ?? "", field: "grad", before, after: before + term };
        });
      } else {
        // A seed counts up from what was there; forgetting and zeroing write what they always write.
        written = step.writes.map((write, w) => {
          const i = writes[w] ?? -1;
          const before = grad[i] ?? null;
          const after = step.phase === "seed" && write.after !== null ? (write.before === null ? 1 : (before ?? 0) + 1) : write.after;
          grad[i] = after === null ? null : Number(after);
          return { ...write, before: write.before === null ? null : before, after };
        });
        if (step.phase === "seed") slopes = [];
      }
      if (!step.edge_writes) return { ...step, writes: written };
      const known = step.edge_writes.map((write) => {
        const i = edgePlace.get(write.edge) ?? -1;
        if (write.after === null) return write;
        const after = write.field === "contribution" ? (sent[i] ?? null) : (slopesOf(heads[i] ?? -1)[edges[i]?.slot ?? 0] ?? NaN);
        return { ...write, before: write.before === null ? null : after, after };
      });
      return { ...step, writes: written, edge_writes: known };
    });

    /** @type {Trace} */
    const story = {
      ...trace,
      nodes: nodes.map((node, i) => ({ ...node, data: data[i] ?? NaN, grad: grad[i] ?? null })),
      edges: edges.map((edge, i) => ({ ...edge, local: local[i] ?? null, contribution: sent[i] ?? null })),
      steps: told,
    };
    startWith(story, begin);
    return story;
  };
}

/** The same of a folded story: the tape is played from step to step, and what each step tells is read off.
 * @param {Trace} trace @param {import("./types.js").Tape} tape @returns {Replay | null} */
function replayFolded(trace, tape) {
  const deck = deckOf(tape);
  if (!deck || trace.steps.some(({ covers, phase }) => !covers || phase === "zero_grad")) return null;
  const { place } = deck;
  /** @param {string | null | undefined} id */
  const at = (id) => place.get(id ?? "") ?? -1;
  const edges = new Map(trace.edges.map((edge) => [edge.id, edge]));

  return (inputs) => {
    const given = Object.entries(tape.keys).filter(([, key]) => inputs[key] !== undefined);
    const start = { ...tape.start, ...Object.fromEntries(given.map(([id, key]) => [id, inputs[key] ?? NaN])) };
    const player = deck.play(start);
    const { data, grad } = player.known;
    /** @param {string} id @param {"data" | "grad"} field @returns {Num} */
    const now = (id, field) => (field === "data" ? data : grad)[at(id)] ?? null;
    /** Of an edge into an operation. @param {import("./types.js").GraphEdge} edge */
    const slope = (edge) => player.slopesOf(at(edge.to))[edge.slot] ?? null;
    /** @type {Map<string, number>} */
    const contributions = new Map();

    const steps = trace.steps.map((step) => {
      const before = step.writes.map(({ node, field }) => now(node, field));
      /** @type {Map<number, number>} */
      const sent = new Map();
      player.to(step.covers?.[1] ?? 0, (input, term) => sent.set(input, (sent.get(input) ?? 0) + term));
      for (const id of edgesOf(step)) {
        const term = sent.get(at(edges.get(id)?.from));
        if (term !== undefined) contributions.set(id, term);
      }
      const writes = step.writes.map((write, i) => ({ ...write, before: before[i] ?? (write.before === null ? null : 0), after: now(write.node, write.field) }));
      if (!step.edge_writes) return { ...step, writes };
      const edge_writes = step.edge_writes.map((write) => {
        const edge = edges.get(write.edge);
        if (write.after === null || !edge) return write;
        return { ...write, after: write.field === "local" ? slope(edge) : (contributions.get(edge.id) ?? null) };
      });
      return { ...step, writes, edge_writes };
    });
    return {
      ...trace,
      nodes: trace.nodes.map((node) => (place.has(node.id) ? { ...node, data: now(node.id, "data"), grad: now(node.id, "grad") } : node)),
      edges: trace.edges.map((edge) => ({ ...edge, local: edge.local == null ? null : slope(edge), contribution: contributions.get(edge.id) ?? null })),
      steps,
      tape: { ...tape, start },
    };
  };
}

/** Whether two traces have the same graph and the same steps, whatever their numbers: then one picture serves both.
 * @param {Trace} a @param {Trace} b */
export function sameShape(a, b) {
  return (
    a.nodes.length === b.nodes.length && a.steps.length === b.steps.length && a.output === b.output &&
    a.nodes.every((node, i) => {
      const other = b.nodes[i];
      return other && node.key === other.key && node.op === other.op && node.label === other.label && String(node.inputs) === String(other.inputs) && String(node.params) === String(other.params);
    }) &&
    a.steps.every((step, i) => step.phase === b.steps[i]?.phase && step.node === b.steps[i]?.node && step.edge === b.steps[i]?.edge && String(step.edges) === String(b.steps[i]?.edges))
  );
}
