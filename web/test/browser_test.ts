// SPDX-License-Identifier: MIT
//
// The page as its reader sees it: made by the program, opened in Chromium.
//
//   STATEGRAD_RESULTS   a folder with summary.json and report.html
//   CHROMIUM            the browser's program
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";

const folder = process.env["STATEGRAD_RESULTS"] ?? "";
const address = pathToFileURL(join(folder, "report.html")).href;
const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
const sentences = JSON.parse(readFileSync(join(folder, "sentences.json"), "utf8"));
const kSections = ["text", "memory", "spectrum", "classes", "words", "sentences", "angles", "averaging", "timescales", "validity", "embeddings", "training", "reproduce"];

let browser: Browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(() => browser.close());

/** Whatever the page says to the console, asks from a network, or fails with. */
interface Opened {
  page: Page;
  complaints: string[];
}

async function open(options: { width?: number; colorScheme?: "light" | "dark"; before?: () => void } = {}): Promise<Opened> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.colorScheme ?? "light",
    acceptDownloads: true,
  });
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request: ${request.url()}`);
  });
  if (options.before) await page.addInitScript(options.before);
  await page.goto(address);
  await drawn(page);
  return { page, complaints };
}

async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset["drawn"] === "all", null, { timeout: 120_000 });
}

/** The path of every line of a chart, to see that it changes. */
function paths(page: Page, section: string): Promise<string> {
  return page.locator(`#${section} .plot svg`).first().evaluate((svg) => svg.innerHTML);
}

