// The network, and nothing but. A request → a trace or a problem; a newer request ends the older one.

/** @typedef {import("./types.js").Trace} Trace */
/** @typedef {import("./types.js").Problem} Problem */
/** @typedef {{trace: Trace} | {problem: Problem} | {stale: true}} Answer */

/**
 * @param {string} base
 * @param {typeof fetch} [send]
 */
export function createApi(base, send = (...request) => fetch(...request)) {
  /** @returns {(body: Record<string, unknown>) => Promise<Answer>} a newer request of this kind ends the older one */
  function asker() {
    /** @type {AbortController | null} */
    let running = null;
    return async (body) => {
      running?.abort();
      const mine = (running = new AbortController());
      try {
        const response = await send(`${base}api/v1/graphs`, {
          method: "POST",
          headers: { "content-type": "application/json", accept: "application/json, application/problem+json" },
          body: JSON.stringify(body),
          signal: mine.signal,
        });
        const answer = response.ok ? { trace: /** @type {Trace} */ (await response.json()) } : { problem: await problemOf(response) };
        return mine.signal.aborted ? { stale: true } : answer;
      } catch (error) {
        if (mine.signal.aborted) return { stale: true };
        return { problem: unreachable(error) };
      }
    };
  }
  return {
    /** A program. */
    graph: asker(),
    /** The same program with other numbers, for the words. */
    told: asker(),
  };
}

/** @param {Response} response @returns {Promise<Problem>} */
export async function problemOf(response) {
  const wait = Number(response.headers.get("retry-after"));
  const retryAfter = wait > 0 ? wait : undefined;
  try {
    const body = await response.json();
    if (body && typeof body.title === "string") return { ...body, code: body.code ?? "error", status: response.status, retryAfter };
  } catch {
    // Not JSON: a proxy's page, most likely. Its status still says something.
  }
  return { code: "http", status: response.status, title: "The server refused the program", detail: `It answered ${response.status} ${response.statusText}.`.replace(" .", "."), retryAfter };
}

/**
 * What is said of what was thrown, where there is one place for it. The detail of a wrong program stands alone; others need their title.
 * @param {unknown} problem
 */
export function messageOf(problem) {
  const { title, detail, status } = /** @type {Partial<Problem>} */ (problem ?? {});
  if (!title) return "The server cannot be reached.";
  if (!detail) return title;
  return status === 422 ? detail : `${title}. ${detail}`;
}

/** @param {unknown} error @returns {Problem} */
const unreachable = (error) => ({
  code: "unreachable",
  title: "The server cannot be reached",
  detail: "The graph below is the last one drawn.",
  hint: "Check the connection; the next edit tries again.",
  ...(error instanceof SyntaxError ? { title: "The server's answer could not be read" } : {}),
});
