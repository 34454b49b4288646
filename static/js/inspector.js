// All about one value: where it stands in the program, what made it, what its grad is made of, and whether one can believe it.

import { messageOf } from "./api.js";
import { h, withCode } from "./dom.js";
import { errorCurve } from "./error-curve.js";
import { exactNumber, formatNumber } from "./format.js";
import { optionOf } from "./links.js";
import { relatives, stepsOf, termsOf } from "./relations.js";
import { withExpansion, withoutExpansion } from "./expansion.js";
import { around, foldedIn, withFolded, withOpen } from "./folding.js";
import { adjustable, digitsOf, frameOf, nameOf, storyOf } from "./state.js";
import { exactly, known } from "./summary.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./types.js").GraphNode} GraphNode */
/** @typedef {import("./types.js").Operation} Operation */
/** @typedef {import("./types.js").Span} Span */
/** @typedef {ReturnType<typeof createInspector>} Inspector */

/** So many terms, users or paths are listed; then it says how many more. */
const MOST = 12;
/** Milliseconds of rest before the server is asked. */
const REST = 250;

/**
 * @param {Store} store
 * @param {{dock: import("./dock.js").Dock, operations: Operation[], goTo: (step: number) => void, source: ((span: Span) => void) | null,
 *   knobs: import("./inputs.js").Knobs | null, studies: import("./studies.js").Studies,
 *   setOptions: ((change: import("./types.js").Options) => void) | null, edit: ((id: string) => void) | null}} how
 */
