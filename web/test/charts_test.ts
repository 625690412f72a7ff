// SPDX-License-Identifier: MIT
//
// Charts: what they show, and what is chosen to be shown.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { palette } from "../src/charts/theme.js";
import { drawn, open, paths, rounded, summary } from "./browser.js";

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
  const expected = angles.map(({ second, overlap, chance }: any) => [second.delay, overlap.estimate, overlap.low, overlap.high, chance].map(rounded));
  assert.deepEqual(rows, expected);
  assert.deepEqual(complaints, []);
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

test("an open table of numbers follows the chart, and has the columns that the chart shows", async () => {
  const { page, complaints } = await open();
  const numbers = page.locator("#spectrum details.numbers");
  await numbers.locator("summary").click();
  const told = async () => [await numbers.locator(".caption").textContent(), await numbers.locator("tbody").textContent()].join();
  assert.deepEqual(await numbers.locator("thead th").allTextContents(), ["Delay", "Class", "Estimate", "Low", "High", "Noise level", "Fitted law"]);
  const first = await told();
  const [shown, other] = summary.states;
  assert.ok(first.includes(`${shown.state} state, layer ${shown.layer}`));
  await page.locator("#spectrum select").selectOption("mean_norm");
  const second = await told();
  assert.match(second, /Mean norm of single state gradients/);
  await page.locator("header select").selectOption("1");
  await numbers.locator("summary").click();
  const third = await told();
  assert.ok(third.includes(`${other.state} state, layer ${other.layer}`));
  assert.equal(new Set([first, second, third]).size, 3);
  assert.deepEqual(complaints, []);
  await page.close();
});

/** How much lighter one of two colours is, by the rules for readable text (WCAG 2). */
function contrast(a: number[], b: number[]): number {
  const light = (colour: number[]) =>
    colour
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i]!, 0);
  const [low = 0, high = 0] = [light(a), light(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function rgb(colour: string): number[] {
  return (colour.match(/\d+/g) ?? []).slice(0, 3).map(Number);
}

test("the numbers of a confusion matrix can be read in light and dark", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page } = await open({ colorScheme });
    const plot = page.locator("#embeddings .plot").last();
    const paper = rgb(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor));
    const text = rgb(await plot.locator(".mark-text.role-mark text").first().evaluate((one) => getComputedStyle(one).fill));
    const cells = await plot.locator(".mark-rect.role-mark path").evaluateAll((all) =>
      all.map((one) => [getComputedStyle(one).fill, getComputedStyle(one).fillOpacity] as const),
    );
    assert.ok(cells.length > 1);
    for (const [fill, opacity] of cells) {
      const blend = rgb(fill).map((value, i) => Number(opacity) * value + (1 - Number(opacity)) * paper[i]!);
      assert.ok(contrast(blend, text) >= 4.5, `${colorScheme}: ${contrast(blend, text)} at opacity ${opacity}`);
    }
    await page.close();
  }
});

test("dots, lines and dashes of every colour can be seen in dark", async () => {
  const { page } = await open({ colorScheme: "dark" });
  const paper = rgb(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor));
  const seen = await page.evaluate((colours) => {
    const marks = [...document.querySelectorAll(".mark-line > path, .mark-symbol > path, .mark-rule > line")];
    const known = marks.map((mark) => {
      const { fill, stroke, opacity } = getComputedStyle(mark);
      const isFilled = colours.includes(mark.getAttribute("fill") ?? "");
      const colour = mark.getAttribute(isFilled ? "fill" : "stroke") ?? "";
      // Error bars lie behind their dots.
      const share = mark.closest(".mark-rule") ? 1 : Number(opacity);
      return { colour, shown: isFilled ? fill : stroke, share };
    });
    return known.filter(({ colour }) => colours.includes(colour));
  }, palette);
  assert.deepEqual(new Set(seen.map(({ colour }) => colour)), new Set(palette));
  for (const { colour, shown, share } of seen) {
    const blend = rgb(shown).map((value, i) => share * value + (1 - share) * paper[i]!);
    assert.ok(contrast(blend, paper) >= 3, `${colour} is shown as ${shown}`);
  }
  await page.close();
});

test("the button of a chart's menu lies on no mark", async () => {
  const { page } = await open({ width: 400 });
  const covered = await page.locator(".plot").evaluateAll((all) =>
    all.flatMap((plot) => {
      const button = plot.querySelector("summary")!.getBoundingClientRect();
      return [...plot.querySelectorAll(".role-mark > *")].filter((mark) => {
        const box = mark.getBoundingClientRect();
        return box.right > button.left && box.top < button.bottom;
      });
    }).length,
  );
  assert.equal(covered, 0);
  await page.close();
});

test("the line of the noise goes to the last delay, and no dot is cut", async () => {
  const { page } = await open();
  const plot = page.locator("#spectrum .plot");
  const ends = await plot.locator(".mark-line path").evaluateAll((all) => all.map((line) => line.getBoundingClientRect().right));
  const dot = await plot.locator(".mark-symbol.role-mark path").last().evaluate((last) => last.getBoundingClientRect());
  const middle = dot.left + dot.width / 2;
  assert.ok(ends.length >= 3 && ends.every((end) => Math.abs(end - middle) < 3), `lines end at ${ends.join(" ")}, the last dot is at ${middle}`);
  assert.equal(await page.locator(".plot .role-mark[clip-path]").count(), 0);
  await page.close();
});

test("a class has the same colour in every chart, and lines of one colour differ by their dashes", async () => {
  const { page } = await open();
  const lines = await page.locator("#classes .checks label").evaluateAll((all) =>
    all.map((label) => [label.textContent ?? "", ...["stroke", "stroke-dasharray"].map((name) => label.querySelector("line")!.getAttribute(name))]),
  );
  assert.equal(new Set(lines.map(([, ...line]) => line.join())).size, lines.length);
  const coloured = new Map(lines.map(([name, colour]) => [name, colour]));
  const legend = await page.locator("#embeddings .plot").first().evaluate((plot) => {
    const names = [...plot.querySelectorAll(".role-legend-label text")].map((label) => label.textContent ?? "");
    return [...plot.querySelectorAll(".role-legend-symbol path")].map((symbol, i) => [names[i] ?? "", symbol.getAttribute("fill") ?? ""] as const);
  });
  assert.ok(legend.length > 2);
  for (const [name, colour] of legend) assert.equal(colour, coloured.get(name), name);
  await page.close();
});
