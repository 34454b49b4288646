// The numbers of the iteration that is looked at, drawn or not: from the story with these numbers, or from its tape. Pure.

import { storyOf } from "../state.js";
import { deckOf } from "../tape.js";

/** @typedef {{data: number | null, grad: number | null}} Known */

/** Of a value by its id; null where only the server knows. @param {import("../state.js").State} state @returns {(id: string) => Known | null} */
export function numbersOf(state) {
  const story = storyOf(state);
  if (!state.live || !story) return () => null;
  const deck = state.trace?.tape ? deckOf(state.trace.tape) : null;
  if (deck && story.tape) {
    const player = deck.play(story.tape.start);
    player.to(deck.length);
    const { data, grad } = player.known;
    return (id) => {
      const place = deck.place.get(id);
      return place === undefined ? null : { data: data[place] ?? null, grad: grad[place] ?? null };
    };
  }
  const nodes = new Map(story.nodes.map((node) => [node.id, node]));
  const number = (/** @type {import("../types.js").Num | undefined} */ x) => (x === null || x === undefined ? null : Number(x));
  return (id) => {
    const node = nodes.get(id);
    return node ? { data: number(node.data), grad: number(node.grad) } : null;
  };
}
