// Training as a lab. What it needs is fetched when it is first opened.

import { h } from "../dom.js";

/** @param {import("../state.js").Store} store @param {import("../labs/labs.js").LabTools} tools @returns {import("../labs/labs.js").Lab} */
export function trainingLab(store, tools) {
  const body = h("div", { class: "training" });
  /** @type {ReturnType<typeof import("./panel.js").createTraining> | null} */
  let training = null;
  return {
    body,
    open() {
      let ended = false;
      /** @type {(() => void) | null} */
      let end = null;
      void import("./panel.js").then(({ createTraining }) => {
        if (ended) return;
        training ??= createTraining(body, store, tools);
        end = training.open();
      });
      return () => {
        ended = true;
        end?.();
      };
    },
  };
}
