// SPDX-License-Identifier: MIT
//
// How charts look. Text and lines take the colour of the page's text, so that one drawing serves
// light, dark and paper, and a saved chart is black on white.
import type { Config } from "vega-lite";

/** Okabe and Ito's colours, those that can be seen best first; style.css has lighter ones for each, on black. */
export const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f"];
/** With more series than colours, lines differ by their dashes too. */
export const dashes = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]];

/** Of the class at a place among the classes: all words, the first, are grey; no other class is. */
export function styleOfClass(place: number): number {
  const grey = palette.length - 1;
  return place === 0 ? grey : place - 1 + Math.floor((place - 1) / grey);
}

/** The same for a class in every chart, by its place among those of the analysis; others follow them. */
export function stylesOf(names: string[], classes: { name: string }[]): Map<string, number> {
  const all = [...new Set([...classes.map(({ name }) => name), ...names])];
  return new Map(names.map((name) => [name, styleOfClass(all.indexOf(name))]));
}

export function colourOf(index: number): string {
  return palette[index % palette.length] ?? "#7f7f7f";
}

export function dashOf(index: number): number[] {
  return dashes[Math.floor(index / palette.length) % dashes.length] ?? [1, 0];
}

/** Between the outermost dots and the ends of an axis, in pixels. */
export const kRoom = 8;

/** Multiples of 1, 2 or 5 times a power of ten, about five of them. */
function evenTicks(from: number, to: number): number[] {
  const rough = (to - from) / 5 || from;
  const power = Math.floor(Math.log10(rough));
  const digit = [1, 2, 5].find((one) => one * 10 ** power >= rough) ?? 10;
  const step = digit * 10 ** power;
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Labelled places of a logarithmic axis: some digits of each power of ten, the fewer the more powers there are. */
export function logarithmicTicks(values: (number | null)[]): number[] {
  const positive = values.filter((value): value is number => value !== null && value > 0);
  const [from, to] = [Math.min(...positive), Math.max(...positive)];
  if (positive.length === 0) return [];
  const powers = Math.log10(to / from);
  if (powers <= 0.7) return evenTicks(from, to);
  const digits = powers <= 1 ? [1, 2, 3, 5, 7] : powers <= 2.5 ? [1, 2, 5] : powers <= 4.5 ? [1, 3] : [1];
  const first = Math.floor(Math.log10(from));
  const last = Math.ceil(Math.log10(to));
  const all = Array.from({ length: last - first + 1 }, (_, i) => first + i).flatMap((power) =>
    // Read as text: products of powers are off in their last digit.
    digits.map((digit) => Number(`${digit}e${power}`)),
  );
  return all.filter((tick) => tick >= from && tick <= to);
}

/** What tells the lines of a chart apart. */
export function lineOf(index: number): { colour: string; dashes: number[] } {
  return { colour: colourOf(index), dashes: dashOf(index) };
}

const text = "currentColor";

export const config: Config = {
  background: "transparent",
  font: "system-ui, sans-serif",
  view: { stroke: null },
  axis: {
    labelColor: text,
    titleColor: text,
    domainColor: text,
    tickColor: text,
    gridColor: text,
    gridOpacity: 0.12,
    domainOpacity: 0.5,
    tickOpacity: 0.5,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    titlePadding: 8,
  },
  legend: {
    labelColor: text,
    titleColor: text,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    labelLimit: 160,
    symbolStrokeWidth: 2.5,
    symbolOpacity: 1,
  },
  title: { color: text, fontSize: 12, fontWeight: "normal", anchor: "start", offset: 10 },
  header: { labelColor: text, titleColor: text },
  text: { color: text },
};
