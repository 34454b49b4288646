// Programs and options ⇄ addresses. The address is the save file: whatever is written here must be readable for ever. Pure.

import { optionRow, TABLES } from "./tables.js";

/** @typedef {import("./types.js").Options} Options */

/** No program is longer; a CODE that inflates past it is somebody's bomb. Bytes. */
export const MAX_PROGRAM_BYTES = 256 * 1024;

/** @param {Options} options @param {string} name @returns {string} */
export const optionOf = (options, name) => options[name] ?? optionRow(name)?.default ?? "";

/** Words for a switch that is off, and for one that is on. */
const SWITCHED = [["0", "false", "no", "off"], ["1", "true", "yes", "on"]];

/** An option's value as what it is; undefined for what it cannot be. @param {string} name @param {string} text @returns {string | number | boolean | undefined} */
export function valueOf(name, text) {
  const { type, words, low = -Infinity, high = Infinity } = optionRow(name) ?? { type: "text" };
  if (type === "text") return text;
  if (type === "word") return words?.includes(text) ? text : undefined;
  if (type === "switch") {
    const found = SWITCHED.findIndex((each) => each.includes(text.toLowerCase()));
    return found < 0 ? undefined : found === 1;
  }
  const x = text.trim() !== "" && (type === "number" || /^\d+$/.test(text)) ? Number(text) : NaN;
  return x >= low && x <= high ? x : undefined;
}

/** The same as a link has it. @param {string} name @param {string | number | boolean} value */
export const textOf = (name, value) => (typeof value === "boolean" ? optionRow(name)?.words?.[Number(value)] : undefined) ?? String(value);

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
 * @param {{keep?: string[], only?: string[]}} [how]
 * @returns {string} without the question mark
 */
export function toQuery(options, { keep = [], only } = {}) {
  const parts = [];
  for (const { name, default: fallback } of TABLES.options) {
    const value = options[name];
    if (value === undefined || (only && !only.includes(name))) continue;
    if (value === fallback && !keep.includes(name)) continue;
    parts.push(`${name}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/")}`);
  }
  return parts.join("&");
}

/** @param {string} search @returns {Options} the known options of a query, in their one spelling; others are not ours to keep */
export function fromQuery(search) {
  const given = new URLSearchParams(search);
  /** @type {Options} */
  const options = {};
  for (const { name, type } of TABLES.options) {
    const text = given.get(name);
    if (text !== null) options[name] = type === "switch" ? textOf(name, valueOf(name, text) ?? text) : text;
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

/** What a link says. @param {"picture" | "page" | "embed"} kind */
const said = (kind) => TABLES.options.filter(({ links }) => links.includes(kind)).map(({ name }) => name);

/** @param {string} base @param {string} code @param {Options} options */
export const pageLink = (base, code, options) => join(`${base}g/${code}`, toQuery(options, { only: said("page"), keep: ["theme"] }));

/** @param {string} base @param {string} code @param {Options} options @param {string} [extension] */
export const pictureLink = (base, code, options, extension = "svg") =>
  join(`${base}g/${code}.${extension}`, toQuery(options, { only: said("picture") }));

/** @param {string} base @param {string} code @param {Options} options */
export const embedLink = (base, code, options) => join(`${base}embed/${code}`, toQuery(options, { only: said("embed") }));

/** @param {string} path @returns {string | null} the CODE of a page's or embed's path */
export const codeOfPath = (path) => /\/(?:g|embed)\/([A-Za-z0-9_+/=-]+)$/.exec(path)?.[1] ?? null;

/** @param {string} text */
const attribute = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

/** @param {string} alt @param {string} url */
export const markdownImage = (alt, url) => `![${alt.replace(/[[\]\\]/g, "\\$&")}](${url})`;

/** @param {string} title @param {string} url @param {number} height  px */
export const iframeTag = (title, url, height) =>
  `<iframe src="${attribute(url)}" title="${attribute(title)}" width="100%" height="${height}" loading="lazy" style="border:0"></iframe>`;
