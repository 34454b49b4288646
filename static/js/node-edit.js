// A box that is written in: its label, and the number of an input. What comes of it is an edit of the program.

import { h } from "./dom.js";
import { exactNumber } from "./format.js";
import { withNumber } from "./literals.js";
import { readNumber } from "./quiz.js";
import { renamed, renamedIn } from "./rename.js";
import { adjustable } from "./state.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./types.js").GraphNode} GraphNode */
/** @typedef {ReturnType<typeof createNodeEdit>} NodeEdit */

/** Options that name values. */
const NAMING = ["highlight", "expand", "quiz", "open"];

/**
 * @param {Store} store
 * @param {{viewer: import("./viewer.js").Viewer, session: import("./session.js").Session, operations: import("./types.js").Operation[],
 *   onRenamed: (from: string, to: string) => void}} how
 */
export function createNodeEdit(store, { viewer, session, operations, onRenamed }) {
  const { stage } = viewer;
  const known = new Set(operations.map(({ name }) => name));
  /** The box that is to have the keyboard when the new picture is there. @type {string | null} */
  let wanted = null;
  /** @type {() => void} */
  let close = () => undefined;

  /** @param {string} id */
  function open(id) {
    close();
    const { trace, source, inputs, own } = store.get();
    const node = trace?.nodes.find((each) => each.id === id);
    const box = viewer.boxOf(id);
    if (!trace || !node || !box) return;
    if (trace.source !== source) return viewer.say("First the program must be right.");
    viewer.playback.pause();

    const problem = h("p", { class: "node-edit-problem", id: "node-edit-problem", role: "alert" });
    /** @param {string} name @param {string} text @param {string} shown @param {object} [more] */
    const field = (name, text, shown, more = {}) =>
      h("label", { class: "node-edit-field" }, h("span", {}, shown), h("input", { type: "text", name, value: text, autocomplete: "off", spellcheck: "false", "aria-describedby": problem.id, ...more }));
    const number = adjustable(trace).includes(node) ? (inputs[node.key] ?? own[node.key] ?? Number(node.data)) : null;
    const label = field("label", node.label, "label", { autocapitalize: "off", placeholder: "no name yet" });
    const value = number === null ? null : field("value", exactNumber(number), "data", { inputmode: "decimal" });
    const element = h("form", { class: "node-edit", "aria-label": `Edit ${node.label || "value"}` }, label, value,
      h("button", { type: "submit", class: "node-edit-done" }, "Done"), problem);

    /** @param {HTMLElement | null} where @param {string} text */
    function refuse(where, text) {
      problem.textContent = text;
      for (const input of element.querySelectorAll("input")) input.removeAttribute("aria-invalid");
      const input = where?.querySelector("input");
      input?.setAttribute("aria-invalid", "true");
      input?.focus();
    }

    function place() {
      const { x, y, width, height } = stage.placeOf(box ?? { x: 0, y: 0, width: 0, height: 0 });
      const room = stage.element;
      element.style.left = `${Math.max(6, Math.min(x + width / 2 - element.offsetWidth / 2, room.clientWidth - element.offsetWidth - 6))}px`;
      element.style.top = `${Math.max(6, Math.min(y + height / 2 - element.offsetHeight / 2, room.clientHeight - element.offsetHeight - 6))}px`;
    }

    close = () => {
      close = () => undefined;
      element.remove();
    };
    const leave = () => {
      close();
      viewer.focusNode(id);
    };

    element.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Escape") return;
      event.preventDefault();
      leave();
    });
    element.addEventListener("focusout", ({ relatedTarget }) => {
      // A press elsewhere leaves things as they were, as Escape does.
      if (relatedTarget instanceof Node && !element.contains(relatedTarget)) close();
    });
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      const made = edited(node, label.querySelector("input")?.value.trim() ?? "", value?.querySelector("input")?.value ?? null, number);
      if ("problem" in made) return refuse(made.field === "value" ? value : label, made.problem);
      leave();
      if (!made.changed) return;
      wanted = made.key;
      if (made.key !== node.key) onRenamed(node.key, made.key);
      session.restore(made);
      viewer.say(made.said);
    });

    stage.element.append(element);
    place();
    const first = element.querySelector("input");
    first?.focus({ preventScroll: true });
    first?.select();
    placing = place;
  }

  /**
   * The program with the new label and the new number.
   * @param {GraphNode} node @param {string} label @param {string | null} typed @param {number | null} before
   * @returns {{problem: string, field: "label" | "value"} | {changed: boolean, source: string, inputs: Record<string, number>, options: import("./types.js").Options, named: string | null, key: string, said: string}}
   */
  function edited(node, label, typed, before) {
    const state = store.get();
    let { source } = state;
    let { key } = node;
    let inputs = { ...state.inputs };
    let { options, named } = state;
    const said = [];
    const number = typed === null ? null : readNumber(typed);
    if (typed !== null && (number === null || !Number.isFinite(number))) return { problem: "This is no number. Write it like 2.5 or -1e-3.", field: "value" };
    if (label !== node.label) {
      const then = renamed(source, node, label, known);
      if ("problem" in then) return { ...then, field: "label" };
      source = then.source;
      if (then.key !== key) {
        const [from, to] = [key, then.key];
        inputs = Object.fromEntries(Object.entries(inputs).map(([name, x]) => [renamedIn(name, from, to), x]));
        options = Object.fromEntries(Object.entries(options).map(([name, text]) => [name, NAMING.includes(name) ? renamedIn(text, from, to) : text]));
        if (named?.includes(":")) named = renamedIn(named, from, to);
      }
      key = then.key;
      said.push(`${node.label || "The value"} is called ${label} now.`);
    }
    // Then the number: what the name changed stands behind it.
    if (number !== null && !Object.is(number, before)) {
      const written = withNumber(source, { key, span: node.span }, number);
      if (written === null) inputs[key] = number;
      else {
        source = written;
        delete inputs[key];
      }
      said.push(`${label || "The value"} is ${exactNumber(number)}.`);
    }
    return { changed: said.length > 0, source, inputs, options, named, key, said: said.join(" ") };
  }

  /** @type {() => void} */
  let placing = () => undefined;
  stage.onMove(() => placing());
  store.watch((state) => state.trace, (trace) => {
    close();
    const key = wanted;
    wanted = null;
    const node = key === null ? undefined : trace?.nodes.find((each) => each.key === key);
    const at = document.activeElement;
    if (node && (!at || at === document.body)) viewer.focusNode(node.id);
  }, false);

  return { open };
}
