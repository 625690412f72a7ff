// SPDX-License-Identifier: MIT
//
// A triangle of cells: words read below each other, the words that they follow side by side.
import type { VisualizationSpec } from "vega-embed";
import type { Dependence } from "../texts/sentences.js";

export interface Triangle {
  words: string[];
  rows: Dependence[][];
  /** What the strongest colour stands for. */
  most: number;
}

/** Room for a word in the height. */
function sideOf(words: number): number {
  return Math.max(10, Math.min(26, 700 / words));
}

export function triangleHeight(words: number): number {
  return Math.round(sideOf(words) * words);
}

export function triangleSpec({ words, rows, most }: Triangle): VisualizationSpec {
  // Words occur more than once: cells go by their places, and the axes name them.
  const places = words.map((_, i) => i);
  const axis = {
    labelExpr: `${JSON.stringify(words)}[datum.value]`,
    labelLimit: 90,
    labelFontSize: words.length > 30 ? 9 : 12,
    labelOverlap: true,
    domain: false,
    ticks: false,
  };
  const values = rows.flat().map((one) => ({ ...one, word: words[one.earlier], after: words[one.read] }));
  return {
    data: { values },
    height: triangleHeight(words.length),
    mark: { type: "rect", stroke: "currentColor", strokeOpacity: 0.12 },
    encoding: {
      x: {
        field: "earlier",
        type: "ordinal",
        scale: { domain: places },
        title: "Word on which the state depends",
        axis: { ...axis, labelAngle: words.length > 8 ? -90 : -50 },
      },
      y: { field: "read", type: "ordinal", scale: { domain: places }, title: "Word read last", axis },
      color: {
        field: "norm",
        type: "quantitative",
        // From clear to full, so that it serves light, dark and paper.
        scale: { type: "sqrt", domain: [0, most > 0 ? most : 1], range: ["rgba(0,114,178,0)", "rgba(0,114,178,1)"] },
        legend: { title: "Norm of the state gradient", orient: "bottom", format: ".2~g", tickCount: 4, gradientLength: 200 },
      },
      tooltip: [
        { field: "after", title: "After" },
        { field: "word", title: "On" },
        { field: "delay", title: "Words back" },
        { field: "norm", title: "Norm", format: ".3~g" },
        { field: "relative", title: "Of the strongest after this word", format: ".1%" },
      ],
    },
  } as unknown as VisualizationSpec;
}
