// Bundles the browser's code into static/dist. Run by assets.py; `node build.mjs --maps` adds source maps.
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";

const DIST = "static/dist";
const ENTRIES = ["static/js/page.js", "static/js/embed.js", "static/css/page.css", "static/css/embed.css"];
// Loaded when first wanted: a style sheet of a package cannot be a dynamic import.
const KATEX = { in: "katex/dist/katex.min.css", out: "katex" };
// The pages of /docs, from here and not from a CDN.
const SWAGGER = ["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"];


const result = await esbuild.build({
  entryPoints: [...ENTRIES.map((file) => ({ in: file, out: path.basename(file, path.extname(file)) })), KATEX],
  outdir: DIST,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: process.argv.includes("--maps") ? "linked" : false,
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  external: ["./fonts/*"], // ours, beside page.css
  loader: { ".woff2": "file", ".woff": "empty", ".ttf": "empty" }, // every browser of es2022 reads woff2
  legalComments: "none", // LICENSES.txt has them whole
  logLevel: "warning",
  metafile: true,
  write: false,
});

// A server may be reading this folder: write what changed, then drop what is no longer made.
const made = new Set();
for (const { path: file, contents: bundled } of result.outputFiles) {
  made.add(file);
  const contents = file.endsWith(".css") ? await withStamps(bundled) : bundled;
  if (existsSync(file) && (await readFile(file)).equals(contents)) continue;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, contents);
}
for (const folder of [DIST, `${DIST}/chunks`, `${DIST}/assets`]) {
  for (const entry of existsSync(folder) ? await readdir(folder, { withFileTypes: true }) : []) {
    const file = path.resolve(folder, entry.name);
    const bundled = folder !== DIST || /\.(js|css|map)$/.test(entry.name);
    if (entry.isFile() && bundled && !made.has(file)) await rm(file);
  }
}

await mkdir(`${DIST}/swagger`, { recursive: true });
for (const name of SWAGGER) await cp(`node_modules/swagger-ui-dist/${name}`, `${DIST}/swagger/${name}`);

await writeFile(`${DIST}/LICENSES.txt`, await licenses(Object.keys(result.metafile.inputs)));

/** A style sheet that asks for our fonts as the page's preload does (`asset` in app/pages.py): once, to be kept for ever. */
async function withStamps(/** @type {Uint8Array} */ contents) {
  let text = Buffer.from(contents).toString("utf8");
  for (const address of new Set(text.match(/\.\/fonts\/[\w-]+\.woff2/g))) {
    const digest = createHash("sha256").update(await readFile(path.join(DIST, address))).digest("hex");
    text = text.replaceAll(address, `${address}?v=${digest.slice(0, 10)}`);
  }
  return Buffer.from(text);
}

/** The licence texts of all packages whose code, style or font is in dist. */
async function licenses(/** @type {string[]} */ inputs) {
  const packages = new Set(["swagger-ui-dist", "dejavu-fonts-ttf"]);
  for (const input of inputs) {
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (name) packages.add(name);
  }
  const texts = [];
  for (const name of [...packages].sort()) {
    const folder = `node_modules/${name}`;
    const { version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
    const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
    const parts = await Promise.all(files.map((file) => readFile(`${folder}/${file}`, "utf8")));
    texts.push(`${name} ${version} (${license})\n\n${parts.join("\n").trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
