import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import {
  codeOfPath, decodeProgram, embedLink, encodeProgram, fromQuery, iframeTag, inputsOf, inputsText, markdownImage, pageLink, pictureLink, toQuery,
} from "../../static/js/links.js";
import { CHOICES } from "../../static/js/view-menu.js";
import { LINKS, TABLES } from "./tables.js";

const NEURON = "x1 = 2.0\nw1 = -3.0\nn = x1*w1\no = n.tanh()\n";

test("a program survives its address, Greek and empty ones too", async () => {
  for (const source of [NEURON, "", "α = 1.0\nŷ = α * 2\n", "# ".padEnd(5000, "é"), "a = 1\r\nb = 2"]) {
    const code = await encodeProgram(source);
    assert.match(code, /^[A-Za-z0-9_-]*$/);
    assert.equal(await decodeProgram(code), source);
  }
});

test("an old link opens for ever", async () => {
  // python3: base64.urlsafe_b64encode(zlib.compress(b"a = 2.0\nb = a*a\n"))
  assert.equal(await decodeProgram("eJxLVLBVMNIz4EoC0olaiVwAHE4DTg"), "a = 2.0\nb = a*a\n");
});

test("padding and the standard alphabet are accepted", async () => {
  const standard = deflateSync(Buffer.from(NEURON)).toString("base64");
  assert.equal(await decodeProgram(standard), NEURON);
});

test("what is no program is null, and a bomb stops at the limit", async () => {
  const bomb = deflateSync(Buffer.alloc(20_000_000, 97)).toString("base64url");
  for (const code of ["", "!!", "abcd", "eJx", deflateSync(Buffer.from([0xff, 0xfe])).toString("base64url"), bomb]) {
    assert.equal(await decodeProgram(code), null, code.slice(0, 20));
  }
});

test("a query is canonical: one order, no defaults", () => {
  assert.equal(toQuery({ theme: "dark", step: "5", style: "micrograd", digits: "2" }), "step=5&theme=dark&digits=2");
  assert.equal(toQuery({ step: "end", dir: "LR" }), "");
  assert.equal(toQuery({ expand: "tanh,sub", step: "grad:x1" }), "step=grad:x1&expand=tanh,sub");
  assert.equal(toQuery({ bg: "#fff" }), "bg=%23fff");
  assert.equal(toQuery({ theme: "light" }, { keep: ["theme"] }), "theme=light", "a chosen default can be kept");
});

test("a link says what the server's link says", () => {
  for (const { options, picture, page, embed } of LINKS.written) {
    const after = (/** @type {string} */ url) => url.split("?")[1] ?? "";
    assert.equal(after(pictureLink("/", "CODE", options)), picture);
    assert.equal(after(embedLink("/", "CODE", options)), embed);
    // In the page a theme that is chosen is more than one that is not: light is said there.
    const { theme, ...rest } = options;
    assert.equal(after(pageLink("/", "CODE", theme === "light" ? rest : options)), page);
  }
});

test("a query, inputs and codes are read as the server reads them", async () => {
  for (const [query, options] of LINKS.read) assert.deepEqual(fromQuery(`?${query}`), options, query);
  for (const [text, numbers] of LINKS.inputs) {
    assert.deepEqual(inputsOf(text), numbers, text);
    assert.deepEqual(inputsOf(inputsText(numbers)), numbers, text);
  }
  for (const [program, code] of LINKS.codes) assert.equal(await decodeProgram(code), program);
});

test("every word of an option has a label in the view menu", () => {
  for (const { name, values } of CHOICES) {
    const offered = values.map(([value]) => value).filter(Boolean);
    assert.deepEqual(new Set(offered), new Set(TABLES.options.find((row) => row.name === name)?.words), name);
  }
});

test("options survive the query", () => {
  const options = { step: "forward:w#2", dir: "TB", bg: "#0ff", expand: "micrograd" };
  assert.deepEqual(fromQuery(`?${toQuery(options)}`), options);
  assert.deepEqual(fromQuery("?utm_source=x&e=a&step=3"), { step: "3" });
});

test("each link carries what its reader understands", () => {
  const options = { step: "3", theme: "light", bg: "white", font: "none", controls: "none" };
  assert.equal(pageLink("/", "CODE", options), "/g/CODE?step=3&theme=light");
  assert.equal(pictureLink("/", "CODE", options), "/g/CODE.svg?step=3&bg=white&font=none");
  assert.equal(pictureLink("https://x.y/", "CODE", {}, "png"), "https://x.y/g/CODE.png");
  assert.equal(embedLink("/", "CODE", options), "/embed/CODE?step=3&bg=white&controls=none");
  assert.equal(codeOfPath("/under/g/eN-_x"), "eN-_x");
  assert.equal(codeOfPath("/"), null);
});

test("an iteration of training is in every link, the length of the run in the page's", () => {
  const options = { step: "3", iteration: "20", learning_rate: "0.1", iterations: "500", zero_grad: "false", lab: "train", inputs: "a:1" };
  const knobs = "iteration=20&learning_rate=0.1&zero_grad=false";
  assert.equal(pictureLink("/", "CODE", options), `/g/CODE.svg?step=3&inputs=a:1&${knobs}`);
  assert.equal(pageLink("/", "CODE", options), `/g/CODE?step=3&inputs=a:1&${knobs}&iterations=500&lab=train`);
  assert.equal(embedLink("/", "CODE", options), `/embed/CODE?step=3&inputs=a:1&${knobs}&iterations=500&lab=train`);
});

test("what is pasted elsewhere is quoted for there", () => {
  assert.equal(markdownImage("graph of w[0]", "u"), "![graph of w\\[0\\]](u)");
  assert.equal(
    iframeTag('a "b" & c', "/e?a=1&b=2", 420),
    '<iframe src="/e?a=1&amp;b=2" title="a &quot;b&quot; &amp; c" width="100%" height="420" loading="lazy" style="border:0"></iframe>',
  );
});
