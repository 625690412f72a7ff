// SPDX-License-Identifier: MIT
//
// A confusion matrix: true classes below each other, found classes side by side.
import type { VisualizationSpec } from "vega-embed";
import type { Probe } from "../results.js";

export function confusionRows(probe: Probe): { truth: string; found: string; count: number }[] {
  return probe.confusion.flatMap((row, i) =>
    row.map((count, j) => ({ truth: probe.classes[i] ?? "", found: probe.classes[j] ?? "", count })),
  );
}

export function confusionSpec(probe: Probe): VisualizationSpec {
  const axis = { labelLimit: 110 };
  const side = Math.max(24, Math.min(44, 320 / probe.classes.length));
  return {
    data: { values: confusionRows(probe) },
    height: side * probe.classes.length,
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
    layer: [
      {
        mark: { type: "rect", stroke: "currentColor", strokeOpacity: 0.15 },
        encoding: {
          color: {
            field: "count",
            type: "quantitative",
            scale: { scheme: "cividis", type: "sqrt" },
            legend: { title: "Vectors", orient: "right", gradientLength: 120 },
          },
          tooltip: [
            { field: "truth", title: "True class" },
            { field: "found", title: "Found" },
            { field: "count", title: "Vectors" },
          ],
        },
      },
      ...(probe.classes.length <= 8
        ? [
            {
              mark: { type: "text", fontSize: 11 },
              encoding: {
                text: { field: "count", format: ",d" },
                // The dark half of cividis needs white letters.
                color: {
                  condition: { test: `datum.count > ${Math.max(...probe.confusion.flat()) * 0.22}`, value: "#000" },
                  value: "#fff",
                },
              },
            },
          ]
        : []),
    ],
  } as unknown as VisualizationSpec;
}
