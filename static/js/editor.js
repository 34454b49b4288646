// The program: CodeMirror with the language's colours, completion, error marks, and marks for the step and the hovered node.
//
// It lives in a shadow root. CodeMirror then hands its style rules to the document as objects, not as a <style> element, which
// the page's content security policy refuses.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentService, indentUnit, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { Annotation, EditorState, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers, placeholder,
} from "@codemirror/view";
import { Tag, tags } from "@lezer/highlight";
import { messageOf } from "./api.js";
import { choicesFor } from "./completions.js";
import { h, whenCalm } from "./dom.js";
import { changeFor } from "./fixes.js";
import { formatNumber } from "./format.js";
import { namesIn, token } from "./highlight.js";
import { nodeAtPosition, PHASES } from "./player.js";
import { placeOf, rangeOf } from "./spans.js";
import { digitsOf, frameOf, nameOf } from "./state.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./types.js").Operation} Operation */
/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").Warning} Warning */
/** @typedef {ReturnType<typeof createEditor>} Editor */

const operationTag = Tag.define(tags.name);

/** Set by us, not typed: no request follows from the editor's own listener. */
const fromOutside = Annotation.define();

/**
 * @param {HTMLElement} host
 * @param {Store} store
 * @param {{operations: Operation[], onEdit: (source: string) => void, onLeave: () => void}} how
 */
export function createEditor(host, store, { operations, onEdit, onLeave }) {
  const known = new Set(operations.map((op) => op.name));
  const root = host.attachShadow({ mode: "open" });

  const language = StreamLanguage.define({
    name: "stepgrad",
    startState: () => ({ afterDot: false, open: 0 }),
    token: (stream, state) => {
      if (stream.sol()) state.afterDot = false;
      if (stream.sol() && stream.match(/^[\p{L}_]/u, false)) state.open = 0; // a bracket that is still being typed ends here
      return token(stream, state, known);
    },
    tokenTable: {
      operation: operationTag,
      definition: tags.definition(tags.variableName),
      builtin: tags.standard(tags.variableName),
    },
    languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "'", '"'] } },
  });

  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: store.get().source,
      extensions: [
        lineNumbers(), lintGutter(), history(), drawSelection(), highlightActiveLine(), highlightActiveLineGutter(),
        bracketMatching(), closeBrackets(), indentUnit.of("    "), EditorState.tabSize.of(4), EditorView.lineWrapping,
        language, indentService.of(indentation), syntaxHighlighting(colours), look,
        placeholder("Type a program, for example  y = tanh(2 * 0.5)"),
        autocompletion({ override: [complete], icons: false, maxRenderedOptions: 60, activateOnTyping: true }),
        hoverTooltip(valueTooltip, { hoverTime: 250 }),
        marks,
        keymap.of([
          ...closeBracketsKeymap, ...completionKeymap,
          { key: "Escape", run: () => { onLeave(); return true; } },
          { key: "Mod-.", run: startCompletion },
          ...defaultKeymap.filter(({ key }) => key !== "Escape"), ...historyKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || update.transactions.some((change) => change.annotation(fromOutside))) return;
          onEdit(update.state.doc.toString());
        }),
        EditorView.domEventHandlers({
          mousemove: (event, editor) => hoverAt(editor.posAtCoords({ x: event.clientX, y: event.clientY })),
          mouseleave: () => hoverAt(null),
        }),
        EditorView.contentAttributes.of({
          "aria-label": "Program", tabindex: "0", "aria-description": "Escape leaves the editor", spellcheck: "false", autocorrect: "off", autocapitalize: "off",
        }),
      ],
    }),
  });

  /** The text the trace was made from is the text in the editor: only then do its spans fit. */
  const upToDate = () => {
    const { trace } = store.get();
    return trace && trace.source === view.state.doc.toString() ? trace : null;
  };

  /** @param {number | null} position */
  function hoverAt(position) {
    const trace = upToDate();
    const id = trace && position !== null ? nodeAt(trace, view.state, position) : null;
    if (id !== store.get().hover) store.set({ hover: id });
  }

  /** @param {EditorView} _view @param {number} position @returns {import("@codemirror/view").Tooltip | null} */
  function valueTooltip(_view, position) {
    const state = store.get();
    const trace = upToDate();
    const frame = frameOf(state);
    const node = trace?.nodes.find(({ id }) => id === nodeAt(trace, view.state, position));
    if (!trace || !frame || !node?.span) return null;
    const word = view.state.wordAt(position);
    const [from, to] = word ? [word.from, word.to] : rangeOf(trace.source, node.span);
    /** @param {"data" | "grad"} field */
    const number = (field) => formatNumber(frame.values.get(`${node.id}.${field}`) ?? null, digitsOf(state));
    return {
      pos: from,
      end: to,
      above: true,
      create: () => ({
        dom: h("div", { class: "value-tip" },
          h("b", {}, nameOf(trace, node)), h("span", {}, "data "), h("span", { class: "number" }, number("data")),
          h("span", {}, "grad "), h("span", { class: "number" }, number("grad"))),
      }),
    };
  }

  /** @param {import("@codemirror/autocomplete").CompletionContext} context */
  function complete(context) {
    const line = context.state.doc.lineAt(context.pos);
    const { trace } = store.get();
    const found = choicesFor(line.text.slice(0, context.pos - line.from), {
      operations,
      names: namesIn(context.state.doc.toString()),
      describe: (name) => {
        const node = trace?.nodes.filter((candidate) => candidate.label === name).at(-1);
        return node ? formatNumber(node.data, digitsOf(store.get())) : "";
      },
    });
    if (!found || found.choices.length === 0) return null;
    return {
      from: line.from + found.from,
      /** @param {string} text @param {number} _from @param {number} _to @param {EditorState} state */
      validFor: (text, _from, _to, state) => /^[\p{L}\p{N}_]*$/u.test(text) && !namesIn(state.doc.toString()).includes(text),
      options: found.choices.map(({ label, kind, detail, info, call, takes }, i) => ({
        label,
        type: kind,
        detail,
        ...(info ? { info } : {}),
        boost: 90 - i,
        ...(call ? { apply: insertCall(label, takes) } : {}),
      })),
    };
  }

  // What is marked in the text follows the store.
  const remark = () => view.dispatch({ effects: setMarks.of(marksOf(store.get(), upToDate(), view.state)) });
  // CodeMirror looks where the selection is, for which the browser lays out the whole page: not between a key and its step.
  const remarkSoon = whenCalm(remark);
  store.watch((state) => `${state.step} ${state.playing}`, remarkSoon, false);
  store.watch((state) => state.hover, remarkSoon, false);
  store.watch((state) => state.trace, remarkSoon, false);

  const rediagnose = () => {
    const { problem, trace } = store.get();
    view.dispatch(setDiagnostics(view.state, diagnosticsOf(view.state.doc.toString(), problem, upToDate() ? (trace?.warnings ?? []) : [])));
  };
  store.watch((state) => state.problem, rediagnose);
  store.watch((state) => state.trace, rediagnose);

  // Another program was opened: gallery, address, undo of a fix.
  store.watch((state) => state.source, (source) => {
    if (source === view.state.doc.toString()) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: source }, annotations: fromOutside.of(true), scrollIntoView: true });
  }, false);
  remark();

  return {
    view,
    focus: () => view.focus(),
    /** @param {import("./types.js").Span} span */
    goTo(span) {
      const [from] = rangeOf(view.state.doc.toString(), span);
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      view.focus();
    },
    /** @param {Problem} problem */
    applyFix(problem) {
      const change = changeFor(view.state.doc.toString(), problem);
      if (!change) return;
      const written = change.from === change.to ? {} : { selection: { anchor: change.from + change.insert.length } };
      view.dispatch({ changes: change, ...written });
      view.focus();
    },
  };
}

