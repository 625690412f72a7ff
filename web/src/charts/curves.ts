// SPDX-License-Identifier: MIT
//
// Measures over the delay: lines with bands of their 95 % intervals.
import type { VisualizationSpec } from "vega-embed";
import type { Estimate } from "../results.js";
import type { Column } from "../table.js";
import { cell } from "../table.js";
import { colourOf, dashOf, kRoom, logarithmicTicks } from "./theme.js";

export interface Curve {
  name: string;
  /** Decides colour and dashes, so that both stay when other curves are hidden. */
  index: number;
  points: { delay: number; value: Estimate }[];
  /** A fitted law at the delays 0, 1, … */
  fit?: (number | null)[];
}

export interface CurvesOptions {
  /** What is on the vertical axis, with its unit. */
  measure: string;
  scale: "linear" | "log";
  format?: string;
  /** Show what noise alone would give. */
  noise?: boolean;
  /** A level to compare with, and what has it. */
  level?: { name: string; value: number };
  /** What the curves are: classes, unless told. */
  of?: string;
  height?: number;
}

export interface CurveRow {
  delay: number;
  name: string;
  estimate: number | null;
  low: number | null;
  high: number | null;
  noise: number | null;
  fit: number | null;
}

function curveRows(curves: Curve[]): CurveRow[] {
  return curves.flatMap((curve) =>
    curve.points.map(({ delay, value }) => ({
      delay,
      name: curve.name,
      estimate: value.estimate,
      low: value.low,
      high: value.high,
      noise: value.noise ?? null,
      fit: curve.fit?.[delay] ?? null,
    })),
  );
}

function nameOf({ of }: CurvesOptions): string {
  return of ?? "Class";
}

/** What is drawn of the curves, as columns of a table. */
function curveColumns(rows: CurveRow[], options: CurvesOptions): Column<CurveRow>[] {
  const { level } = options;
  const column = (heading: string, value: (row: CurveRow) => number | null): Column<CurveRow> => ({
    heading: [heading],
    value,
    show: (row) => cell(value(row)),
  });
  return [
    { heading: ["Delay"], value: (row) => row.delay },
    { heading: [nameOf(options)], value: (row) => row.name },
    column("Estimate", (row) => row.estimate),
    column("Low", (row) => row.low),
    column("High", (row) => row.high),
    ...(options.noise && rows.some(({ noise }) => noise !== null) ? [column("Noise level", (row) => row.noise)] : []),
    ...(rows.some(({ fit }) => fit !== null) ? [column("Fitted law", (row) => row.fit)] : []),
    ...(level ? [column(level.name, () => level.value)] : []),
  ];
}

export function curvesTable(curves: Curve[], options: CurvesOptions): { columns: Column<CurveRow>[]; rows: CurveRow[] } {
  const rows = curveRows(curves);
  return { columns: curveColumns(rows, options), rows };
}

/** Noise further below the estimates than by this factor would press them flat. */
const kNoiseBelow = 100;

/** On a logarithmic axis nothing below this is drawn: below the smallest estimate above 0, and below the noise. */
function floorOf(rows: CurveRow[], withNoise: boolean): number {
  const smallest = (values: (number | null)[]) => Math.min(...values.map((value) => value || Infinity).filter((value) => value > 0));
  const estimate = smallest(rows.map((row) => row.estimate));
  const noise = withNoise ? smallest(rows.map((row) => row.noise)) : Infinity;
  return Math.min(estimate / 3, Math.max(noise / 1.5, estimate / kNoiseBelow));
}

export function curvesSpec(curves: Curve[], options: CurvesOptions): VisualizationSpec {
  const log = options.scale === "log";
  const rows = curveRows(curves);
  const floor = log ? floorOf(rows, options.noise === true) : 0;
  const clipped = (value: number | null) => (value !== null && log ? Math.max(value, floor) : value);
  const drawn = rows
    .filter((row) => row.estimate !== null && (!log || row.estimate > 0))
    .map((row) => ({ ...row, drawn_low: clipped(row.low), drawn_high: clipped(row.high) }));
  const y = {
    type: "quantitative",
    title: null,
    scale: log ? { type: "log", domainMin: floor, nice: false, padding: kRoom } : { zero: true },
    axis: {
      format: options.format ?? "~g",
      ...(log ? { values: logarithmicTicks(drawn.flatMap((row) => [floor, row.drawn_high])) } : { tickCount: 5 }),
    },
  };
  const names = curves.map((curve) => curve.name);
  const legend = curves.length > 1 ? { title: null, orient: "bottom", symbolType: "stroke", symbolSize: 500, columns: { expr: "width < 420 ? 2 : 4" } } : null;
  const colour = {
    field: "name",
    type: "nominal",
    scale: { domain: names, range: curves.map((curve) => colourOf(curve.index)) },
    legend,
  };
  const dash = {
    field: "name",
    type: "nominal",
    legend,
    scale: { domain: names, range: curves.map((curve) => dashOf(curve.index)) },
  };
  const x = {
    field: "delay",
    type: "quantitative",
    title: "Delay: words ago",
    axis: { grid: false, tickMinStep: 1, format: "d", labelBound: true },
    scale: { nice: false, padding: kRoom },
  };
  const tooltip = [
    { field: "name", title: nameOf(options) },
    { field: "delay", title: "Delay" },
    { field: "estimate", title: "Estimate", format: ".3~g" },
    { field: "low", title: "Low", format: ".3~g" },
    { field: "high", title: "High", format: ".3~g" },
    ...(options.noise ? [{ field: "noise", title: "Noise level", format: ".3~g" }] : []),
  ];
  const layers: object[] = [
    {
      mark: { type: "area", fillOpacity: 0.22 },
      encoding: { y: { field: "drawn_low", ...y }, y2: { field: "drawn_high" }, color: colour },
    },
    {
      mark: { type: "line", strokeWidth: 2 },
      encoding: { y: { field: "estimate", ...y }, color: colour, strokeDash: dash },
    },
    {
      mark: { type: "point", filled: true, size: 28, opacity: 1 },
      encoding: { y: { field: "estimate", ...y }, color: colour, tooltip },
    },
  ];
  const noise = drawn.filter((row) => options.noise && row.noise !== null && row.noise > floor);
  if (noise.length > 0) {
    layers.unshift({
      data: { values: noise },
      mark: { type: "line", strokeDash: [2, 3], strokeWidth: 1.5, color: "currentColor", opacity: 0.6 },
      encoding: { y: { field: "noise", ...y }, detail: { field: "name" } },
    });
  }
  const fitted = drawn.filter((row) => row.fit !== null && row.fit > floor);
  if (fitted.length > 0) {
    layers.push({
      data: { values: fitted },
      mark: { type: "line", strokeDash: [7, 4], strokeWidth: 1.5, color: "currentColor" },
      encoding: { y: { field: "fit", ...y }, detail: { field: "name" } },
    });
  }
  if (options.level !== undefined) {
    layers.unshift({
      data: { values: [{ level: options.level.value }] },
      mark: { type: "rule", strokeDash: [4, 4], color: "currentColor", opacity: 0.6 },
      encoding: { y: { field: "level", ...y }, x: null },
    });
  }
  return {
    data: { values: drawn },
    title: options.measure,
    height: options.height ?? 260,
    encoding: { x },
    layer: layers,
  } as unknown as VisualizationSpec;
}
