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

test("terms are explained to mouse and keyboard", async () => {
  const { page } = await open();
  const terms = await page.locator("abbr").evaluateAll((all) => all.map((term) => [(term as HTMLElement).title, (term as HTMLElement).tabIndex]));
  assert.ok(terms.length > 10);
  assert.ok(terms.every(([title, index]) => String(title).length > 30 && index === 0));
  await page.close();
});

test("tables are sorted by the button of a column", async () => {
  const { page } = await open();
  const table = page.locator("#classes > .scroll table");
  await table.locator("thead button", { hasText: "Half after" }).click();
  const values = await table.locator("tbody tr td:nth-child(3) data").evaluateAll((all) => all.map((data) => Number((data as HTMLDataElement).value)));
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

test("another state keeps the sentence and shows its own norms", async () => {
  const { page } = await open();
  await page.locator("#sentences select").selectOption("3");
  await page.locator("header select").selectOption("1");
  await drawn(page);
  assert.deepEqual(await words(page), sentences.sentences[3].words);
  const own = sentences.sentences[3].norms[1][sentences.sentences[3].words.length - 1][0];
  assert.ok((await said(page)).includes(own));
  await page.close();
});
