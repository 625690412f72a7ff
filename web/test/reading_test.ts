// SPDX-License-Identifier: MIT
//
// Controls, tables and explanations, by mouse and by keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, open, said, sentences, summary, words } from "./browser.js";

test("classes can be hidden and shown by keyboard", async () => {
  const { page } = await open();
  const lines = () => page.locator("#classes .plot svg .mark-line path").count();
  const before = await lines();
  await page.locator("#classes .checks input:checked").first().focus();
  await page.keyboard.press("Space");
  await drawn(page);
  assert.equal(await lines(), before - 1);
  await page.keyboard.press("Space");
  await drawn(page);
  assert.equal(await lines(), before);
  await page.close();
});

test("terms are explained to mouse and keyboard, and to screen readers", async () => {
  const { page, complaints } = await open();
  const explanations = await page.locator("abbr").evaluateAll((all) =>
    all.map((term) => [document.getElementById(term.getAttribute("aria-describedby") ?? "")?.textContent?.length ?? 0, (term as HTMLElement).tabIndex]),
  );
  assert.ok(explanations.length > 10);
  assert.ok(explanations.every(([length = 0, index]) => length > 30 && index === 0));
  const seen = page.getByRole("tooltip");
  const term = page.locator("#memory abbr").first();
  await term.focus();
  assert.equal(await seen.count(), 1);
  assert.equal(await seen.getAttribute("id"), await term.getAttribute("aria-describedby"));
  await page.keyboard.press("Escape");
  assert.equal(await seen.count(), 0);
  await page.locator("#memory abbr").nth(1).focus();
  assert.equal(await seen.count(), 1);
  await page.locator("header select").focus();
  assert.equal(await seen.count(), 0);
  await term.hover();
  assert.equal(await seen.count(), 1);
  // The mouse can go to the explanation, and closes it elsewhere.
  await seen.hover();
  await page.waitForTimeout(300);
  assert.equal(await seen.count(), 1);
  await page.mouse.move(2, 2);
  await seen.waitFor({ state: "hidden" });
  assert.deepEqual(complaints, []);
  await page.close();
});

test("explanations are opened by touch, and none is cut at the edge of the window", async () => {
  const { page } = await open({ width: 400, hasTouch: true });
  const seen = page.getByRole("tooltip");
  const term = page.locator("#text abbr").first();
  await term.tap();
  assert.equal(await seen.count(), 1);
  await page.locator("h1").tap();
  assert.equal(await seen.count(), 0);
  const cut = await page.locator("abbr").evaluateAll((all) =>
    (all as HTMLElement[]).filter((term, i) => {
      term.scrollIntoView({ block: i % 2 === 0 ? "end" : "start", behavior: "instant" });
      term.focus({ preventScroll: true });
      const box = document.getElementById(term.getAttribute("aria-describedby") ?? "")!.getBoundingClientRect();
      return box.width === 0 || box.left < 0 || box.top < 0 || box.right > document.documentElement.clientWidth || box.bottom > window.innerHeight;
    }).map((term) => `${term.textContent} of ${term.closest("section")?.id}`),
  );
  assert.deepEqual(cut, []);
  await page.close();
});

test("tables are sorted by the button of a column", async () => {
  const { page } = await open();
  const table = page.locator("#classes > .table table");
  await table.locator("thead button", { hasText: "Half after" }).click();
  const values = await table.locator("tbody tr td:nth-child(3) data:first-child").evaluateAll((all) => all.map((data) => Number((data as HTMLDataElement).value)));
  assert.deepEqual(values, [...values].sort((a, b) => b - a));
  assert.equal(await table.locator('th[aria-sort="descending"]').count(), 1);
  await page.close();
});

test("words are found by a search and sorted by memory", async () => {
  const { page } = await open();
  const rows = page.locator("#words .scroll tbody tr");
  const words = summary.word_delays[0].words;
  assert.equal(await rows.count(), Math.min(words.length, 200));
  await page.locator("#words input[type=search]").fill("CUE5");
  const found = await page.locator("#words .scroll tbody th").allTextContents();
  const expected = words.map(({ word }: { word: string }) => word).filter((word: string) => word.includes("cue5"));
  assert.deepEqual(found, expected);
  await page.locator("#words input[type=search]").fill("no such word");
  assert.equal(await rows.count(), 0);
  assert.match((await page.locator("#words .note").textContent()) ?? "", /No such word/);
  await page.close();
});

test("another state keeps the focus and what was chosen, and shows its own norms", async () => {
  const { page, complaints } = await open();
  await page.locator("#sentences select").selectOption("3");
  await page.locator("#spectrum select").selectOption("raw_sum");
  await page.locator("#classes .checks input").first().check();
  await page.locator("#validity select").selectOption("1");
  await page.locator("#embeddings label", { hasText: "LDA" }).click();
  await page.locator("header select").focus();
  await page.keyboard.press("ArrowDown");
  await drawn(page);
  assert.equal(await page.locator("header select").inputValue(), "1");
  assert.equal(await page.evaluate(() => document.activeElement?.closest("header") !== null), true);
  assert.equal(await page.locator("#spectrum select").inputValue(), "raw_sum");
  assert.equal(await page.locator("#classes .checks input").first().isChecked(), true);
  assert.equal(await page.locator("#validity select").inputValue(), "1");
  assert.equal(await page.locator("#embeddings input[value=lda]").isChecked(), true);
  assert.deepEqual(await words(page), sentences.sentences[3].words);
  const own = sentences.sentences[3].norms[1][sentences.sentences[3].words.length - 1][0];
  assert.ok((await said(page)).includes(own));
  assert.deepEqual(complaints, []);
  await page.close();
});

test("the menu of a chart is dark where the page is, and Escape closes it", async () => {
  const { page } = await open({ colorScheme: "dark" });
  const menu = page.locator("#spectrum .vega-actions");
  await page.locator("#spectrum .plot summary").focus();
  await page.keyboard.press("Enter");
  await menu.waitFor();
  const [back, text] = await menu.evaluate((made) => [getComputedStyle(made).backgroundColor, getComputedStyle(made.querySelector("a")!).color]);
  assert.deepEqual([back, text], ["rgb(33, 35, 39)", "rgb(232, 232, 228)"]);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "SUMMARY");
  await page.close();
});
