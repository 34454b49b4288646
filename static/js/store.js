// One value, many listeners. Holds state and nothing else.

/**
 * @template {object} State
 * @typedef {object} Store
 * @property {() => State} get
 * @property {(change: Partial<State>) => void} set
 * @property {<Part>(select: (state: State) => Part, listen: (part: Part, state: State) => void, now?: boolean) => () => void} watch
 */

/**
 * @template {object} State
 * @param {State} initial
 * @returns {Store<State>}
 */
export function createStore(initial) {
  let state = initial;
  /** @type {Set<() => void>} */
  const watchers = new Set();
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change };
      // One of them may stop others, which then are told no more: what is closed does not hear of what closed it.
      for (const tell of [...watchers]) if (watchers.has(tell)) tell();
    },
    watch(select, listen, now = true) {
      let last = select(state);
      const tell = () => {
        const part = select(state);
        if (Object.is(part, last)) return;
        last = part;
        listen(part, state);
      };
      watchers.add(tell);
      if (now) listen(last, state);
      return () => watchers.delete(tell);
    },
  };
}
