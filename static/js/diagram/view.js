// Numbers → text, widths, colours and marks on one diagram. The server drew the shapes; nothing here is laid out.

import { fitNumber, slotChars } from "../room.js";
import { share, tint } from "../tints.js";
import { dotRadius, endText, placeOn, roundUp, signOf, slopeAt, tangentOn, thickness } from "./scales.js";

/** @typedef {import("../types.js").Num} Num */
/** @typedef {import("./moment.js").Moment} Moment */
/** @typedef {ReturnType<typeof createDiagramView>} DiagramView */

const SIGNS = ["is-negative", "is-positive"];
const MARKS = ["is-active", "is-forward", "is-seed", "is-backward", "is-zero_grad", "is-update"];

/** @param {SVGSVGElement} svg */
export function createDiagramView(svg) {
  const { digits: places = "4", thick: widest = "7", color = "data" } = svg.dataset;
  const [digits, thick] = [Number(places), Number(widest)];
  const field = color === "grad" ? "grad" : "data";
  const chars = slotChars(null, digits);
  const texts = /** @type {SVGTextElement[]} */ ([...svg.querySelectorAll("[data-slot]")]);
  const links = parts("g.link").map((element) => ({ element, node: idOf(element), line: need(element, ".line"), halo: need(element, ".halo") }));
  const cells = parts("g.cell").map((element) => ({ element, node: idOf(element), disc: need(element, ".disc") }));
  const dots = parts("g.bias").map((element) => ({ element, node: idOf(element), dot: need(element, ".dot") }));
  const curves = parts("g.activation").map(readCurve);
  const ends = [...svg.querySelectorAll(".legend .end")];
  const description = svg.querySelector(":scope > desc");
  const shown = {
    lines: new Set([...links, ...dots].map(({ node }) => node).filter(Boolean)),
    cells: new Set(cells.map(({ node }) => node)),
  };
  /** What is drawn of each node. @type {Map<string, Element[]>} */
  const drawn = new Map();
  for (const element of svg.querySelectorAll("[data-node], [data-product], [data-inside]")) {
    const { node, product, inside } = /** @type {SVGElement} */ (element).dataset;
    for (const id of [node, product, ...(inside?.split(" ") ?? [])]) if (id) drawn.set(id, [...(drawn.get(id) ?? []), element]);
  }
  // Those are the numbers of one moment; the page says them itself.
  for (const title of svg.querySelectorAll("g > title")) title.remove();
  for (const [i, swatch] of svg.querySelectorAll(".legend .swatch").entries()) /** @type {SVGElement} */ (swatch).style.fill = tint((i - 5) / 5) || "var(--node-fill)";

  /** @param {string} selector */
  function parts(selector) {
    return /** @type {SVGGElement[]} */ ([...svg.querySelectorAll(selector)]);
  }

  /** @type {Element[]} */
  let marked = [];
  /** @type {Element[]} */
  let hovered = [];

  return {
    svg,
    field: /** @type {"data" | "grad"} */ (field),
    shown,

    /** @param {Moment} moment @param {{lines: number, cells: number}} most  the largest magnitudes of what lines and circles show */
    paint({ values, phase, active, written, text, asked }, most) {
      const [heavy, full] = [roundUp(most.lines), roundUp(most.cells)];
      /** @param {string} node @param {string} [of] @returns {Num} */
      const known = (node, of = field) => (asked?.has(`${node}.${of}`) ? null : (values.get(`${node}.${of}`) ?? null));
      for (const element of marked) element.classList.remove(...MARKS);
      marked = [];
      for (const element of texts) {
        const slot = element.dataset["slot"] ?? "";
        const value = values.get(slot) ?? null;
        const said = asked?.has(slot) ? "?" : fitNumber(value, digits, chars);
        if (element.textContent !== said) element.textContent = said;
        element.classList.toggle("is-unknown", value === null);
        if (phase && written.has(slot)) mark(element);
      }
      for (const { element, node, line, halo } of links) {
        const wide = node ? thickness(known(node), heavy, thick) : 1.4;
        line.style.strokeWidth = `${wide}`;
        halo.style.strokeWidth = `${wide + 7}`;
        sign(element, node ? known(node) : null);
        element.classList.toggle("is-weighed", phase !== null && active.has(node));
      }
      for (const { element, node, dot } of dots) {
        dot.setAttribute("r", dotRadius(known(node), heavy).toFixed(1));
        sign(element, known(node));
      }
      for (const { node, disc } of cells) disc.style.fill = tint(share(known(node), full)) || "var(--node-fill)";
      for (const each of curves) bend(each, Number(known(each.total, "data") ?? NaN), Number(known(each.out, "data") ?? NaN));
      for (const end of ends) end.textContent = endText((end.classList.contains("low") ? -1 : 1) * (end.classList.contains("lines") ? heavy : full));
      if (phase) for (const id of active) for (const element of drawn.get(id) ?? []) mark(element);
      if (description) description.textContent = text;

      /** @param {Element} element */
      function mark(element) {
        element.classList.add("is-active", `is-${phase}`);
        marked.push(element);
      }
    },

    /** @param {string | null} id */
    hover(id) {
      for (const element of hovered) element.classList.remove("is-hover");
      hovered = (id && drawn.get(id)) || [];
      for (const element of hovered) element.classList.add("is-hover");
    },

    /** @param {string | null} id */
    select(id) {
      for (const element of svg.querySelectorAll(".is-selected")) element.classList.remove("is-selected");
      for (const element of (id && drawn.get(id)) || []) element.classList.add("is-selected");
    },
  };

  /** @param {ReturnType<typeof readCurve>} of @param {number} at @param {number} out */
  function bend({ curve, point, tangent, slope }, at, out) {
    const there = Number.isFinite(at) && Number.isFinite(out);
    const { x, y } = there ? placeOn(curve, at, out) : { x: 0, y: 0 };
    point.setAttribute("cx", String(x));
    point.setAttribute("cy", String(y));
    point.setAttribute("r", there ? "4.5" : "0");
    const line = there ? tangentOn(curve, at, out) : "";
    tangent.setAttribute("d", line || "M0 0");
    slope.textContent = line ? `slope ${fitNumber(slopeAt(curve, at, out), digits, chars)}` : "";
  }
}

/** @param {Element} element @param {Num} value */
function sign(element, value) {
  const wanted = signOf(value);
  for (const each of SIGNS) element.classList.toggle(each, each === wanted);
}

/** @param {SVGGElement} element */
const idOf = (element) => element.dataset["node"] ?? "";

/** @param {Element} element @param {string} selector */
const need = (element, selector) => /** @type {SVGElement} */ (element.querySelector(selector));

/** @param {SVGGElement} element */
function readCurve(element) {
  const { op = "", params = "", low = "0", high = "1", total = "" } = element.dataset;
  const box = need(element, ".box");
  const [x = 0, y = 0, w = 0, h = 0] = ["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name)));
  return {
    total,
    out: idOf(element),
    curve: { op, params: params.split(" ").filter(Boolean).map(Number), low: Number(low), high: Number(high), x, y, w, h },
    point: need(element, ".point"),
    tangent: need(element, ".tangent"),
    slope: need(element, ".slope"),
  };
}
