// SPDX-License-Identifier: MIT
//
// The page as a whole: its sections, its numbers, and on paper.
import assert from "node:assert/strict";
import { test } from "node:test";
import { address, browser, open, rounded, sentences, summary } from "./browser.js";

const kSections = ["text", "memory", "spectrum", "classes", "words", "sentences", "angles", "averaging", "timescales", "validity", "embeddings", "training", "reproduce"];

function numbersOf(json: unknown, found = new Set<number>()): Set<number> {
  if (typeof json === "number") found.add(rounded(json));
  else if (json !== null && typeof json === "object") Object.values(json).forEach((value) => numbersOf(value, found));
  return found;
}

test("every section and every chart is there, in light and dark, wide and narrow, without a complaint", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 400]) {
      const { page, complaints } = await open({ colorScheme, width });
      for (const id of kSections) assert.equal(await page.locator(`section#${id}`).count(), 1, id);
      const plots = await page.locator(".plot").count();
      assert.ok(plots >= 2);
      const marks = await page
        .locator(".plot")
        .evaluateAll((all) => all.map((plot) => plot.querySelectorAll("svg .mark-line path, svg .mark-symbol path, svg .mark-rect path").length));
      assert.ok(marks.every((count) => count > 0), `marks of each chart: ${marks.join(" ")}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, "wider than the window");
      assert.deepEqual(complaints, []);
      await page.close();
    }
  }
});

test("every number of the page stands in summary.json or sentences.json, but for its digits after the sixth", async () => {
  const { page } = await open();
  await page.locator("details").evaluateAll((all) => all.forEach((details) => ((details as HTMLDetailsElement).open = true)));
  await page.waitForFunction(() => [...document.querySelectorAll("section > details, details.numbers")].every((details) => details.querySelector("table")));
  const shown = await page.locator("data").evaluateAll((all) => all.map((data) => Number((data as HTMLDataElement).value)));
  assert.ok(shown.length > 100);
  const known = numbersOf(sentences, numbersOf(summary));
  // Words are counted from the one that was read last.
  for (let delay = 0; delay < sentences.max_delay; delay += 1) known.add(delay);
  assert.deepEqual(shown.filter((value) => !known.has(value)), []);
  await page.close();
});

test("the half-lives of the table are those of summary.json", async () => {
  const { page } = await open();
  const rows = await page.locator("#classes > .table tbody tr").evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.querySelector("data")?.value ?? cell.textContent?.replace("\u00ad", ""))),
  );
  const expected = summary.states[0].classes.map((ofClass: any) => {
    const { half, tenth, hundredth, law } = ofClass.memory.find((memory: any) => memory.measure === "raw_leading_cross_validated");
    const shown = [half, tenth, hundredth].map((value) => (value === null ? "–" : String(rounded(value))));
    return [ofClass.name, ofClass.group, ...shown, law ?? "–"];
  });
  assert.deepEqual(rows, expected);
  await page.close();
});

test("on paper every chart is drawn, even at once, in dark text, without controls, and nothing is cut off", async () => {
  const page = await browser.newPage({ viewport: { width: 718, height: 900 }, colorScheme: "dark" });
  await page.goto(address, { waitUntil: "domcontentloaded" });
  const paper = await page.pdf({ format: "A4", margin: { top: "1cm", bottom: "1cm", left: "1cm", right: "1cm" } });
  assert.ok(paper.length > 50_000);
  const undrawn = await page.locator(".plot").evaluateAll((all) => all.filter((plot) => !plot.querySelector("svg.marks .mark-line path, svg.marks .mark-symbol path, svg.marks .mark-rect path")).length);
  assert.equal(undrawn, 0, "charts that are not drawn when the page is printed");
  await page.emulateMedia({ media: "print" });
  for (const hidden of ["nav", ".controls", ".picker", ".search", ".plot summary", ".hint", ".explanation"]) {
    assert.equal(await page.locator(hidden).filter({ visible: true }).count(), 0, hidden);
  }
  assert.doesNotMatch(await page.locator("main").innerText(), /point at|tick a|choose a/i);
  assert.equal(await page.locator("#words .shortened tbody tr").filter({ visible: true }).count(), 30);
  assert.equal(await page.locator("#words .paper").isVisible(), true);
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).color), "rgb(0, 0, 0)");
  const wide = await page
    .locator("table, .plot svg")
    .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).length);
  assert.equal(wide, 0, "tables and charts that reach over the edge");
  await page.close();
});

test("a narrow window shows captions whole, and the half-lives without scrolling", async () => {
  const { page } = await open({ width: 400 });
  const right = (selector: string) => page.locator(selector).evaluateAll((all) => Math.max(...all.map((one) => one.getBoundingClientRect().right)));
  assert.ok((await right(".caption")) <= 400);
  assert.ok((await right("#classes > .table td")) <= 400);
  await page.close();
});

test("the page is named by its model and text, and no heading comes twice", async () => {
  const { page } = await open();
  assert.ok((await page.title()).startsWith(`${summary.run.model} · ${summary.run.text}: `));
  const headings = await page.locator("h1, h2").allTextContents();
  assert.equal(new Set(headings).size, headings.length);
  await page.close();
});
