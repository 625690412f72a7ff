// SPDX-License-Identifier: MIT
//
// Sentences, word by word.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, open, paths, said, sentences, words } from "./browser.js";

test("a typed sentence is shown first, as a triangle of all its norms", async () => {
  const { page, complaints } = await open();
  const typed = sentences.sentences.find(({ position }: { position: number | null }) => position === null);
  assert.deepEqual(await words(page), typed.words);
  const cells = await page.locator("#sentences .plot svg .mark-rect.role-mark path").count();
  assert.equal(cells, typed.norms[0].flat().length);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("a sentence is searched and chosen by keyboard, and the text and the chart follow", async () => {
  const { page, complaints } = await open();
  const before = await paths(page, "sentences");
  const wanted = sentences.sentences.findIndex(({ words: all }: { words: string[] }) => all.length > 6 && all.length < 15);
  const { words: expected, norms } = sentences.sentences[wanted];
  await page.locator("#sentences input[type=search]").fill(expected.join(" "));
  const options = page.locator("#sentences select option");
  assert.ok((await options.count()) >= 1);
  await page.locator("#sentences select").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await page.locator("#sentences select").selectOption(String(wanted));
  await drawn(page);
  assert.deepEqual(await words(page), expected);
  assert.notEqual(await paths(page, "sentences"), before);
  const cells = await page.locator("#sentences .plot svg .mark-rect.role-mark path").count();
  assert.equal(cells, norms[0].flat().length);
  await page.locator("#sentences input[type=search]").fill("no such sentence");
  assert.equal(await options.count(), 0);
  assert.match((await page.locator("#sentences .picker .note").textContent()) ?? "", /No such sentence/);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("pointing at a word colours the words up to it as the norms are", async () => {
  const { page } = await open();
  const { words: all, norms } = sentences.sentences.find(({ position }: { position: number | null }) => position === null);
  const most = Math.max(...norms[0].flat());
  const read = all.length - 2;
  await page.locator("#sentences .sentence button").nth(read).hover();
  const shares = await page
    .locator("#sentences .sentence button")
    .evaluateAll((buttons) => buttons.map((button) => Number((button as HTMLElement).style.getPropertyValue("--share"))));
  shares.forEach((share, i) => {
    const expected = i > read ? 0 : Math.sqrt((norms[0][read][read - i] ?? 0) / most);
    assert.ok(Math.abs(share - expected) < 1e-6, `word ${i}: ${share} where ${expected} was expected`);
  });
  const colours = await page
    .locator("#sentences .sentence button")
    .evaluateAll((buttons) => buttons.map((button) => getComputedStyle(button).backgroundColor));
  assert.notEqual(colours[read], colours[read + 1]);
  assert.equal(await page.locator('#sentences .sentence button[aria-pressed="true"]').textContent(), all[read]);
  const before = norms[0][read].slice(1);
  const strongest = Math.max(...before);
  assert.ok((await said(page)).includes(strongest));
  assert.ok((await said(page)).includes(before.indexOf(strongest) + 1));
  await page.close();
});

test("the arrow keys go from word to word", async () => {
  const { page } = await open();
  const pressed = () => page.locator('#sentences .sentence button[aria-pressed="true"]').evaluate((button) => [...(button.parentElement?.children ?? [])].indexOf(button));
  const all = await words(page);
  await page.locator('#sentences .sentence button[tabindex="0"]').focus();
  assert.equal(await pressed(), all.length - 1);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await pressed(), all.length - 2);
  await page.keyboard.press("Home");
  assert.equal(await pressed(), 0);
  await page.keyboard.press("ArrowLeft");
  assert.equal(await pressed(), 0);
  await page.close();
});
