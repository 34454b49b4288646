// A frame → text and classes on one picture. Never measures and never lays out: Graphviz did that.
//
// The elements of each slot are looked up once; a step then touches only what differs from what is shown, and of a large picture
// only what is in sight: the rest follows when it comes into sight, or when nothing moves any more.

import { setText } from "./dom.js";
import { exactNumber, formatNumber } from "./format.js";
import { rectangle } from "./graph-keys.js";
import { fitNumber, roomIn } from "./room.js";
import { createSight } from "./sight.js";
import { nameOf } from "./state.js";
import { exactly, known, length, spread } from "./summary.js";
import { createTints } from "./tints.js";

/** @typedef {import("./player.js").Frame} Frame */
/** @typedef {import("./types.js").Num} Num */
/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {ReturnType<typeof createGraphView>} GraphView */

const PHASE_CLASSES = ["is-forward", "is-seed", "is-backward", "is-zero_grad", "is-update"];
const MARKS = ["is-active", "is-read", ...PHASE_CLASSES];
/** Milliseconds without a change before what is out of sight is written, too. */
const REST = 200;

/** A number of the picture: where it stands, and what stands there now.
 * @typedef {{slot: string, text: Text, element: Element, box: Element | null, room: number, shown: Num | undefined}} Cell */

/**
 * @param {SVGSVGElement} svg
 * @param {Trace} trace
 */
