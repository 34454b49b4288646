// The graph by keyboard: one box is a stop for Tab, arrows go along the edges or to the neighbour, Enter looks inside, F2 edits.

/** @typedef {import("./types.js").Trace} Trace */

/**
 * @param {SVGSVGElement} svg
 * @param {Trace} trace
 * @param {{enter: (id: string) => void, edit: (id: string) => void, toggle: (id: string) => void, see: (box: {x: number, y: number, width: number, height: number}) => void, leave: () => void}} how
 */
export function keyboardGraph(svg, trace, { enter, edit, toggle, see, leave }) {
  const boxes = /** @type {SVGGElement[]} */ ([...svg.querySelectorAll("g.node")]);
  const byId = new Map(trace.nodes.map((node) => [node.id, node]));
  const across = svg.dataset["dir"] !== "TB";
  svg.setAttribute("role", "group");
  svg.setAttribute("tabindex", "-1"); // Chromium makes a stop of an SVG that listens to focus
  /** @type {SVGGElement | undefined} */
  let stop = boxes[0];
  for (const box of boxes) {
    box.setAttribute("role", "button");
    box.setAttribute("tabindex", box === stop ? "0" : "-1");
    // Its name is what stands in it, at every step: label, data, grad.
    const texts = [...box.querySelectorAll("text")];
    for (const [i, text] of texts.entries()) {
      text.id = `${box.id}-t${i}`;
      text.before(" "); // not drawn, but it keeps the words apart
    }
    box.setAttribute("aria-labelledby", texts.map(({ id }) => id).join(" "));
  }

  /** @param {SVGGElement | undefined} box */
  function go(box) {
    if (!box) return;
    stop?.setAttribute("tabindex", "-1");
    stop = box;
    box.setAttribute("tabindex", "0");
    box.focus({ preventScroll: true });
  }

  /** Along edges: to the first operand or the first user. @param {SVGGElement} box @param {1 | -1} way */
  function along(box, way) {
    const id = idOf(box);
    const other = way > 0 ? trace.edges.find((edge) => edge.from === id)?.to : byId.get(id)?.inputs[0];
    const found = boxes.filter((candidate) => idOf(candidate) === other);
    return nearest(box, found);
  }

  /** @param {SVGGElement} box @param {1 | -1} way */
  function beside(box, way) {
    const here = centreOf(box);
    const [main, cross] = across ? /** @type {const} */ (["y", "x"]) : /** @type {const} */ (["x", "y"]);
    const found = boxes.filter((candidate) => candidate !== box && (centreOf(candidate)[main] - here[main]) * way > 1);
    return found.sort((a, b) => cost(a) - cost(b))[0];
    /** @param {SVGGElement} other */
    function cost(other) {
      const there = centreOf(other);
      return Math.abs(there[main] - here[main]) + 3 * Math.abs(there[cross] - here[cross]);
    }
  }

  svg.addEventListener("focusin", (event) => {
    const box = boxUnder(event.target);
    if (!box) return;
    see(rectangle(box));
  });
  svg.addEventListener("keydown", (event) => {
    const box = boxUnder(event.target);
    if (!box || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const [on, back, down, up] = across ? ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"] : ["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft"];
    if (event.key === "Enter" || event.key === " ") enter(idOf(box));
    else if (event.key === "F2") edit(idOf(box));
    else if (event.key === "o") toggle(idOf(box));
    else if (event.key === on) go(along(box, 1));
    else if (event.key === back) go(along(box, -1));
    else if (event.key === down) go(beside(box, 1));
    else if (event.key === up) go(beside(box, -1));
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    /** @param {string} id */
    focus(id) {
      go(boxes.find((box) => idOf(box) === id));
    },
  };
}

/** @param {Element} box */
const idOf = (box) => box.getAttribute("data-node") ?? "";

/** @param {EventTarget | null} target @returns {SVGGElement | null} */
const boxUnder = (target) => (target instanceof Element ? target.closest("g.node") : null);

/** @param {Element} box */
export function rectangle(box) {
  const rect = box.querySelector("rect.box");
  const [x = 0, y = 0, width = 0, height = 0] = ["x", "y", "width", "height"].map((name) => Number(rect?.getAttribute(name)));
  return { x, y, width, height };
}

/** @param {Element} box */
function centreOf(box) {
  const { x, y, width, height } = rectangle(box);
  return { x: x + width / 2, y: y + height / 2 };
}

/** @param {SVGGElement} box @param {SVGGElement[]} others */
function nearest(box, others) {
  const here = centreOf(box);
  /** @param {SVGGElement} other */
  const far = (other) => Math.hypot(centreOf(other).x - here.x, centreOf(other).y - here.y);
  return [...others].sort((a, b) => far(a) - far(b))[0];
}