/** As the page has it: with six significant digits. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}

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
  const rows = await page.locator("#classes > .scroll tbody tr").evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.querySelector("data")?.value ?? cell.textContent)),
  );
  const expected = summary.states[0].classes.map((ofClass: any) => {
    const { half, tenth, hundredth, law } = ofClass.memory.find((memory: any) => memory.measure === "raw_leading_cross_validated");
    const shown = [half, tenth, hundredth].map((value) => (value === null ? "–" : String(rounded(value))));
    return [ofClass.name, ofClass.group, ...shown, law ?? "–"];
  });
  assert.deepEqual(rows, expected);
  await page.close();
});

test("the vertical axis changes between linear and logarithmic", async () => {
  const { page, complaints } = await open();
  const before = await paths(page, "spectrum");
  await page.locator("#spectrum label", { hasText: "linear" }).click();
  await drawn(page);
  assert.notEqual(await paths(page, "spectrum"), before);
  await page.locator("#spectrum select").selectOption("mean_norm");
  await drawn(page);
  assert.match(await paths(page, "spectrum"), /Mean norm of single state gradients/);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("of many curves those that are picked are drawn", async () => {
  const { page, complaints } = await open();
  const lines = () => page.locator("#used .plot svg .mark-line path").count();
  const names = await page.locator("#used .checks input").evaluateAll((all) => all.map((input) => input.getAttribute("value")));
  assert.deepEqual(names, summary.used.map((used: any) => used.class));
  assert.equal(await lines(), 7);
  await page.locator("#used .checks input:not(:checked)").last().check();
  await drawn(page);
  assert.equal(await lines(), 8);
  await page.locator("#used select").selectOption("1");
  await drawn(page);
  assert.equal(await lines(), 8);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("what another model keeps has a panel of its own", async () => {
  const { page, complaints } = await open();
  const angles = summary.angles.filter((angle: any) => angle.kind === "models" && angle.first.class === "all" && angle.state === summary.states[0].state);
  assert.deepEqual(new Set(angles.map((angle: any) => angle.second.results)), new Set(["results-gru"]));
  await page.locator("#angles select").selectOption({ label: "With the model of results-gru" });
  await drawn(page);
  await page.locator("#angles details.numbers summary").click();
  const rows = await page.locator("#angles details.numbers tbody tr", { hasText: "all" }).evaluateAll((all) =>
    all.map((row) => [...row.querySelectorAll("data")].map((data) => Number(data.value))),
  );
  const expected = angles.map(({ second, overlap }: any) => [second.delay, overlap.estimate, overlap.low, overlap.high].map(rounded));
  assert.deepEqual(rows, expected);
  assert.deepEqual(complaints, []);
  await page.close();
});

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

test("a chart can be saved as SVG and PNG, and its data seen", async () => {
  const { page } = await open();
  const actions = page.locator("#spectrum .vega-embed");
  for (const [label, ending] of [["Save as SVG", ".svg"], ["Save as PNG", ".png"]] as const) {
    await actions.locator("summary").click();
    const download = page.waitForEvent("download");
    await actions.locator("a", { hasText: label }).click();
    const saved = await download;
    assert.equal(saved.suggestedFilename(), `spectrum${ending}`);
    const bytes = readFileSync(await saved.path());
    assert.ok(bytes.length > 2000);
    await actions.locator("summary").click();
  }
  await page.locator("#spectrum details.numbers summary").click();
  assert.ok((await page.locator("#spectrum details.numbers tbody tr").count()) > 1);
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

test("the plot of words has a dot for each", async () => {
  const { page } = await open();
  const dots = await page.locator("#words .plot svg .mark-symbol.role-mark path").count();
  assert.equal(dots, summary.word_delays[0].words.filter(({ norms }: { norms: number[] }) => (norms[1] ?? 0) > 0).length);
  await page.close();
});

test("embeddings are seen from another side, and every probe has its confusion", async () => {
  const { page, complaints } = await open();
  const before = await paths(page, "embeddings");
  await page.locator("#embeddings label", { hasText: "LDA" }).click();
  await drawn(page);
  assert.notEqual(await paths(page, "embeddings"), before);
  await page.locator("#embeddings label", { hasText: "UMAP" }).click();
  const arranged = summary.coordinates.components.words.length;
  const dots = page.locator("#embeddings .plot svg .mark-symbol.role-mark path");
  await page.waitForFunction(() => document.querySelector("#embeddings [role=status]")?.textContent === "", null, {
    timeout: 120_000,
  });
  await drawn(page);
  assert.equal(await dots.count(), arranged);
  const last = summary.probe.length - 1;
  await page.locator("#embeddings select").selectOption(String(last));
  await drawn(page);
  const cells = await page.locator("#embeddings .plot svg .mark-text.role-mark text").allTextContents();
  const counts = summary.probe[last].confusion.flat() as number[];
  assert.deepEqual(cells.map((text) => Number(text.replace(",", ""))).sort(), [...counts].sort());
  assert.deepEqual(complaints, []);
  await page.close();
});

test("neighbours chosen again while they are arranged are arranged once, and the plane before stays meanwhile", async () => {
  const { page, complaints } = await open();
  const dots = page.locator("#embeddings .plot").first().locator("svg .mark-symbol.role-mark path");
  const before = await dots.count();
  // Progress that goes back would be a second beginning.
  await page.evaluate(() => {
    const status = document.querySelector("#embeddings [role=status]")!;
    const heard: string[] = ((window as any).heard = []);
    new MutationObserver(() => heard.push(status.textContent ?? "")).observe(status, { childList: true });
  });
  for (const view of ["UMAP", "LDA", "UMAP"]) await page.locator("#embeddings label", { hasText: view }).click();
  assert.equal(await dots.count(), before);
  await page.waitForFunction(() => (window as any).heard.includes(""), null, { timeout: 120_000 });
  await drawn(page);
  assert.equal(await dots.count(), summary.coordinates.components.words.length);
  const shares = (await page.evaluate(() => (window as any).heard as string[])).flatMap((text) => text.match(/[\d.]+/)?.map(Number) ?? []);
  assert.deepEqual(shares, [...shares].sort((a, b) => a - b));
  assert.deepEqual(complaints, []);
  await page.close();
});

test("neighbours that cannot be arranged are told of, and the plane before stays", async () => {
  const { page, complaints } = await open({
    before: () => {
      const parse = JSON.parse;
      JSON.parse = (text: string) => {
        const results = parse(text);
        if (results?.coordinates) results.coordinates.components.words.fill(null);
        return results;
      };
    },
  });
  const before = await paths(page, "embeddings");
  await page.locator("#embeddings label", { hasText: "UMAP" }).click();
  await page.locator("#embeddings [role=status]", { hasText: "could not be arranged" }).waitFor();
  assert.equal(await paths(page, "embeddings"), before);
  assert.deepEqual(complaints, []);
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
  for (const hidden of ["nav", ".controls", ".picker", ".search", ".plot summary"]) {
    assert.equal(await page.locator(hidden).filter({ visible: true }).count(), 0, hidden);
  }
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).color), "rgb(0, 0, 0)");
  const wide = await page
    .locator("table, .plot svg")
    .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).length);
  assert.equal(wide, 0, "tables and charts that reach over the edge");
  await page.close();
});

/** The numbers that the page says of a word of the shown sentence. */
function said(page: Page): Promise<number[]> {
  return page.locator("#sentences .said data").evaluateAll((all) => all.map((data) => Number((data as HTMLDataElement).value)));
}

function words(page: Page): Promise<string[]> {
  return page.locator("#sentences .sentence button").allTextContents();
}

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
