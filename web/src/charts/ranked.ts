// SPDX-License-Identifier: MIT
//
// Units by their timescale, the shortest first, with error bars.
import type { VisualizationSpec } from "vega-embed";
import type { Timescales } from "../results.js";
import { sorted } from "../table.js";
import { colourOf, kRoom, logarithmicTicks } from "./theme.js";

export type Unit = Timescales["units"][number];

export function ranked(units: Unit[]): Unit[] {
  const column = { heading: [], value: (unit: Unit) => unit.timescale.estimate };
  return sorted(units, column, false).filter((unit) => (unit.timescale.estimate ?? 0) > 0);
}

export function rankedSpec(units: Unit[]): VisualizationSpec {
  const order = ranked(units).map((unit, i) => ({ place: i + 1, unit: unit.unit, ...unit.timescale }));
  const [least, most] = [order[0]?.estimate ?? 1, order[order.length - 1]?.estimate ?? 1];
  // Bars that reach far would press the dots flat.
  const floor = Math.max(least / 2, Math.min(least, ...order.map((row) => row.low ?? 0)));
  const ceiling = Math.min(4 * most, Math.max(most, ...order.map((row) => row.high ?? Infinity)));
  const clamp = (value: number | null, missing: number) =>
    value === null ? missing : Math.min(Math.max(value, floor), ceiling);
  const values = order.map((row) => ({ ...row, drawn_low: clamp(row.low, floor), drawn_high: clamp(row.high, ceiling) }));
  const y = {
    type: "quantitative",
    title: null,
    scale: { type: "log", domain: [floor, ceiling], nice: false, padding: kRoom },
    axis: { format: "~g", values: logarithmicTicks([floor, ceiling]) },
  };
  return {
    data: { values },
    title: "Timescale of each unit, in words",
    height: 280,
    encoding: {
      x: {
        field: "place",
        type: "quantitative",
        title: "Units, the most forgetful first",
        axis: { grid: false, tickMinStep: 1, format: "d", labelBound: true },
        scale: { nice: false, zero: false, padding: kRoom },
      },
    },
    layer: [
      {
        mark: { type: "rule", opacity: 0.55, color: colourOf(0) },
        encoding: { y: { field: "drawn_low", ...y }, y2: { field: "drawn_high" } },
      },
      {
        mark: { type: "point", filled: true, size: 26, opacity: 1, color: colourOf(0) },
        encoding: {
          y: { field: "estimate", ...y },
          tooltip: [
            { field: "unit", title: "Unit" },
            { field: "estimate", title: "Timescale, words", format: ".3~g" },
            { field: "low", title: "Low", format: ".3~g" },
            { field: "high", title: "High", format: ".3~g" },
          ],
        },
      },
    ],
  } as unknown as VisualizationSpec;
}
