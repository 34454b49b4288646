// Why this order? Three ways to walk back through the same graph, of which one is right.

import { messageOf } from "../api.js";
import { h, withCode } from "../dom.js";
import { formatNumber } from "../format.js";
import { nameOf, storyOf } from "../state.js";

/** So many contributions of a walk are shown. */
const MOST = 60;

/** @param {import("../state.js").Store} store @param {import("./labs.js").LabTools} tools @returns {import("./labs.js").Lab} */
export function ordersLab(store, { studies, say }) {
  const body = h("div", { class: "lab" });

  /** @param {import("../answers.js").OrdersAnswer} answer */
  function tell(answer) {
    const story = storyOf(store.get());
    const names = new Map((story?.nodes ?? []).map((node) => [node.id, story ? nameOf(story, node) : node.key]));
    /** @param {string} id */
    const name = (id) => names.get(id) ?? id;
    const right = answer.walks[0]?.grads ?? {};
    const leaves = (story?.nodes ?? []).filter((node) => !node.op && node.id in right);
    body.replaceChildren(
      h("p", { class: "lab-sentence" }, withCode(answer.sentence)),
      h("div", { class: "walks" }, ...answer.walks.map((walk) => h("section", { class: walk.first_wrong === null ? "walk" : "walk is-wrong" },
        h("h3", {}, walk.title), h("p", { class: "hint" }, walk.rule),
        h("ol", { class: "sent" }, ...walk.sent.slice(0, walk.first_wrong === null ? MOST : walk.first_wrong + 1).map((sent, i) => {
          const wrong = i === walk.first_wrong;
          const item = h("li", { class: wrong ? "is-wrong" : "" },
            `${name(sent.from)} → ${name(sent.node)}: ${formatNumber(sent.upstream, 2)} × ${formatNumber(sent.local, 2)}, grad ${formatNumber(sent.before, 2)} → ${formatNumber(sent.after, 2)}`,
            wrong ? h("b", { class: "mark-wrong" }, " ✗ the first wrong number") : null);
          item.addEventListener("pointerenter", () => store.set({ hover: sent.node }));
          item.addEventListener("pointerleave", () => store.set({ hover: null }));
          return item;
        })),
        h("p", {}, withCode(walk.sentence)),
        h("p", { class: "results" }, ...leaves.slice(0, 8).map((node) => {
          const ok = walk.wrong.includes(node.id) === false;
          return h("span", { class: ok ? "result" : "result is-wrong" }, `${name(node.id)} ${formatNumber(walk.grads[node.id] ?? null, 2)} ${ok ? "✓" : "✗"}`);
        }))))));
    say(answer.sentence);
  }

  return { body, open: () => following(store, body, () => studies.ask("orders", store.get()), tell) };
}

/**
 * Asks again when the program or a number has changed and rests.
 * @template Answer
 * @param {import("../state.js").Store} store @param {HTMLElement} host @param {() => Promise<Answer | null>} ask @param {(answer: Answer) => void} tell
 */
export function following(store, host, ask, tell) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const run = async () => {
    try {
      const answer = await ask();
      if (answer) tell(answer);
    } catch (problem) {
      host.replaceChildren(h("p", { class: "hint" }, messageOf(problem)));
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(run, 200);
  };
  if (store.get().trace) void run();
  const stops = [store.watch((state) => state.trace, soon, false), store.watch((state) => state.inputs, soon, false)];
  return () => {
    clearTimeout(timer);
    stops.forEach((stop) => stop());
  };
}
