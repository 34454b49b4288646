// Pasted rows of numbers: the last column is the target. Pure.

/** @typedef {{xs: number[][], ys: number[], names: string[] | null}} Rows */
/** @typedef {{message: string, line: number, column: number}} Fault */

export const MOST_ROWS = 200;
export const MOST_COLUMNS = 11;
/** Inputs in all: they become one statement of the program, which has a limit of words and signs. */
const MOST_NUMBERS = 600;
const MOST_CHARACTERS = 50_000;

/** A header is a first line in which no cell is a number. @param {string} text @returns {{rows: Rows} | {fault: Fault}} */
export function readRows(text) {
  if (text.length > MOST_CHARACTERS) return fault(`At most ${MOST_CHARACTERS.toLocaleString("en")} characters are read.`, 1, 1);
  const lines = text.split(/\r?\n/);
  const separator = separatorOf(text);
  /** @type {Rows} */
  const rows = { xs: [], ys: [], names: null };
  let width = 0;
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const cells = cellsOf(line, separator);
    if (width === 0) {
      width = cells.length;
      if (width < 2) return fault("A row has at least two cells: inputs, and the target last.", i + 1, 1);
      if (width > MOST_COLUMNS) return fault(`A row has at most ${MOST_COLUMNS} cells; this one has ${width}.`, i + 1, cells[MOST_COLUMNS]?.column ?? 1);
      if (cells.every(({ text: cell }) => numberIn(cell) === null)) {
        rows.names = cells.map(({ text: cell }) => cell);
        continue;
      }
    }
    if (cells.length !== width) return fault(`This row has ${cells.length} cells, those above have ${width}.`, i + 1, cells[Math.min(cells.length, width) - 1]?.column ?? 1);
    const numbers = [];
    for (const { text: cell, column } of cells) {
      const x = numberIn(cell);
      if (x === null) return fault(cell === "" ? "This cell is empty." : `\`${cell.slice(0, 30)}\` is not a number.`, i + 1, column);
      numbers.push(x);
    }
    if (rows.xs.length === MOST_ROWS) return fault(`At most ${MOST_ROWS} rows are taken.`, i + 1, 1);
    if ((rows.xs.length + 1) * (width - 1) > MOST_NUMBERS) return fault(`At most ${MOST_NUMBERS} input numbers are taken: ${rows.xs.length} rows of these.`, i + 1, 1);
    rows.ys.push(/** @type {number} */ (numbers.pop()));
    rows.xs.push(numbers);
  }
  if (rows.xs.length === 0) return fault("There is no row of numbers.", 1, 1);
  return { rows };
}

/** @param {string} message @param {number} line @param {number} column @returns {{fault: Fault}} */
const fault = (message, line, column) => ({ fault: { message, line, column } });

/** What the first line that is not empty is divided by. @param {string} text */
function separatorOf(text) {
  const line = text.split(/\r?\n/).find((each) => each.trim() !== "") ?? "";
  return line.includes("\t") ? "\t" : line.includes(";") ? ";" : line.includes(",") ? "," : " ";
}

/** Cells with the column they begin in, from 1 in code points. @param {string} line @param {string} separator */
function cellsOf(line, separator) {
  if (separator === " ") return [...line.matchAll(/\S+/g)].map((found) => cell(found[0], line, found.index));
  let at = 0;
  return line.split(separator).map((part) => {
    const begin = at + part.length - part.trimStart().length;
    at += part.length + 1;
    return cell(part.trim().replace(/^"(.*)"$/, "$1"), line, begin);
  });
}

/** @param {string} text @param {string} line @param {number} index */
const cell = (text, line, index) => ({ text, column: [...line.slice(0, index)].length + 1 });

/** @param {string} text */
function numberIn(text) {
  const plain = text.replace("−", "-");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(plain)) return null;
  const x = Number(plain);
  return Number.isFinite(x) ? x : null;
}
