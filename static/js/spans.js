// Places in a text: the server counts code points, the browser UTF-16 units. Pure.

/** @param {string} text @param {number} points @returns {number} UTF-16 units of the first `points` code points */
export function unitsOf(text, points) {
  let units = 0;
  let left = points;
  for (const character of text) {
    if (left <= 0) break;
    units += character.length;
    left -= 1;
  }
  return units;
}

/** @param {string} text @param {number} units @returns {number} code points in the first `units` UTF-16 units */
export const pointsOf = (text, units) => [...text.slice(0, units)].length;

/**
 * A span → [from, to) in UTF-16 units, clipped to the text; a span may run over the end of its line.
 * @param {string} text
 * @param {{line: number, column: number, length: number}} span
 * @returns {[number, number]}
 */
export function rangeOf(text, { line, column, length }) {
  let from = 0;
  for (let i = 1; i < line; i += 1) {
    const end = text.indexOf("\n", from);
    if (end < 0) break;
    from = end + 1;
  }
  const lineEnd = text.indexOf("\n", from);
  const inLine = text.slice(from, lineEnd < 0 ? text.length : lineEnd);
  const start = from + unitsOf(inLine, column - 1);
  return [start, Math.min(text.length, start + unitsOf(text.slice(start), length))];
}

/** @param {string} text @param {number} offset @returns {{line: number, column: number}} */
export function placeOf(text, offset) {
  const before = text.slice(0, offset).split("\n");
  const last = before.at(-1) ?? "";
  return { line: before.length, column: pointsOf(last, last.length) + 1 };
}
