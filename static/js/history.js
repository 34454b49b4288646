// Undo and redo of what was done to the program and its numbers. Pure; edits.js listens to the page.

/** @typedef {{source: string, inputs: Readonly<Record<string, number>>}} Snapshot */
/** @typedef {ReturnType<typeof createHistory>} History */

/** So many steps back are kept. */
const MOST = 200;

/** @param {Snapshot} a @param {Snapshot} b */
const same = (a, b) => a.source === b.source && JSON.stringify(Object.entries(a.inputs).sort()) === JSON.stringify(Object.entries(b.inputs).sort());

/** @param {Snapshot} start */
export function createHistory(start) {
  /** @type {Snapshot[]} */
  let past = [];
  let now = start;
  /** @type {Snapshot[]} */
  let future = [];
  return {
    /** What is there now, after something came to rest. @param {Snapshot} snapshot */
    note(snapshot) {
      if (same(snapshot, now)) return;
      past = [...past, now].slice(-MOST);
      now = snapshot;
      future = [];
    },
    /** @returns {Snapshot | null} */
    undo() {
      const back = past.pop();
      if (!back) return null;
      future.push(now);
      return (now = back);
    },
    /** @returns {Snapshot | null} */
    redo() {
      const on = future.pop();
      if (!on) return null;
      past.push(now);
      return (now = on);
    },
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,
  };
}
