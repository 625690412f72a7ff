// SPDX-License-Identifier: MIT
//
// For tests of the page as its reader sees it: made by the program, opened in Chromium.
//
//   STATEGRAD_RESULTS   a folder with summary.json and report.html
//   CHROMIUM            the browser's program
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";

const folder = process.env["STATEGRAD_RESULTS"] ?? "";
export const address = pathToFileURL(join(folder, "report.html")).href;
export const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
export const sentences = JSON.parse(readFileSync(join(folder, "sentences.json"), "utf8"));

export let browser: Browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});
after(() => browser.close());

/** Whatever the page says to the console, asks from a network, or fails with. */
export interface Opened {
  page: Page;
  complaints: string[];
}

export async function open(options: { width?: number; colorScheme?: "light" | "dark"; hasTouch?: boolean; before?: () => void } = {}): Promise<Opened> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.colorScheme ?? "light",
    // What still moves cannot be pointed at.
    reducedMotion: "reduce",
    hasTouch: options.hasTouch ?? false,
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

export async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset["drawn"] === "all", null, { timeout: 120_000 });
}

/** The path of every line of a chart, to see that it changes. */
export function paths(page: Page, section: string): Promise<string> {
  return page.locator(`#${section} .plot svg`).first().evaluate((svg) => svg.innerHTML);
}

/** As the page has it: with six significant digits. */
export function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(6));
}

/** The numbers that the page says of a word of the shown sentence. */
export function said(page: Page): Promise<number[]> {
  return page.locator("#sentences .said data").evaluateAll((all) => all.map((data) => Number((data as HTMLDataElement).value)));
}

export function words(page: Page): Promise<string[]> {
  return page.locator("#sentences .sentence button").allTextContents();
}
