// SPDX-License-Identifier: MIT
//
// A confusion matrix: true classes below each other, found classes side by side.
import type { VisualizationSpec } from "vega-embed";
import type { Probe } from "../results.js";
import { palette } from "./theme.js";

/** The text of the page has a contrast of 4.5 to 1 with this much of the colour, in light and in dark. */
const kStrongestBelowText = 0.8;

export function confusionRows(probe: Probe): { truth: string; found: string; count: number }[] {
  return probe.confusion.flatMap((row, i) =>
    row.map((count, j) => ({ truth: probe.classes[i] ?? "", found: probe.classes[j] ?? "", count })),
  );
}

function sideOf(probe: Probe): number {
  return Math.max(24, Math.min(44, 320 / probe.classes.length));
}

/** With room for the names of the classes. */
export function confusionHeight(probe: Probe): number {
  return sideOf(probe) * probe.classes.length + 110;
}

export function confusionSpec(probe: Probe): VisualizationSpec {
  const axis = { labelLimit: 110 };
  const most = Math.max(1, ...probe.confusion.flat());
  // Numbers in the cells do without a legend; small cells have no room for them.
  const withNumbers = probe.classes.length <= 8;
  const opacity = {
    field: "count",
    type: "quantitative",
    scale: { type: "sqrt", domain: [0, most], range: [0, withNumbers ? kStrongestBelowText : 1] },
    legend: withNumbers ? null : { title: "Vectors", orient: "bottom" },
  };
  const tooltip = [
    { field: "truth", title: "True class" },
    { field: "found", title: "Found" },
    { field: "count", title: "Vectors" },
  ];
  const cells = {
    mark: { type: "rect", fill: palette[0], stroke: "currentColor", strokeOpacity: 0.2 },
    encoding: { fillOpacity: opacity, tooltip },
  };
  const numbers = {
    mark: { type: "text", fontSize: 12 },
    encoding: { text: { field: "count", format: ",d" } },
  };
  return {
    data: { values: confusionRows(probe) },
    height: sideOf(probe) * probe.classes.length,
    encoding: {
      x: {
        field: "found",
        type: "nominal",
        sort: probe.classes,
        title: "Class that the probe found",
        axis: { ...axis, labelAngle: -40 },
      },
      y: { field: "truth", type: "nominal", sort: probe.classes, title: "True class", axis },
    },
    layer: withNumbers ? [cells, numbers] : [cells],
  } as unknown as VisualizationSpec;
}
