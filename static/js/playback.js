// Moving through the story: by hand or by clock. Touches the store only.

import { clampStep, nextBoundary } from "./player.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {ReturnType<typeof createPlayback>} Playback */

/** @param {Store} store */
export function createPlayback(store) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const count = () => store.get().trace?.steps.length ?? 0;

  /** @param {number} index */
  function goTo(index) {
    pause();
    store.set({ step: clampStep(index, count()), named: null });
  }

  function pause() {
    clearTimeout(timer);
    if (store.get().playing) store.set({ playing: false });
  }

  function tick() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const { step, playing } = store.get();
      if (!playing) return;
      const next = clampStep(step + 1, count());
      store.set({ step: next, named: null, playing: next < count() });
      if (next < count()) tick();
    }, 1000 / store.get().speed);
  }

  function play() {
    if (count() === 0) return;
    const { step } = store.get();
    store.set({ playing: true, ...(step >= count() ? { step: 0, named: null } : {}) });
    tick();
  }

  return {
    goTo,
    play,
    pause,
    toggle: () => (store.get().playing ? pause() : play()),
    first: () => goTo(0),
    last: () => goTo(count()),
    next: () => goTo(store.get().step + 1),
    back: () => goTo(store.get().step - 1),
    nextPhase: () => goTo(nextBoundary(store.get().trace?.steps ?? [], store.get().step, 1)),
    previousPhase: () => goTo(nextBoundary(store.get().trace?.steps ?? [], store.get().step, -1)),
    /** @param {number} speed */
    setSpeed(speed) {
      store.set({ speed });
      if (store.get().playing) tick();
    },
  };
}