export function createInspector(store, { dock, operations, goTo, source, knobs, studies, setOptions, edit }) {
  const rules = new Map(operations.map((op) => [op.name, op]));
  /** @type {(() => void)[]} */
  let refresh = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** The key of what is shown: it survives edits. @type {string | null} */
  let shown = null;

  /** @param {string} label @param {(HTMLElement | string | null)[]} children */
  const row = (label, ...children) => [h("dt", {}, label), h("dd", {}, ...children)];
  /** @param {string} text @param {() => void} run @param {string} [label] */
  const chip = (text, run, label) => h("button", { type: "button", class: "chip-button", "aria-label": label, onclick: run }, text);

  /** @param {string} id @param {boolean} [focus]  to read on in the panel */
  function show(id, focus = false) {
    const trace = store.get().trace;
    const node = trace?.nodes.find((candidate) => candidate.id === id);
    if (!trace || !node) return;
    shown = node.key;
    store.set({ selected: id });
    refresh = [];
    const body = build(trace, node);
    const tools = edit && !summed(node) ? chip("Edit", () => edit(id), `Edit ${nameOf(trace, node)}`) : null;
    dock.open({ name: "node", title: h("span", {}, nameOf(trace, node)), body, tools, onClose: forget }, { focus });
    update();
    askSoon();
  }
  function forget() {
    shown = null;
    refresh = [];
    clearTimeout(timer);
    store.set({ selected: null });
  }
  const update = () => refresh.forEach((run) => run());

  /** @param {import("./types.js").Trace} trace @param {GraphNode} node */
  function build(trace, node) {
    const { id } = node;
    const op = rules.get(node.op ?? "");
    const names = new Map(trace.nodes.map((each) => [each.id, nameOf(trace, each)]));
    /** @param {string} other */
    const go = (other) => chip(names.get(other) ?? other, () => {
      show(other, true);
    }, `Look at ${names.get(other)}`);
    const span = node.span;
    const line = span ? ([...(trace.source.split(/\r?\n/)[span.line - 1] ?? "")].join("").trim()) : "";
    const users = [...new Set(trace.edges.filter((edge) => edge.from === id).map((edge) => edge.to))];
    /** @param {string[]} ids */
    const chips = (ids) => h("span", { class: "chips" }, ...ids.slice(0, MOST).map(go), ids.length > MOST ? ` and ${ids.length - MOST} more` : null);

    const sums = summed(node);
    const data = h("span", { class: "exact" });
    const grad = h("span", { class: "exact" });
    refresh.push(() => {
      const values = frameOf(store.get())?.values;
      for (const [cell, field] of /** @type {const} */ ([[data, "data"], [grad, "grad"]])) {
        const numbers = sums && values ? known(values, sums, field) : [];
        cell.textContent = numbers.length ? exactly(numbers) : exactNumber(values?.get(`${id}.${field}`) ?? null);
      }
    });

    const { forward, grad: last } = stepsOf(trace, node);
    /** @param {number | null} step @param {string} what */
    const toStep = (step, what) => step === null ? null : chip(`${what}: step ${step}`, () => goTo(step));

    const groups = around(trace, node);
    const parts = groups.length ? h("span", { class: "chips" }, ...groups.map(({ key, name }) =>
      setOptions ? chip(`${name} −`, () => setOptions({ open: withFolded(optionOf(store.get().options, "open"), key) }), `Fold ${name}`) : name)) : null;
    const facts = h("section", { class: "facts" }, h("dl", {},
      ...(line ? row(`line ${span?.line}`, source && span ? h("button", { type: "button", class: "code-link", "aria-label": `Go to line ${span.line}: ${line}`, onclick: () => source(span) }, line) : h("code", {}, line)) : []),
      ...(parts ? row("part of", parts) : []),
      ...(node.folds ? row("holds", `${count(node.folds.operations, "operation")}, ${count(node.folds.parameters, "parameter")}`) : []),
      ...(node.op ? row("rule", h("code", {}, `${node.symbol ?? ""}`), " ", h("span", {}, op?.formula ?? node.op), op?.note ? h("p", { class: "note" }, op.note) : null) : node.folds ? [] : row("kind", node.kind)),
      ...(sums ? row("results", count(sums.length, "value")) : []),
      ...row("data", data), ...row("grad", grad),
      ...(node.inputs.length ? row("from", chips([...new Set(node.inputs)])) : []),
      ...(users.length ? row("used by", chips(users)) : []),
      ...(forward ?? last ? row("steps", h("span", { class: "chips" }, toStep(forward, "data"), toStep(last, "grad"))) : [])));

    if (knobs && adjustable(trace).includes(node)) {
      const slider = knobs.slider(node);
      facts.append(slider.element);
      refresh.push(() => knobs.refresh(slider, node.key));
    }

    const tools = h("div", { class: "chips", role: "group", "aria-label": "Highlight" });
    for (const which of /** @type {const} */ (["ancestors", "descendants"])) {
      const found = relatives(trace, id, which);
      if (found.size === 0) continue;
      const button = h("button", { type: "button", class: "chip-button", "aria-pressed": "false" }, `${which} (${found.size})`);
      const value = `${which}:${node.key}`;
      refresh.push(() => button.setAttribute("aria-pressed", String(optionOf(store.get().options, "highlight") === value)));
      button.addEventListener("click", () => setOptions?.({ highlight: optionOf(store.get().options, "highlight") === value ? "" : value }));
      if (setOptions) tools.append(button);
    }
    facts.append(tools);
    const folded = foldedIn(trace, node);
    if (setOptions && folded) tools.append(chip(`Open ${folded.name}`, () => setOptions({ open: withOpen(optionOf(store.get().options, "open"), folded.key) })));
    if (setOptions) {
      const now = optionOf(store.get().options, "expand");
      const [apart, whole] = [withExpansion(now, node.expands, operations), withoutExpansion(now, node.expanded_from, operations)];
      if (apart !== null) tools.append(chip(`Take ${node.op} apart`, () => setOptions({ expand: apart })));
      if (whole !== null) tools.append(chip(`Fold ${node.expanded_from?.split("@")[0]}`, () => setOptions({ expand: whole })));
    }

    if (sums) {
      // Paths and checks are of one value.
      shownLooks = null;
      const text = `${nameOf(trace, node)} stands for ${count(sums.length, "value")}: open it to see what the grad of each is made of.`;
      return h("div", { class: "inspector" }, facts, h("section", {}, h("h3", {}, "Its grads"), h("p", { class: "hint" }, text)));
    }
    const [paths, check] = looks(node);
    return h("div", { class: "inspector" }, facts, h("div", {}, gradient(trace, node, names), paths), check);
  }

  /** @param {import("./types.js").Trace} trace @param {GraphNode} node @param {Map<string, string>} names */
  function gradient(trace, node, names) {
    const terms = termsOf(trace, node.id);
    const list = h("ol", { class: "terms" });
    const sum = h("p", { class: "sum" });
    const name = names.get(node.id) ?? node.key;
    if (terms.length === 0) {
      const seed = trace.steps.some(({ phase, node: at }) => phase === "seed" && at === node.id);
      return h("section", {}, h("h3", {}, "Its grad"), h("p", {}, seed ? "This is what we differentiate: ∂/∂ itself is 1." : "No gradient comes here: the output does not depend on it."));
    }
    // A folded part tells what it sends back, not how.
    const folded = new Set(trace.nodes.filter((each) => each.folds).map((each) => each.id));
    const hint = `What comes back to ${name}: ${terms.some(({ edge }) => folded.has(edge.to)) ? "one sum from each part that uses it" : "upstream × local, one for each use"}.`;
    const buttons = terms.slice(0, MOST).map((term) => {
      const text = h("span", { class: "term-text" });
      const button = h("button", { type: "button", class: "term", onclick: () => goTo(term.step) }, text, h("span", { class: "term-step" }, `step ${term.step}`));
      list.append(h("li", {}, button));
      return { button, text };
    });
    if (terms.length > MOST) list.append(h("li", { class: "more" }, `and ${terms.length - MOST} more`));
    refresh.push(() => {
      const state = store.get();
      const story = storyOf(state);
      if (!story) return;
      const digits = digitsOf(state);
      const now = termsOf(story, node.id);
      for (const [i, { button, text }] of buttons.entries()) {
        const term = now[i];
        if (!term) continue;
        const symbol = story.nodes.find(({ id }) => id === term.edge.to)?.symbol ?? "";
        const number = (/** @type {number} */ x) => formatNumber(x, digits);
        const product = folded.has(term.edge.to) ? "" : `${number(term.upstream)} × ${bracketed(number(term.local))} = `;
        text.replaceChildren(h("b", {}, names.get(term.edge.to) ?? ""), ` (${symbol}): ${product}${number(term.term)}`);
        button.classList.toggle("is-future", term.step > state.step);
        if (term.step === state.step) button.setAttribute("aria-current", "step");
        else button.removeAttribute("aria-current");
      }
      const parts = now.slice(0, MOST).map(({ term }, i) => `${i && !(term < 0) ? "+ " : ""}${formatNumber(term, digits).replace("-", i ? "− " : "−")}`);
      sum.textContent = now.length > 1 ? `${parts.join(" ")}${now.length > MOST ? " + …" : ""} = ${formatNumber(now.at(-1)?.after ?? null, digits)}` : "";
    });
    return h("section", {}, h("h3", {}, "Its grad"), h("p", { class: "hint" }, hint), list, sum);
  }

  /** What the server looks up: the paths and the numeric check. @param {GraphNode} node @returns {[HTMLElement, HTMLElement]} */
  function looks(node) {
    const paths = h("div", { class: "paths", "aria-live": "off" });
    const check = h("div", { class: "check" });
    shownLooks = { id: node.id, paths, check };
    return [
      h("section", { "aria-busy": "true" }, h("h3", {}, "Sum over paths"), paths),
      h("section", { "aria-busy": "true" }, h("h3", {}, "Numeric check"), check),
    ];
  }
  /** @type {{id: string, paths: HTMLElement, check: HTMLElement} | null} */
  let shownLooks = null;

  function askSoon() {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), REST);
  }
  async function ask() {
    const looks = shownLooks;
    const state = store.get();
    if (!looks || shown === null || !state.trace || state.trace.source !== state.source) return;
    const question = { node: looks.id };
    await Promise.all([
      fill(looks.paths, () => studies.ask("paths", state, question), ({ nodes }) => nodes.flatMap(tellPaths)),
      fill(looks.check, () => studies.ask("check", state, question), ({ nodes, curve }) => nodes.flatMap((row) => tellCheck(row, curve))),
    ]);
  }

  /** @template Answer @param {HTMLElement} host @param {() => Promise<Answer | null>} get @param {(answer: Answer) => Node[]} tell */
  async function fill(host, get, tell) {
    try {
      const answer = await get();
      if (answer) host.replaceChildren(...tell(answer));
    } catch (problem) {
      host.replaceChildren(h("p", { class: "hint" }, messageOf(problem)));
    }
    host.parentElement?.removeAttribute("aria-busy");
  }

  /** @param {import("./answers.js").PathsRow} row */
  function tellPaths(row) {
    return [
      h("p", {}, withCode(row.sentence)),
      row.paths.length > 1 || !row.complete ? h("ul", { class: "path-list" }, ...row.paths.slice(0, MOST).map(({ text }) => h("li", {}, text)),
        row.paths.length > MOST || !row.complete ? h("li", { class: "more" }, "…") : null) : h("ul", { class: "path-list" }, ...row.paths.map(({ text }) => h("li", {}, text))),
    ];
  }

  /** @param {import("./answers.js").CheckRow} row @param {import("./answers.js").CheckAnswer["curve"]} curve */
  function tellCheck(row, curve) {
    const word = { agrees: "agree", differs: "differ", undefined: "no slope" }[row.verdict];
    /** @type {[string, import("./types.js").Num][]} */
    const numbers = [["forward", row.forward], ["central", row.central], ["relative error", row.relative_error]];
    return [
      h("p", {}, h("span", { class: `verdict is-${row.verdict}` }, word), " ", withCode(row.sentence)),
      h("dl", {}, ...numbers.filter(([, value]) => value !== null).flatMap(([label, value]) => [h("dt", {}, label), h("dd", { class: "exact" }, exactNumber(value))])),
      ...(curve ? [errorCurve(curve, row.name), h("p", { class: "key" }, h("span", { class: "is-backward" }, "forward difference"), h("span", { class: "is-forward" }, "central difference"))] : []),
    ];
  }

  store.watch((state) => state.trace, (trace) => {
    if (shown === null) return;
    const node = trace?.nodes.find(({ key }) => key === shown);
    // A value that was edited away has nothing to show.
    if (node) show(node.id);
    else dock.close();
  }, false);
  store.watch(frameOf, () => shown !== null && update(), false);
  store.watch((state) => state.options, () => shown !== null && update(), false);
  store.watch((state) => state.inputs, () => shown !== null && (update(), askSoon()), false);

  return {
    show,
    /** What is shown has another key from now on. @param {string} from @param {string} to */
    follow(from, to) {
      if (shown === from) shown = to;
    },
  };
}

/** The values that a folded part shows together, where it is not one value itself. @param {GraphNode} node */
const summed = (node) => (node.folds && node.folds.results[0] !== node.id ? node.folds.results : null);

/** @param {number} number @param {string} what */
const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

/** @param {string} number */
const bracketed = (number) => (number.startsWith("-") ? `(${number})` : number);