export function createGraphView(svg, trace) {
  const slots = group(svg, "data-slot");
  const hidden = group(svg, "data-quiz");
  const nodes = group(svg, "data-node");
  const edges = group(svg, "data-edge");
  const into = group(svg, "data-to");
  const tails = tailsOf(edges, nodes);
  const tints = createTints(svg);
  // The boxes that sum up several values, and the box of each such value.
  const sums = trace.nodes.filter(({ id, folds }) => folds && folds.results[0] !== id && nodes.has(id));
  const holders = new Map(sums.flatMap(({ id, folds }) => (folds?.results ?? []).map((result) => [result, id])));
  widen(edges);
  const description = svg.querySelector(":scope > desc");
  const byId = new Map(trace.nodes.map((node) => [node.id, node]));
  // Those are the numbers of one moment; the page says them when they are asked for.
  for (const title of svg.querySelectorAll("g.node > title")) title.remove();
  for (const element of svg.querySelectorAll(".is-active")) element.classList.remove(...MARKS);

  for (const { id, expands, expanded_from: from } of trace.nodes) {
    // A press on such an operation takes it apart, or folds it back.
    const name = expands ? "is-whole" : from ? "is-apart" : "";
    if (name) for (const element of nodes.get(id) ?? []) element.classList.add(name);
  }
  const sight = createSight(svg, () => current && write(current));
  const summed = new Set(sums.flatMap(({ id }) => [`${id}.data`, `${id}.grad`]));
  const cells = [...slots].flatMap(([slot, elements]) => (summed.has(slot) ? [] : elements.map((element) => cellOf(slot, element))));
  let shownDigits = -1;
  /** @type {Map<string, number>} */
  let room = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Element[]} */
  let marked = [];
  let markedAt = -1;
  /** @type {Element[]} */
  let hovered = [];
  /** @type {Frame | null} */
  let current = null;

  /** @param {Iterable<Element> | undefined} elements @param {...string} classes */
  function mark(elements, ...classes) {
    for (const element of elements ?? []) {
      element.classList.add(...classes);
      marked.push(element);
    }
  }

  /** Of a box for both its numbers, of an edge for each. @param {string} slot */
  const roomOf = (slot) => room.get(slot) ?? room.get(slot.slice(0, slot.indexOf("."))) ?? 99;

  /** @param {Frame} frame @param {number} digits */
  function sumUp(frame, digits) {
    for (const { id, folds } of sums) {
      for (const field of /** @type {const} */ (["data", "grad"])) {
        const numbers = known(frame.values, folds?.results ?? [], field);
        const text = numbers.length ? (field === "data" ? spread : length)(numbers, digits, room.get(id) ?? 99) : formatNumber(null, digits);
        const slot = `${id}.${field}`;
        for (const element of [...(slots.get(slot) ?? []), ...(frame.asked?.has(slot) ? [] : (hidden.get(slot) ?? []))]) {
          setText(element, text);
          element.classList.toggle("is-unknown", numbers.length === 0);
        }
      }
    }
  }

  /** The boxes a step is about. Of a value drawn at each of its uses, the one at the use in question. @param {Frame} frame */
  function boxesOf(frame) {
    const [first, ...others] = frame.edges;
    const at = first !== undefined && others.length === 0 ? tails.get(first) : undefined;
    // A step that stands for several is about all that it changes.
    const folded = frame.phase === "backward" && byId.get(frame.node ?? "")?.folds && !frame.step?.edge;
    const several = frame.phase === "backward" && (folded ? first !== undefined : others.length > 0);
    const active = several
      ? frame.edges.flatMap((edge) => tails.get(edge) ?? [])
      : at?.getAttribute("data-node") === frame.node ? [at] : ((frame.node && nodes.get(frame.node)) || []);
    const read = new Set(frame.read.flatMap((id) => nodes.get(id) ?? []));
    if (frame.phase === "forward" && frame.node) {
      const used = new Set((into.get(frame.node) ?? []).map((edge) => tails.get(edge.getAttribute("data-edge") ?? "")));
      for (const element of read) if (!used.has(element)) read.delete(element);
    }
    return { active: /** @type {Element[]} */ (active), read: [...read] };
  }

  /** @param {Frame} frame @param {boolean} [all]  also what is out of sight */
  function write({ values }, all = false) {
    clearTimeout(timer);
    let left = false;
    for (const cell of cells) {
      const value = values.get(cell.slot) ?? null;
      if (Object.is(cell.shown, value)) continue;
      if (!all && !sight.has(cell.box)) {
        left = true;
        continue;
      }
      if (cell.shown === undefined || (value === null) !== (cell.shown === null)) cell.element.classList.toggle("is-unknown", value === null);
      cell.shown = value;
      // A text that is changed keeps its place in the layout; one that is put in anew does not.
      cell.text.data = fitNumber(value, shownDigits, cell.room);
    }
    if (left) timer = setTimeout(() => current && write(current, true), REST);
  }

  return {
    svg,

    /** What is seen of the picture has changed. @param {import("./sight.js").Rectangle} part @param {number} scale @param {boolean} moving */
    look(part, scale, moving) {
      sight.look(part, scale, moving);
      if (current) write(current);
    },

    /** @param {Frame} frame @param {number} digits @param {Trace} [story]  the numbers of now, for what is measured against the largest */
    paint(frame, digits, story = trace) {
      current = frame;
      if (digits !== shownDigits) {
        shownDigits = digits;
        room = roomIn(trace, digits);
        for (const cell of cells) [cell.room, cell.shown] = [roomOf(cell.slot), undefined];
      }
      write(frame);
      sumUp(frame, digits);

      for (const [slot, elements] of hidden) {
        const open = !frame.asked?.has(slot);
        for (const element of elements) {
          if (!open) setText(element, "?");
          else if (!summed.has(slot)) setText(element, fitNumber(frame.values.get(slot) ?? null, digits, roomOf(slot)));
          element.classList.toggle("is-asked", !open);
        }
      }
      tints?.(frame, story, digits);

      if (description) setText(description, frame.text);
      // A slider moves the numbers, not the step.
      if (frame.index === markedAt) return;
      markedAt = frame.index;
      for (const element of marked) element.classList.remove(...MARKS);
      marked = [];
      svg.setAttribute("data-step", String(frame.index));
      svg.dataset["phase"] = frame.phase ?? "start";
      if (!frame.phase) return;
      const phase = `is-${frame.phase}`;
      const { active, read } = boxesOf(frame);
      mark(active, "is-active", phase);
      for (const edge of frame.edges) mark(edges.get(edge), "is-active", phase);
      if (frame.phase === "forward" && frame.node) mark(into.get(frame.node), "is-read", phase);
      mark(read, "is-read", phase);
      for (const slot of frame.written) {
        const [id = "", field] = slot.split(".");
        const written = slots.get(holders.has(id) ? `${holders.get(id)}.${field}` : slot) ?? [];
        mark(written.length > 1 && frame.edges.length < 2 ? written.filter((text) => active.some((box) => box.contains(text))) : written, "is-active", phase);
      }
    },

    /** @param {string | null} id @returns {string} its exact numbers */
    hover(id) {
      for (const element of hovered) element.classList.remove("is-hover");
      hovered = (id && nodes.get(id)) || [];
      for (const element of hovered) element.classList.add("is-hover");
      const node = id && byId.get(id);
      if (!node || !current) return "";
      const values = current.values;
      if (summed.has(`${id}.data`)) {
        const told = /** @type {const} */ (["data", "grad"]).map((field) => [field, known(values, node.folds?.results ?? [], field)]);
        return [nameOf(trace, node), ...told.map(([field, numbers]) => `${field} ${numbers?.length ? exactly(/** @type {number[]} */ (numbers)) : "not computed"}`)].join("\n");
      }
      return [nameOf(trace, node), ...["data", "grad"].map((field) => `${field} ${exactNumber(values.get(`${id}.${field}`) ?? null)}`)].join("\n");
    },

    /** @param {string | null} id  what is looked into */
    select(id) {
      for (const element of svg.querySelectorAll(".is-selected")) element.classList.remove("is-selected");
      for (const element of (id && nodes.get(id)) || []) element.classList.add("is-selected");
    },

    /** @param {readonly string[]} ids  where something goes wrong */
    trouble(ids) {
      for (const element of svg.querySelectorAll(".is-troubled")) element.classList.remove("is-troubled");
      for (const id of ids) for (const element of nodes.get(id) ?? []) element.classList.add("is-troubled");
    },

    /** Where a value is drawn: the first of its boxes. @param {string} id */
    boxOf: (id) => {
      const box = nodes.get(id)?.[0];
      return box ? rectangle(box) : null;
    },

    /** Where the step happens, in units of the picture: what it writes first, then what it reads. @param {Frame} frame */
    focus(frame) {
      const { active, read } = boxesOf(frame);
      return [...active.slice(0, 1), ...read].map(rectangle);
    },
  };
}