/** As deep as the line before, and a level deeper after a colon.
 * @param {import("@codemirror/language").IndentContext} context @param {number} position */
function indentation(context, position) {
  const { text } = context.lineAt(Math.max(0, position - 1), -1);
  return (/^\s*/.exec(text)?.[0].length ?? 0) + (/:\s*(#.*)?$/.test(text) ? 4 : 0);
}

/** @param {Trace} trace @param {EditorState} state @param {number} position @returns {string | null} */
function nodeAt(trace, state, position) {
  const word = state.wordAt(position);
  const { line, column } = placeOf(state.doc.toString(), position);
  if (word) {
    const name = state.sliceDoc(word.from, word.to);
    // The value the name had there: the last one bound above, or on the line itself.
    const named = trace.nodes.filter((node) => node.label === name);
    const before = named.filter((node) => (node.span?.line ?? 0) <= line);
    const found = before.at(-1) ?? named[0];
    if (found) return found.id;
  }
  return nodeAtPosition(trace, line, column);
}

/** @param {string} label @param {boolean} takes */
const insertCall = (label, takes) => (/** @type {EditorView} */ view, /** @type {unknown} */ _choice, /** @type {number} */ from, /** @type {number} */ to) => {
  const brackets = view.state.sliceDoc(to, to + 1) === "(" ? "" : "()";
  view.dispatch({ changes: { from, to, insert: label + brackets }, selection: { anchor: from + label.length + (takes && brackets ? 1 : brackets.length) }, userEvent: "input.complete" });
};

/** @param {string} text @param {Problem | null} problem @param {Warning[]} warnings @returns {import("@codemirror/lint").Diagnostic[]} */
function diagnosticsOf(text, problem, warnings) {
  /** @type {import("@codemirror/lint").Diagnostic[]} */
  const found = [];
  /** @param {import("./types.js").Span} span @param {"error" | "warning"} severity @param {string} message */
  const add = (span, severity, message) => {
    let [from, to] = rangeOf(text, span);
    if (from === to) to = Math.min(text.length, from + 1);
    if (from === to && from > 0) from -= 1;
    found.push({ from, to, severity, message });
  };
  if (problem?.line) {
    const message = [messageOf(problem), problem.hint].filter(Boolean).join("\n").replaceAll("`", "");
    add({ line: problem.line, column: problem.column ?? 1, length: problem.length ?? 1 }, "error", message);
  }
  for (const { span, message } of warnings) if (span) add(span, "warning", message.replaceAll("`", ""));
  return found.sort((a, b) => a.from - b.from);
}

/** @typedef {{from: number, to: number, name: string}} Mark */

/** @type {import("@codemirror/state").StateEffectType<Mark[]>} */
const setMarks = StateEffect.define();

const marks = StateField.define({
  create: () => Decoration.none,
  update(value, change) {
    const effect = change.effects.find((candidate) => candidate.is(setMarks));
    if (!effect) return value.map(change.changes);
    /** @type {RangeSetBuilder<Decoration>} */
    const builder = new RangeSetBuilder();
    for (const { from, to, name } of /** @type {Mark[]} */ (effect.value)) builder.add(from, to, Decoration.mark({ class: name }));
    return builder.finish();
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * @param {import("./state.js").State} state
 * @param {Trace | null} trace  null when its spans do not fit the text any more
 * @param {EditorState} editor
 * @returns {Mark[]}
 */
function marksOf(state, trace, editor) {
  if (!trace) return [];
  const text = editor.doc.toString();
  const frame = frameOf(state);
  /** @type {Mark[]} */
  const found = [];
  /** @param {string | null | undefined} id @param {string} name */
  const add = (id, name) => {
    const span = id && trace.nodes.find((node) => node.id === id)?.span;
    if (!span) return;
    const [from, to] = rangeOf(text, span);
    if (from < to) found.push({ from, to, name });
  };
  if (frame?.phase) add(frame.node, `cm-step cm-step-${PHASES[frame.phase].accent}`);
  add(state.hover, "cm-hovered");
  return found.sort((a, b) => a.from - b.from || a.to - b.to);
}

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: tags.meta, color: "var(--code-comment)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: [tags.string, tags.atom], color: "var(--code-string)" },
  { tag: [tags.keyword, tags.standard(tags.variableName)], color: "var(--code-keyword)" },
  { tag: operationTag, color: "var(--code-operation)", fontWeight: "600" },
  { tag: tags.definition(tags.variableName), color: "var(--ink)", fontWeight: "600" },
  { tag: tags.operator, color: "var(--ink-2)" },
]);

/** Colours are the page's custom properties: they reach into the shadow root, so that themes work live. */
const look = EditorView.theme({
  "&": { height: "100%", fontSize: "var(--code-size, 15px)", color: "var(--ink)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.65" },
  ".cm-content": { caretColor: "var(--ink)", padding: "12px 0 24px" },
  ".cm-line": { padding: "0 12px 0 6px" },
  ".cm-line:first-child": { paddingRight: "88px" }, // room for undo and redo
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink-3)", border: "none", paddingLeft: "2px" },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "var(--line-active)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-placeholder": { color: "var(--ink-3)" },
  "& .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": { backgroundColor: "var(--selection)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)", outline: "1px solid var(--rule-strong)" },
  ".cm-step": { borderRadius: "3px", boxShadow: "inset 0 -2px 0 var(--accent-mark)", backgroundColor: "var(--accent-mark-tint)" },
  ".cm-step-forward": { "--accent-mark": "var(--forward)", "--accent-mark-tint": "var(--forward-tint)" },
  ".cm-step-backward": { "--accent-mark": "var(--backward)", "--accent-mark-tint": "var(--backward-tint)" },
  ".cm-step-update": { "--accent-mark": "var(--update)", "--accent-mark-tint": "var(--update-tint)" },
  ".cm-hovered": { borderRadius: "3px", outline: "1.5px solid var(--rule-strong)", outlineOffset: "1px" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--error) 1.5px", textUnderlineOffset: "4px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--warning) 1.5px", textUnderlineOffset: "4px" },
  ".cm-lint-marker": { width: "9px", height: "9px", marginTop: "8px" },
  ".cm-lint-marker-error": { content: "none", backgroundColor: "var(--error)", borderRadius: "50%" },
  ".cm-lint-marker-warning": { content: "none", backgroundColor: "var(--warning)", borderRadius: "50%" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--ink)", border: "1px solid var(--rule)", borderRadius: "8px", boxShadow: "var(--shadow)", overflow: "hidden", fontFamily: "var(--sans)" },
  ".cm-diagnostic": { padding: "8px 12px", borderLeft: "none", whiteSpace: "pre-line" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "15em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "5px 10px", display: "flex", gap: "1.2em", alignItems: "baseline" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--selection)", color: "var(--ink)" },
  ".cm-completionLabel": { minWidth: "6em" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { color: "var(--ink-2)", fontStyle: "normal", marginLeft: "auto", fontSize: ".9em" },
  ".cm-completionInfo": { padding: "8px 12px", maxWidth: "20em", fontSize: "13px" },
  ".value-tip": { display: "flex", gap: ".5em", padding: "6px 10px", fontFamily: "var(--mono)", fontSize: "13px", fontVariantNumeric: "tabular-nums" },
  ".value-tip span:not(.number)": { color: "var(--ink-2)", marginLeft: ".5em" },
});
