// SPDX-License-Identifier: MIT
//
// Bundles the page, or its tests.
//
//   node build.mjs              build/page.html
//   node build.mjs --cc FILE    that, and FILE: a C++ source that holds it
//   node build.mjs --tests      build/tests/*.mjs
import { build } from "esbuild";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";

// Compilers need not take longer texts than this in one piece.
const PIECE = 16000;
const common = { bundle: true, target: "es2021", charset: "ascii", legalComments: "none", logLevel: "warning" };

async function page() {
  const script = await build({ ...common, entryPoints: ["src/main.ts"], minify: true, format: "iife", write: false });
  const style = await build({ ...common, entryPoints: ["src/style.css"], minify: true, write: false });
  const template = await readFile("src/page.html", "utf8");
  // Inside a script element, these two would end or change it.
  const safe = script.outputFiles[0].text.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
  return template
    .replace("/*STYLE*/", () => style.outputFiles[0].text.trim())
    .replace("/*SCRIPT*/", () => safe.trim());
}

function literal(text) {
  const escaped = text
    .replace(/[\\"]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("?", "\\?")
    .replace(/[\u0000-\u001f\u007f]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`);
  // The suffix gives the length, which a compiler would otherwise count while it compiles.
  return `"${escaped}"sv`;
}

function pieces(text) {
  const found = [];
  for (let i = 0; i < text.length; i += PIECE) found.push(literal(text.slice(i, i + PIECE)));
  return found.join(",\n");
}

function source(html) {
  // eslint-disable-next-line no-control-regex
  if (/[^\u0000-\u007f]/.test(html)) throw new Error("the page is not pure ASCII");
  const [head, tail] = html.split("/*RESULTS*/");
  return `// Made by web/build.mjs: the page around its results.
#include "report/page_template.h"

namespace stategrad::report {
namespace {
using namespace std::string_view_literals;
constexpr std::string_view kHead[] = {
${pieces(head)}};
constexpr std::string_view kTail[] = {
${pieces(tail)}};
}  // namespace

PageTemplate page_template() { return {kHead, kTail}; }

}  // namespace stategrad::report
`;
}

async function tests() {
  const names = (await readdir("test")).filter((name) => name.endsWith("_test.ts"));
  await build({
    ...common,
    entryPoints: names.map((name) => `test/${name}`),
    outdir: "build/tests",
    outExtension: { ".js": ".mjs" },
    format: "esm",
    platform: "node",
    external: ["playwright-core"],
    sourcemap: "inline",
  });
}

await mkdir("build", { recursive: true });
if (process.argv[2] === "--tests") {
  await tests();
} else {
  const html = await page();
  await writeFile("build/page.html", html);
  if (process.argv[2] === "--cc") await writeFile(process.argv[3], source(html));
}
