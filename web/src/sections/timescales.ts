// SPDX-License-Identifier: MIT
import { makeFigure } from "../charts/figure.js";
import { ranked, rankedSpec, type Unit } from "../charts/ranked.js";
import { paragraph, term, type Child } from "../rich.js";
import type { Section } from "../section.js";
import { formatNumber, formatWords } from "../format.js";
import type { Timescales } from "../results.js";
import { estimateColumn, type Column } from "../table.js";
import { timescaleSentence } from "../texts/rest.js";

const columns: Column<Unit>[] = [
  { heading: ["Unit"], value: (row) => row.unit },
  estimateColumn<Unit>([term("timescale", "Timescale"), ", words"], (row) => row.timescale, formatWords),
  estimateColumn<Unit>(["Mean logarithm of the gate"], (row) => row.mean_log, formatNumber),
];

function layer(found: Timescales): Child[] {
  const made = makeFigure({
    caption: ["Each dot is a unit; bars: ", term("95 % interval", "95\u00a0% intervals"), ". The axis is logarithmic."],
    draw: () => ({
      description: `Timescales of the units of layer ${found.layer}, the shortest first`,
      spec: rankedSpec(found.units),
    }),
    numbers: () => ({ columns, rows: ranked(found.units) }),
  });
  return [paragraph(timescaleSentence(found)), made.figure];
}

export const timescalesSection: Section = {
  id: "timescales",
  short: "Timescales of units",
  question: "How long does each unit hold what it has?",
  answer: ({ results }) => {
    const found = (results.timescales ?? []).filter(({ units }) => units.length > 0);
    if (found.length === 0) return undefined;
    return [
      paragraph([
        "At every word a ",
        term("gate"),
        " multiplies what a unit holds by a factor below 1. Its mean over the text gives the unit a ",
        term("timescale"),
        ": what it would remember if nothing else happened.",
      ]),
      ...found.flatMap(layer),
    ];
  },
};
