import assert from "node:assert/strict";
import { test } from "node:test";
import { messageOf, problemOf } from "../../static/js/api.js";

const line = { code: "unknown-name", title: "A name has no value", detail: "`tahn` is not known.", status: 422, line: 1 };

test("What is wrong with a program stands alone; whatever else went wrong has its title, too", () => {
  assert.equal(messageOf(line), "`tahn` is not known.");
  assert.equal(messageOf({ code: "internal", title: "Something is wrong on our side", detail: "It is noted as 1f.", status: 500 }), "Something is wrong on our side. It is noted as 1f.");
  assert.equal(messageOf({ code: "unreachable", title: "The server cannot be reached", detail: "The graph below is the last one drawn." }), "The server cannot be reached. The graph below is the last one drawn.");
  assert.equal(messageOf({ code: "path", title: "The address holds a null byte", detail: "", status: 400 }), "The address holds a null byte");
});

test("What was thrown by something else still says something", () => {
  for (const thrown of [undefined, null, new TypeError("Failed to fetch"), {}]) assert.equal(messageOf(thrown), "The server cannot be reached.");
});

test("The page of a proxy is a problem with a title", async () => {
  const problem = await problemOf(new Response("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" }));

  assert.equal(messageOf(problem), "The server refused the program. It answered 502 Bad Gateway.");
});
