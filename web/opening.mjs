// SPDX-License-Identifier: MIT
//
// How soon a page of results can be read: opens it in Chromium and prints, in milliseconds since the
// opening began, the median of some openings.
//
//   node opening.mjs [--times N] report.html...
//
// CHROMIUM is the browser's program.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

/** One opening, in a browser of its own, so that nothing is remembered. */
async function opened(file) {
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    await page.goto(pathToFileURL(resolve(file)).href, { timeout: 120_000 });
    const { metrics } = await session.send("Performance.getMetrics");
    const loaded = 1000 * (metrics.find(({ name }) => name === "ThreadTime")?.value ?? NaN);
    await page.waitForFunction(() => document.documentElement.dataset["drawn"] === "all", null, { timeout: 120_000 });
    const elapsed = await page.evaluate(() => {
      const at = (name) => performance.getEntriesByName(name)[0]?.startTime ?? NaN;
      return {
        begun: at("begun"),
        "results read": at("results read"),
        "sections made": at("sections made"),
        painted: at("first-contentful-paint"),
        "chart in sight": at("charts in sight drawn"),
        "all charts": at("charts drawn"),
      };
    });
    return { ...elapsed, "loaded by processor time": loaded };
  } finally {
    await browser.close();
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const files = process.argv.slice(2);
const times = files[0] === "--times" ? Number(files.splice(0, 2)[1]) : 5;
for (const file of files) {
  const found = [];
  for (let i = 0; i < times; i += 1) found.push(await opened(file));
  const texts = Object.keys(found[0]).map((name) => `${name} ${median(found.map((one) => one[name])).toFixed(0)}`);
  console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(2)} MB; ms until ${texts.join(", ")}`);
}
