// Programs and options ⇄ addresses. The address is the save file: whatever is written here must be readable for ever. Pure.

/** @typedef {import("./types.js").Options} Options */

/** No program is longer; a CODE that inflates past it is somebody's bomb. Bytes. */
export const MAX_PROGRAM_BYTES = 256 * 1024;

/** Canonical order, and what is left out because it is the default. docs/contract.md holds the table.
 * @type {ReadonlyArray<readonly [name: string, fallback: string]>} */
export const OPTIONS = [
  ["step", "end"],
  ["style", "micrograd"],
  ["leaves", "auto"],
  ["dir", "LR"],
  ["theme", "light"],
  ["digits", "4"],
  ["bg", "transparent"],
  ["expand", ""],
  ["collapse", "auto"],
  ["open", ""],
  ["example", "0"],
  ["edges", "none"],
  ["steps", "edge"],
  ["highlight", ""],
  ["color", "none"],
  ["hide", "none"],
  ["number", "none"],
  ["quiz", ""],
  ["inputs", ""],
  ["iteration", ""],
  ["learning_rate", "0.05"],
  ["optimizer", "sgd"],
  ["zero_grad", "true"],
  ["batch", "all"],
  ["seed", "0"],
  ["train", ""],
  ["iterations", "100"],
  ["versus", ""],
  ["font", "embed"],
  ["lab", "none"],
  ["stage", "graph"],
  ["controls", "full"],
  ["autoplay", "0"],
  ["present", "0"],
];

/** Options that change the structure of the picture, so that the server has to be asked. */
export const SERVER_OPTIONS = ["style", "leaves", "dir", "digits", "expand", "collapse", "open", "example", "edges", "steps", "highlight", "color", "hide", "number", "quiz"];

/** How a program is trained: the same names in pictures, pages and studies. */
export const KNOBS = ["learning_rate", "optimizer", "zero_grad", "batch", "seed", "train"];

/** @param {Options} options @param {string} name @returns {string} */
export const optionOf = (options, name) => options[name] ?? OPTIONS.find(([known]) => known === name)?.[1] ?? "";

/** @param {string} source @returns {Promise<string>} base64url(zlib(UTF-8)), no padding */
export async function encodeProgram(source) {
  const stream = new Blob([source]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * Both base64 alphabets, padded or not. The size is watched while inflating, never after.
 * @param {string} code
 * @param {number} [limit]  bytes
 * @returns {Promise<string | null>} null for anything that is not a program's code
 */
export async function decodeProgram(code, limit = MAX_PROGRAM_BYTES) {
  try {
    const binary = atob(code.replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, ""));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let text = "";
    let size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.length;
      if (size > limit) {
        await reader.cancel();
        return null;
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return null;
  }
}

/**
 * Canonical: known names in the table's order, defaults left out. `keep` names options that are written even at their default
 * (the page's theme: "light" was chosen, which is more than not having chosen).
 * @param {Options} options
 * @param {{keep?: string[], only?: string[], omit?: string[]}} [how]
 * @returns {string} without the question mark
 */
export function toQuery(options, { keep = [], only, omit = [] } = {}) {
  const parts = [];
  for (const [name, fallback] of OPTIONS) {
    const value = options[name];
    if (value === undefined || omit.includes(name) || (only && !only.includes(name))) continue;
    if (value === fallback && !keep.includes(name)) continue;
    parts.push(`${name}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/")}`);
  }
  return parts.join("&");
}

/** @param {string} search @returns {Options} the known options of a query; others are not ours to keep */
export function fromQuery(search) {
  const given = new URLSearchParams(search);
  /** @type {Options} */
  const options = {};
  for (const [name] of OPTIONS) {
    const value = given.get(name);
    if (value !== null) options[name] = value;
  }
  return options;
}

/** `inputs=`: numbers by name. @param {Readonly<Record<string, number>>} inputs */
export const inputsText = (inputs) => Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, x]) => `${name}:${x}`).join(",");

/** @param {string | undefined} text @returns {Record<string, number>} */
export function inputsOf(text = "") {
  const pairs = text.split(",").map((part) => /** @type {const} */ ([part.slice(0, part.lastIndexOf(":")), Number(part.slice(part.lastIndexOf(":") + 1))]));
  return Object.fromEntries(pairs.filter(([name, x]) => name && Number.isFinite(x)));
}

/** @param {string} path @param {string} query */
export const join = (path, query) => (query ? `${path}?${query}` : path);

/** Options that mean something to a picture but not to the page, and the reverse. */
const DRAWN = ["expand", "collapse", "open", "example", "edges", "steps", "highlight", "color", "hide", "number", "quiz", "inputs"];
const TRAINED = ["iteration", ...KNOBS];
const PICTURE = ["step", "style", "leaves", "dir", "theme", "digits", "bg", ...DRAWN, ...TRAINED, "font"];
const PAGE = ["step", "style", "leaves", "dir", "theme", "digits", ...DRAWN, ...TRAINED, "iterations", "versus", "lab", "stage", "present"];

/** @param {string} base @param {string} code @param {Options} options */
export const pageLink = (base, code, options) => join(`${base}g/${code}`, toQuery(options, { only: PAGE, keep: ["theme"] }));

/** @param {string} base @param {string} code @param {Options} options @param {string} [extension] */
export const pictureLink = (base, code, options, extension = "svg") =>
  join(`${base}g/${code}.${extension}`, toQuery(options, { only: PICTURE }));

/** @param {string} base @param {string} code @param {Options} options */
export const embedLink = (base, code, options) => join(`${base}embed/${code}`, toQuery(options, { omit: ["font"] }));

/** @param {string} path @returns {string | null} the CODE of a page's or embed's path */
export const codeOfPath = (path) => /\/(?:g|embed)\/([A-Za-z0-9_+/=-]+)$/.exec(path)?.[1] ?? null;

/** @param {string} text */
const attribute = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** @param {string} alt @param {string} url */
export const markdownImage = (alt, url) => `![${alt.replace(/[[\]\\]/g, "\\$&")}](${url})`;

/** @param {string} title @param {string} url @param {number} height  px */
export const iframeTag = (title, url, height) =>
  `<iframe src="${attribute(url)}" title="${attribute(title)}" width="100%" height="${height}" loading="lazy" style="border:0"></iframe>`;