/** @param {string} slot @param {Element} element @returns {Cell} */
function cellOf(slot, element) {
  const text = element.firstChild instanceof Text && element.childNodes.length === 1 ? element.firstChild : document.createTextNode("");
  if (text.parentNode !== element) element.replaceChildren(text);
  return { slot, text, element, box: element.closest("g.node, g.edge"), room: 99, shown: undefined };
}

/** A thin line is hard to hit: each gets a wide one that cannot be seen. @param {Map<string, Element[]>} edges */
function widen(edges) {
  for (const elements of edges.values()) {
    for (const element of elements) {
      const hit = /** @type {Element | undefined} */ (element.querySelector(".line")?.cloneNode());
      if (!hit) continue;
      hit.setAttribute("class", "hit");
      element.prepend(hit);
    }
  }
}

/**
 * The box each edge starts at. A value drawn at each of its uses has as many boxes as edges, in the same order.
 * @param {Map<string, Element[]>} edges @param {Map<string, Element[]>} nodes
 */
function tailsOf(edges, nodes) {
  /** @type {Map<string, Element | undefined>} */
  const tails = new Map();
  /** @type {Map<string, number>} */
  const seen = new Map();
  for (const [id, [edge]] of edges) {
    const from = edge?.getAttribute("data-from") ?? "";
    const boxes = nodes.get(from) ?? [];
    const use = seen.get(from) ?? 0;
    seen.set(from, use + 1);
    tails.set(id, boxes[Math.min(use, boxes.length - 1)]);
  }
  return tails;
}

/** @param {Element} root @param {string} attribute @returns {Map<string, Element[]>} */
function group(root, attribute) {
  /** @type {Map<string, Element[]>} */
  const found = new Map();
  for (const element of root.querySelectorAll(`[${attribute}]`)) {
    const name = element.getAttribute(attribute) ?? "";
    const list = found.get(name);
    if (list) list.push(element);
    else found.set(name, [element]);
  }
  return found;
}

/** @param {EventTarget | null} target @returns {string | null} the node drawn there */
export const nodeUnder = (target) =>
  target instanceof Element ? (target.closest("[data-node]")?.getAttribute("data-node") ?? null) : null;
