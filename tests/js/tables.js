// The server's tables, for tests of what reads them, and what links mean to it: test_vectors.py writes both files.

import { readFileSync } from "node:fs";
import { TABLES } from "../../static/js/tables.js";

/** @param {string} name */
const golden = (name) => JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), "utf8"));

Object.assign(TABLES, golden("tables.json"));

/** @type {{written: {options: Record<string, string>, picture: string, page: string, embed: string}[], read: [query: string, options: Record<string, string>][],
 *  inputs: [text: string, numbers: Record<string, number>][], versus: [given: string, canonical: string][], codes: [program: string, code: string][]}} */
export const LINKS = golden("links.json");

export { TABLES };
