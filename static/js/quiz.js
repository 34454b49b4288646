// Numbers to guess: which are asked, whether an answer is right, and what may be said before it is. Pure.

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").Step} Step */

/** By key, else the last one with that label, else by id: app/nodes.py. @param {Trace} trace @param {string} name */
export const namedNode = ({ nodes }, name) =>
  nodes.find(({ key }) => key === name) ?? nodes.filter(({ label }) => label === name).at(-1) ?? nodes.find(({ id }) => id === name);

/** Those that are to be found, and what would give them away: the number of a folded part that sums them up.
 * @param {Trace} trace @param {readonly string[]} slots @returns {Set<string>} */
export function hiddenBy(trace, slots) {
  const hidden = new Set(slots);
  for (const { id, folds } of trace.nodes) {
    for (const field of ["data", "grad"]) if (folds?.results.some((result) => hidden.has(`${result}.${field}`))) hidden.add(`${id}.${field}`);
  }
  return hidden;
}

/** `grad:a,b;data:d` → slots `n0.grad`. @param {Trace} trace @param {string} quiz @returns {string[]} */
export function askedSlots(trace, quiz) {
  const found = [];
  for (const part of quiz.split(";")) {
    const [field = "", names = ""] = part.split(":", 2);
    if (field !== "data" && field !== "grad") continue;
    for (const name of names.split(",").map((each) => each.trim()).filter(Boolean)) {
      const node = namedNode(trace, name);
      if (node) found.push(`${node.id}.${field}`);
    }
  }
  return [...new Set(found)];
}

/** Right to the digits a person would write: half a percent, or the last of four decimals. @param {number} answer @param {number} truth */
export const isRight = (answer, truth) => (Number.isNaN(truth) ? Number.isNaN(answer) : answer === truth || Math.abs(answer - truth) <= Math.max(0.005 * Math.abs(truth), 0.00051));

/** What a person types for a number; null for what is none. @param {string} text @returns {number | null} */
export function readNumber(text) {
  const plain = text.trim().replace("−", "-").replace(",", ".").toLowerCase();
  if (plain === "nan") return NaN;
  if (/^[+-]?inf(inity)?$/.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  const fraction = /^([+-]?[\d.]+)\s*\/\s*([+-]?[\d.]+)$/.exec(plain);
  const x = fraction ? Number(fraction[1]) / Number(fraction[2]) : plain === "" ? NaN : Number(plain);
  return Number.isNaN(x) ? null : x;
}

/** Whether a step's words would give an asked number away. @param {Trace} trace @param {Step | null} step @param {ReadonlySet<string>} asked */
export function givesAway(trace, step, asked) {
  if (!step || asked.size === 0) return false;
  const edges = new Set(step.edges ?? (step.edge ? [step.edge] : []));
  const near = new Set([step.node ?? "", ...step.writes.map(({ node }) => node)]);
  for (const edge of trace.edges) if (edges.has(edge.id)) near.add(edge.from).add(edge.to);
  if (step.phase === "forward") for (const input of trace.nodes.find(({ id }) => id === step.node)?.inputs ?? []) near.add(input);
  return [...near].some((id) => asked.has(`${id}.data`) || asked.has(`${id}.grad`));
}
