// What of a large picture is in sight. A box that is not takes part in no style, layout or paint: a step then costs as much as
// what one sees of it, however large the graph is.

/** @typedef {{x: number, y: number, width: number, height: number}} Rectangle */
/** @typedef {{element: Element, away: boolean, left: number, top: number, right: number, bottom: number}} Thing */
/** @typedef {ReturnType<typeof createSight>} Sight */

/** A picture with fewer boxes is drawn whole. */
export const MANY = 120;
/** Boxes smaller than this show no text: at most three pixels of it. */
const READABLE = 0.25;
/** A label at an edge or a badge may stand as far beside what it belongs to. */
const BESIDE = 30;
/** Around what is seen so much is drawn as well, as a part of it: while it moves, and at rest. */
const [LITTLE, AROUND] = [0.05, 0.3];
/** Milliseconds without a movement. */
const REST = 350;

/** The box around a path whose commands are absolute. @param {string} d */
export function bounds(d) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  /** @param {number} x */
  const across = (x) => void ([left, right] = [Math.min(left, x), Math.max(right, x)]);
  /** @param {number} y */
  const down = (y) => void ([top, bottom] = [Math.min(top, y), Math.max(bottom, y)]);
  for (const [, command, rest] of d.matchAll(/([A-Z])([^A-Z]*)/g)) {
    const numbers = (rest?.match(/-?[\d.]+/g) ?? []).map(Number);
    for (const [i, number] of numbers.entries()) {
      if (command === "H" || (command !== "V" && i % 2 === 0)) across(number);
      else down(number);
    }
  }
  return { left, top, right, bottom };
}

/** @param {Element} element @param {{left: number, top: number, right: number, bottom: number}} box @returns {Thing} */
const thing = (element, { left, top, right, bottom }) => ({
  element, away: false, left: left - BESIDE, top: top - BESIDE, right: right + BESIDE, bottom: bottom + BESIDE,
});

/** @param {Element} node */
function around(node) {
  const [x = 0, y = 0, width = 0, height = 0] = ["x", "y", "width", "height"].map((name) => Number(node.querySelector("rect.box")?.getAttribute(name)));
  return { left: x, top: y, right: x + width, bottom: y + height };
}

/** @param {SVGSVGElement} svg @param {() => void} onCome  something came into sight while nothing moved */
export function createSight(svg, onCome) {
  const nodes = [...svg.querySelectorAll("g.node")];
  /** @type {Thing[]} */
  const things = nodes.length <= MANY ? [] : [
    ...nodes.map((node) => thing(node, around(node))),
    ...[...svg.querySelectorAll("g.edge")].map((edge) => thing(edge, bounds(edge.querySelector(".line")?.getAttribute("d") ?? ""))),
  ];
  const places = new Map(things.map((each) => [each.element, each]));
  svg.classList.toggle("is-large", things.length > 0);
  let far = false;
  let [seen, drawn] = [ALL, ALL];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {number} around  as a part of what is seen @param {boolean} also  what was drawn stays */
  function draw(around, also) {
    const across = around * (seen.right - seen.left);
    const down = around * (seen.bottom - seen.top);
    drawn = { left: seen.left - across, right: seen.right + across, top: seen.top - down, bottom: seen.bottom + down };
    for (const each of things) {
      const away = !meet(each, drawn);
      if (away === each.away || (away && also)) continue;
      each.away = away;
      each.element.classList.toggle("is-away", away);
    }
  }

  /** @param {boolean} now */
  function show(now) {
    if (far !== now) svg.classList.toggle("is-far", (far = now));
  }

  return {
    /** @param {Element | null} element  a box or an edge @returns {boolean} whether its numbers can be read now */
    has(element) {
      const place = element && places.get(element);
      return !place || (!far && meet(place, seen));
    },

    /** What is seen now. When nothing moves any more, a little around it is drawn as well, and nothing else.
     * @param {Rectangle} part @param {number} scale @param {boolean} moving  by hand: then as little as possible is done in a frame */
    look({ x, y, width, height }, scale, moving) {
      if (things.length === 0) return;
      seen = { left: x, top: y, right: x + width, bottom: y + height };
      const whole = drawn === ALL;
      // From afar there is no text, and what comes into sight costs little; text comes when the hand has done.
      if (scale < READABLE) show(true);
      if (whole || !within(seen, drawn)) draw(moving ? AROUND : LITTLE, !whole);
      if (scale >= READABLE && far && !moving) {
        draw(LITTLE, false);
        show(false);
      }
      clearTimeout(timer);
      timer = setTimeout(() => {
        draw(AROUND, false);
        onCome();
      }, REST);
    },
  };
}

const ALL = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };

/** @param {typeof ALL} a @param {typeof ALL} b */
const meet = (a, b) => a.right >= b.left && a.left <= b.right && a.bottom >= b.top && a.top <= b.bottom;

/** @param {typeof ALL} a @param {typeof ALL} b */
const within = (a, b) => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
