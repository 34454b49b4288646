// A diagram by keyboard: one circle is a stop for Tab, arrows go to the neighbour, Enter looks inside.

/** @typedef {{x: number, y: number}} Point */

/** @type {Record<string, readonly [x: number, y: number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {SVGSVGElement} svg
 * @param {{see: (id: string | null) => void, enter: (id: string) => void}} how  what is focused, and what a press on it does
 */
export function keyboardDiagram(svg, { see, enter }) {
  const stops = /** @type {SVGGElement[]} */ ([...svg.querySelectorAll("g.cell, g.activation, g.loss, g.offset, g.link")].filter((each) => each.querySelector(".disc, .box")));
  svg.setAttribute("role", "group");
  svg.setAttribute("tabindex", "-1");
  let stop = stops[0];
  for (const [n, each] of stops.entries()) {
    each.setAttribute("role", "button");
    each.setAttribute("tabindex", each === stop ? "0" : "-1");
    const texts = [...each.querySelectorAll("text")];
    for (const [i, text] of texts.entries()) {
      text.id = `${svg.querySelector("title")?.id ?? "d"}-${n}-${i}`;
      text.before(" ");
    }
    each.setAttribute("aria-labelledby", texts.map(({ id }) => id).join(" "));
  }

  svg.addEventListener("keydown", (event) => {
    const here = event.target instanceof Element ? /** @type {SVGGElement | null} */ (event.target.closest("g[role=button]")) : null;
    if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
    const way = WAYS[event.key];
    if (way) {
      const next = towards(here, way);
      if (next) {
        stop?.setAttribute("tabindex", "-1");
        stop = next;
        next.setAttribute("tabindex", "0");
        next.focus();
      }
    } else if (event.key === "Enter" || event.key === " ") enter(here.dataset["node"] ?? "");
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  svg.addEventListener("focusin", (event) => see(/** @type {SVGElement | null} */ (event.target instanceof Element ? event.target.closest("[data-node]") : null)?.dataset["node"] ?? null));
  svg.addEventListener("focusout", () => see(null));

  /** The nearest in a direction; what lies straight ahead comes first. @param {SVGGElement} from @param {readonly [number, number]} way */
  function towards(from, [dx, dy]) {
    const here = middleOf(from);
    let best = Infinity;
    /** @type {SVGGElement | undefined} */
    let found;
    for (const each of stops) {
      if (each === from) continue;
      const there = middleOf(each);
      const [along, aside] = [(there.x - here.x) * dx + (there.y - here.y) * dy, Math.abs((there.x - here.x) * dy + (there.y - here.y) * dx)];
      const cost = along + 2 * aside;
      if (along > 4 && aside < 4 * along + 40 && cost < best) [best, found] = [cost, each];
    }
    return found;
  }
}

/** @param {SVGGElement} element @returns {Point} */
function middleOf(element) {
  const shape = /** @type {SVGGraphicsElement} */ (element.querySelector(".disc, .box"));
  const { x, y, width, height } = shape.getBBox();
  return { x: x + width / 2, y: y + height / 2 };
}
