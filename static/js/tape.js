// The numbers of what is folded: the operations of a whole run (app/tape.py), played as far as a step. Pure.
//
// The whole story has a forward step for each operation in order, one that seeds the root, and backward one for each input of each
// operation that the root depends on, in the exact reverse order; a folded step covers some of them.

import { OPS } from "./ops.js";

/** @typedef {import("./types.js").Tape} Tape */
/** @typedef {import("./types.js").Num} Num */
/** Known numbers by place; NaN in `known` is a number, undefined is not computed.
 * @typedef {{data: (number | undefined)[], grad: (number | undefined)[]}} Known */

/** @typedef {object} Deck
 * @property {Tape} tape
 * @property {ReadonlyMap<string, number>} place
 * @property {number} length  steps of the whole story
 * @property {(leaves: Readonly<Record<string, Num>>) => Player} play */
/** Plays the story from its start; `to` goes on to a step of the whole story.
 * @typedef {{known: Known, to: (step: number, sent?: (input: number, term: number) => void) => void, slopesOf: (out: number) => number[]}} Player */

/** The chain rule: what a value adds to the grad of an input. A gate's slope of 0 lets nothing through, not even inf or nan. engine/ops.py
 * has the same, and tests/golden/terms.json holds the two together.
 * @param {import("./ops.js").Op | undefined} op @param {number} slope @param {number} upstream */
export const termOf = (op, slope, upstream) => (op?.gate && slope === 0 ? 0 : slope * upstream);

/** @type {WeakMap<Tape, Deck | null>} */
const decks = new WeakMap();

/** @param {Tape} tape @returns {Deck | null} null for an operation that is not known here */
export function deckOf(tape) {
  const made = decks.get(tape);
  if (made !== undefined) return made;
  const deck = createDeck(tape);
  decks.set(tape, deck);
  return deck;
}

/** @param {Tape} tape @returns {Deck | null} */
function createDeck(tape) {
  const place = new Map(tape.ids.map((id, i) => [id, i]));
  const operations = tape.operations.map(([out, name, inputs, params]) => ({ out, op: OPS[name], inputs, params: params.map(Number) }));
  if (operations.some(({ op }) => !op)) return null;
  const byPlace = new Map(operations.map((operation) => [operation.out, operation]));
  const leading = new Set([tape.root]);
  for (const { out, inputs } of [...operations].reverse()) if (leading.has(out)) for (const input of inputs) leading.add(input);
  const back = [...operations].reverse().filter(({ out }) => leading.has(out)).flatMap((operation) => operation.inputs.map((input, slot) => ({ operation, input, slot })));

  return {
    tape,
    place,
    length: operations.length + 1 + back.length,
    play(leaves) {
      /** @type {Known} */
      const known = { data: new Array(tape.ids.length), grad: new Array(tape.ids.length) };
      const { data, grad } = known;
      for (const [id, number] of Object.entries(tape.start)) data[place.get(id) ?? -1] = Number(leaves[id] ?? number);
      let at = 0;
      /** @type {{out: number, slopes: number[]}} */
      let turn = { out: -1, slopes: [] };
      /** @param {number} out  the place of an operation's result */
      const slopesOf = (out) => {
        const operation = byPlace.get(out);
        return operation?.op?.partials(data[out] ?? NaN, ...values(operation)) ?? [];
      };
      /** @param {typeof operations[number]} operation */
      const values = ({ inputs, params }) => [...inputs.map((i) => data[i] ?? NaN), ...params];

      return {
        known,
        slopesOf,
        to(step, sent) {
          for (; at < step && at < operations.length + 1 + back.length; at += 1) {
            const operation = operations[at];
            if (operation) {
              data[operation.out] = operation.op?.forward(...values(operation));
            } else if (at === operations.length) {
              grad[tape.root] = 1;
            } else {
              const { operation: sender, input, slot } = /** @type {typeof back[number]} */ (back[at - operations.length - 1]);
              if (turn.out !== sender.out) turn = { out: sender.out, slopes: slopesOf(sender.out) };
              const slope = turn.slopes[slot] ?? NaN;
              const term = termOf(sender.op, slope, grad[sender.out] ?? 0);
              grad[input] = (grad[input] ?? 0) + term;
              sent?.(input, term);
            }
          }
        },
      };
    },
  };
}
