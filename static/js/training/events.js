// Server-sent events in a text that arrives in parts. Pure.

/** @param {string} text @returns {{events: {name: string, data: any}[], rest: string}} the whole events, and the beginning of the next */
export function eventsIn(text) {
  const blocks = text.split(/\r?\n\r?\n/);
  const rest = blocks.pop() ?? "";
  const events = blocks.flatMap((block) => {
    const lines = block.split(/\r?\n/);
    const of = (/** @type {string} */ field) => lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).trimStart()).join("\n");
    const data = of("data");
    return data ? [{ name: of("event") || "message", data: JSON.parse(data) }] : [];
  });
  return { events, rest };
}
