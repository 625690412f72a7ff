// SPDX-License-Identifier: MIT
//
// A dot per word.
import type { VisualizationSpec } from "vega-embed";
import { colourOf, logarithmicTicks, palette } from "./theme.js";

export interface Axis {
  title: string;
  scale?: "linear" | "log";
  format?: string;
  /** Without ticks where numbers mean nothing. */
  bare?: boolean;
}

export interface Dots {
  rows: { x: number | null; y: number | null; label: string; group?: string }[];
  x: Axis;
  y: Axis;
  /** The classes in their order, with what decides their colours. */
  groups?: Map<string, number>;
  height?: number;
}

function channel(field: "x" | "y", axis: Axis, rows: Dots["rows"]): object {
  const ticks = axis.scale === "log" ? { values: logarithmicTicks(rows.map((row) => row[field])) } : { tickCount: 5 };
  return {
    field,
    type: "quantitative",
    title: axis.title,
    scale: axis.scale === "log" ? { type: "log", nice: false, padding: 14 } : { zero: false, nice: true },
    axis: axis.bare
      ? { labels: false, ticks: false, grid: false }
      : { format: axis.format ?? "~g", gridOpacity: 0.08, ...ticks },
  };
}

const shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"];

/** Where colours come again, with other shapes. */
function shapeOf(index: number): string {
  const round = Math.floor(index / palette.length);
  return shapes[((index % palette.length) + round) % shapes.length] ?? "circle";
}

export function dotsSpec({ rows, x, y, groups, height }: Dots): VisualizationSpec {
  const drawn = rows.filter(
    (row) =>
      row.x !== null &&
      row.y !== null &&
      (x.scale !== "log" || row.x > 0) &&
      (y.scale !== "log" || row.y > 0),
  );
  const names = [...(groups?.keys() ?? [])];
  const legend = { title: null, orient: "bottom", columns: { expr: "width < 420 ? 2 : 4" }, symbolOpacity: 1 };
  const grouped =
    names.length > 0
      ? {
          color: {
            field: "group",
            type: "nominal",
            scale: { domain: names, range: names.map((name) => colourOf(groups?.get(name) ?? 0)) },
            legend,
          },
          shape: {
            field: "group",
            type: "nominal",
            scale: { domain: names, range: names.map((name) => shapeOf(groups?.get(name) ?? 0)) },
            legend,
          },
        }
      : { color: { value: colourOf(0) } };
  return {
    data: { values: drawn },
    height: height ?? 340,
    title: y.bare ? undefined : y.title,
    mark: { type: "point", filled: true, size: drawn.length > 500 ? 18 : 36, opacity: 0.75 },
    encoding: {
      x: channel("x", x, drawn),
      y: channel("y", y.bare ? y : { ...y, title: "" }, drawn),
      ...grouped,
      tooltip: [
        { field: "label", title: "Word" },
        ...(names.length > 0 ? [{ field: "group", title: "Class" }] : []),
        { field: "x", title: x.title, format: ".3~g" },
        { field: "y", title: y.title, format: ".3~g" },
      ],
    },
  } as unknown as VisualizationSpec;
}
