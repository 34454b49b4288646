// A program cut into names, numbers, strings and signs, with the brackets each stands in. Pure.

/** @typedef {{kind: "name" | "number" | "string" | "comment" | "sign", text: string, at: number, call: string | null, attribute: boolean}} Token
 * `call` is what the innermost bracket belongs to: the name before a `(`, `def` for the parameters of one, "" for a bracket alone;
 * null outside of all. `attribute` says that a dot stands before it. */

const PATTERN = /(?<space>[ \t\r\f]+|\\\r?\n)|(?<comment>#[^\n]*|^[%!][^\n]*)|(?<string>[rfbuRFBU]{0,2}(?:"""[^]*?(?:"""|(?![^]))|'''[^]*?(?:'''|(?![^]))|"(?:[^"\\\n]|\\[^])*(?:"|(?=\n|$))|'(?:[^'\\\n]|\\[^])*(?:'|(?=\n|$))))|(?<number>(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<sign>\*\*=?|\/\/=?|->|:=|[-+*/%@<>=!]=|[^])/gmuy;

/** @param {string} source @returns {Token[]} spaces left out; a line's end is a sign */
export function tokensOf(source) {
  /** @type {Token[]} */
  const found = [];
  /** @type {string[]} */
  const open = [];
  for (const { 0: text, index: at, groups = {} } of source.matchAll(PATTERN)) {
    if (groups["space"] !== undefined) continue;
    const kind = /** @type {Token["kind"]} */ (["comment", "string", "number", "name"].find((name) => groups[name] !== undefined) ?? "sign");
    const before = found.at(-1);
    if (kind === "sign" && ")]}".includes(text)) open.pop();
    found.push({ kind, text, at, call: open.at(-1) ?? null, attribute: before?.text === "." });
    if (kind === "sign" && "([{".includes(text)) {
      const defined = found.at(-3)?.text === "def";
      open.push(text === "(" && before?.kind === "name" ? (defined ? "def" : before.text) : "");
    }
  }
  return found;
}
