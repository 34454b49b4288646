// Data for a program: what `xs` and `ys` are to be, and the program with them. Pure.

import { exactNumber } from "../format.js";

/** @typedef {{lines: string, columns: number, kind: "classes" | "numbers", rows: number}} Data */
/** A set that can be chosen; `advice` are knobs that suit it. @typedef {Data & {name: string, title: string, sentence: string, advice: import("./settings.js").Advice}} DataSet */

/** @type {ReadonlyArray<DataSet>} */
export const SETS = [
  {
    name: "notebook", title: "The notebook's four rows", sentence: "Three inputs, a target of 1 or −1.", columns: 3, kind: "classes", rows: 4,
    lines: "xs = [\n    [2.0, 3.0, -1.0],\n    [3.0, -1.0, 0.5],\n    [0.5, 1.0, 1.0],\n    [1.0, 1.0, -1.0],\n]\nys = [1.0, -1.0, -1.0, 1.0]",
    advice: { learning_rate: 0.05, iterations: 500 },
  },
  { name: "moons", title: "Two moons", sentence: "Two bent rows of points, one class each.", columns: 2, kind: "classes", rows: 40, lines: "xs, ys = moons(40, noise=0.1, seed=1)", advice: { learning_rate: 0.5, iterations: 300 } },
  { name: "circles", title: "Circles", sentence: "One class around the other.", columns: 2, kind: "classes", rows: 40, lines: "xs, ys = circles(40, noise=0.05, seed=1)", advice: { learning_rate: 0.5, iterations: 400 } },
  { name: "xor", title: "XOR", sentence: "Four corners that no straight line divides.", columns: 2, kind: "classes", rows: 4, lines: "xs, ys = xor()", advice: { learning_rate: 0.2, iterations: 300 } },
  { name: "line", title: "A line with noise", sentence: "One input, a number to come near to.", columns: 1, kind: "numbers", rows: 30, lines: "xs, ys = line(30, noise=0.1, seed=1)", advice: { learning_rate: 0.1, iterations: 100 } },
];

/** Minus signs in one statement; the language takes a few more. */
const MOST_SIGNS = 50;

/** @param {import("./csv.js").Rows} rows @returns {Data} */
export function dataOf({ xs, ys, names }) {
  const classes = ys.every((y) => y === 1 || y === -1);
  const head = names ? `# ${names.join(", ").replace(/[^\p{L}\p{N} ,._-]/gu, "").slice(0, 100)}\n` : "";
  return {
    lines: `${head}${statements("xs", xs.map((row) => `    [${row.map(exactNumber).join(", ")}],\n`), "\n")}\n${statements("ys", ys.map((y) => `${exactNumber(y)}, `), "")}`,
    columns: xs[0]?.length ?? 0,
    kind: classes ? "classes" : "numbers",
    rows: xs.length,
  };
}

/** A list in as many statements as its minus signs need. @param {string} name @param {string[]} items @param {string} opening */
function statements(name, items, opening) {
  /** @type {string[]} */
  const lines = [];
  let signs = Infinity;
  for (const item of items) {
    const more = item.split("-").length - 1;
    if ((signs += more) > MOST_SIGNS) [signs] = [more, lines.push("")];
    lines.push((lines.pop() ?? "") + item);
  }
  return lines.map((line, i) => `${name} ${i ? "+=" : "="} [${opening}${line.replace(/, $/, "")}]`).join("\n");
}

/**
 * The program with other data. Where it has `xs` and `ys`, they are replaced, and a net that reads another number of inputs is
 * given the new one; else it becomes a small program of its own.
 * @param {string} source @param {Data} data @returns {{source: string, kept: boolean}}
 */
export function withData(source, data) {
  const found = assignments(source);
  if (!found) return { source: programFor(data), kept: false };
  let text = source;
  for (const [i, { from, to }] of [...found.entries()].reverse()) text = text.slice(0, from) + (i === 0 ? `${data.lines}\n` : "") + text.slice(to);
  // The net and a call of it with numbers of its own are made for the old rows.
  text = text.replace(/\b(MLP|Layer|Neuron)\((\s*)\d+/, (_, net, space) => `${net}(${space}${data.columns}`);
  return { source: text, kept: true };
}

/** Knobs for a program that kept its own loss: a sum grows with its rows, so its steps must be smaller; another loss is left
 * to its owner. @param {string} source @param {Data} data @param {import("./settings.js").Advice | null} advice */
export function adviceForSum(source, data, advice) {
  const loss = /^loss\s*=\s*sum\((.*)$/m.exec(source)?.[1];
  if (!advice || loss === undefined || /\/|\blen\b|\bmean\b/.test(loss)) return null;
  return { ...advice, learning_rate: Number(Math.min(0.05, 0.5 / data.rows).toPrecision(2)) };
}

/** Where `xs` and `ys` are given, as statements at the left margin with all their lines; null where one is missing.
 * @param {string} source @returns {{from: number, to: number}[] | null} */
function assignments(source) {
  const found = [];
  const names = new Set();
  let at = 0;
  while (at < source.length) {
    const end = statementEnd(source, at);
    const target = /^(xs|ys|xs\s*,\s*ys|\(xs\s*,\s*ys\))\s*\+?=(?!=)/.exec(source.slice(at, end));
    if (target) {
      for (const name of (target[1] ?? "").match(/xs|ys/g) ?? []) names.add(name);
      found.push({ from: at, to: end });
    }
    at = end;
  }
  return names.size === 2 ? found : null;
}

/** The end of the logical line that begins here: brackets hold lines together, signs in comments and texts do not count. @param {string} source @param {number} from */
function statementEnd(source, from) {
  let depth = 0;
  for (let i = from; i < source.length; i += 1) {
    const sign = source[i] ?? "";
    if (sign === "#") {
      const line = source.indexOf("\n", i);
      i = (line < 0 ? source.length : line) - 1;
    } else if (sign === "'" || sign === '"') {
      const close = source.indexOf(sign, i + 1);
      const line = source.indexOf("\n", i);
      if (close > 0 && (line < 0 || close < line)) i = close;
    } else if ("([{".includes(sign)) depth += 1;
    else if (")]}".includes(sign)) depth = Math.max(0, depth - 1);
    else if (sign === "\\" && source[i + 1] === "\n") i += 1;
    else if (sign === "\n" && depth === 0) return i + 1;
  }
  return source.length;
}

/** A whole small program: a net, its predictions, a loss. @param {Data} data */
export function programFor({ lines, columns, kind, rows }) {
  const width = columns * rows > 400 ? 4 : 8;
  const [net, call] =
    kind === "classes" ? [`n = MLP(${columns}, ${rows <= 4 && columns === 3 ? "[4, 4, 1]" : `[${width}, 1]`}, seed=1)`, "n(x)"]
    : columns === 1 ? [`n = Neuron(1, activation="linear", seed=1)`, "n(x)"]
    : [`h = Layer(${columns}, ${width}, seed=1)\nn = Neuron(${width}, activation="linear", seed=2)`, "n(h(x))"];
  const mean = rows > 4 ? " / len(xs)" : "";
  return `${lines}\n${net}\nypred = [${call} for x in xs]\nloss = sum((p - y)**2 for p, y in zip(ypred, ys))${mean}\n`;
}
