// SPDX-License-Identifier: MIT
//
// A chart with its caption and its numbers. Charts are drawn one after the other, those in sight
// first, so that the page can be read at once.
import vegaEmbed, { type VisualizationSpec } from "vega-embed";
import { details, refill } from "../controls.js";
import { element, type Rich } from "../rich.js";
import { table, type Column } from "../table.js";
import { config } from "./theme.js";

export interface Drawing {
  /** What the chart shows, for those who do not see it; the caption of its numbers. */
  description: string;
  spec: VisualizationSpec;
  height?: number;
}

export interface Figure {
  caption: Rich;
  draw: () => Drawing;
  /** Controls that stand above the chart. */
  controls?: (HTMLElement | null)[];
  /** What was drawn, as a table. */
  numbers?: () => { columns: Column[]; rows: unknown[] };
}

interface Waiting {
  place: HTMLElement;
  draw: () => Promise<void>;
}

const waiting: Waiting[] = [];
let busy = false;

/** Runs when the browser has nothing better to do. */
function whenIdle(run: () => void): void {
  if ("requestIdleCallback" in window) window.requestIdleCallback(run, { timeout: 200 });
  else setTimeout(run, 16);
}

function isInSight({ place }: Waiting): boolean {
  const box = place.getBoundingClientRect();
  return box.top < window.innerHeight && box.bottom > 0;
}

/** For those who measure how soon the page can be read. */
function markOnce(name: string): void {
  if (performance.getEntriesByName(name).length === 0) performance.mark(name);
}

function drawNext(): void {
  const sight = waiting.findIndex(isInSight);
  if (sight < 0) markOnce("charts in sight drawn");
  const next = waiting.splice(Math.max(sight, 0), 1)[0];
  if (!next) {
    busy = false;
    document.documentElement.dataset["drawn"] = "all";
    markOnce("charts drawn");
    return;
  }
  next.draw().finally(() => whenIdle(drawNext));
}

function enqueue(item: Waiting): void {
  waiting.push(item);
  document.documentElement.dataset["drawn"] = "some";
  if (busy) return;
  busy = true;
  whenIdle(drawNext);
}

// On paper everything is drawn, although nobody has looked at it.
window.addEventListener("beforeprint", () => {
  for (const { draw } of waiting.splice(0)) void draw();
});

async function embed(place: HTMLElement, { description, spec }: Drawing): Promise<void> {
  if (!place.isConnected) return;
  // The page must not jump while the chart is drawn again.
  place.style.minHeight = `${place.offsetHeight}px`;
  place.classList.toggle("untitled", !("title" in spec && spec.title));
  const sized = { width: "container", autosize: { type: "fit-x", contains: "padding" }, ...spec };
  await vegaEmbed(place, { description, ...sized } as VisualizationSpec, {
    config,
    renderer: "svg",
    actions: { export: true, source: true, compiled: false, editor: false },
    i18n: {
      CLICK_TO_VIEW_ACTIONS: "Save this chart, or see its data",
      SVG_ACTION: "Save as SVG",
      PNG_ACTION: "Save as PNG",
      SOURCE_ACTION: "See its definition and data",
    },
    downloadFileName: place.closest("section")?.id ?? "chart",
    tooltip: { theme: "custom" },
    scaleFactor: 3,
  });
  place.style.minHeight = "";
}

function closeMenu(place: HTMLElement, { key }: KeyboardEvent): void {
  const menu = place.querySelector<HTMLDetailsElement>("details[open]");
  if (key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

/** Draws a chart again, and lists its numbers again if they are open, when `redraw` is called. */
export interface Made {
  figure: HTMLElement;
  redraw: () => void;
}

function numbersOf({ numbers, draw }: Figure): HTMLDetailsElement | undefined {
  if (!numbers) return undefined;
  const make = () => {
    const { columns, rows } = numbers();
    return table(columns, rows, { caption: draw().description });
  };
  return details("The numbers", make, { class: "numbers" });
}

export function makeFigure(options: Figure): Made {
  const place = element("div", { class: "plot", style: `min-height:${options.draw().height ?? 300}px` });
  place.addEventListener("keydown", (event) => closeMenu(place, event));
  const draw = () => enqueue({ place, draw: () => embed(place, options.draw()) });
  const figure = element("figure", {});
  const controls = (options.controls ?? []).filter((control) => control !== null);
  if (controls.length > 0) figure.append(element("div", { class: "controls" }, ...controls));
  figure.append(place, element("figcaption", {}, ...options.caption));
  const list = numbersOf(options);
  if (list) figure.append(list);
  draw();
  const redraw = () => {
    draw();
    if (list) refill(list);
  };
  return { figure, redraw };
}
