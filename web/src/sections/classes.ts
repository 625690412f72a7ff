// SPDX-License-Identifier: MIT
import { curvesSpec, curvesTable, type CurvesOptions } from "../charts/curves.js";
import { makeFigure } from "../charts/figure.js";
import { lineOf, styleOfClass } from "../charts/theme.js";
import { checks, details } from "../controls.js";
import { formatP } from "../format.js";
import type { Comparison } from "../results.js";
import { element, hint, paragraph, term } from "../rich.js";
import { keep, type Section, type View } from "../section.js";
import { cell, table, type Column } from "../table.js";
import { comparisonSentence, comparisonSummary, differing } from "../texts/classes.js";
import { overDelays } from "./delays.js";
import { halfLifeTable } from "./memory.js";
import { axisOf, choosers, curveOf, type Chosen } from "./spectrum.js";

/** So many are shown at first: more lines are hard to tell apart. */
const kFirstShown = 6;
const kSentences = 4;

function chart({ state }: View): HTMLElement {
  const classes = state.classes;
  const chosen = keep("classes", () => ({
    measure: "raw_leading_cross_validated",
    scale: "linear" as Chosen["scale"],
    shown: new Set(classes.slice(1, 1 + kFirstShown).map(({ name }) => name)),
  }));
  const curves = () =>
    classes.flatMap((ofClass, i) => {
      if (!chosen.shown.has(ofClass.name)) return [];
      return [curveOf(ofClass, chosen.measure, styleOfClass(i))];
    });
  const options = (): CurvesOptions => ({ measure: axisOf(chosen.measure), scale: chosen.scale, height: 320 });
  const series = classes.map(({ name }, i) => ({ name, ...lineOf(styleOfClass(i)) }));
  const made = makeFigure({
    caption: ["Bands: ", term("95 % interval", "95\u00a0% intervals"), ".", hint(" Tick a class to show it, untick it to hide it.")],
    controls: [
      ...(classes[0] ? choosers(classes[0], chosen, () => made.redraw()) : []),
      checks("Classes", series, chosen.shown, () => made.redraw()),
    ],
    draw: () => ({
      description: overDelays(axisOf(chosen.measure), state),
      spec: curvesSpec(curves(), options()),
      height: 360,
    }),
    numbers: () => curvesTable(curves(), options()),
  });
  return made.figure;
}

const columns: Column<Comparison>[] = [
  { heading: ["First"], value: (row) => row.first },
  { heading: ["Second"], value: (row) => row.second },
  { heading: ["Delay"], value: (row) => row.delay, show: (row) => cell(row.delay) },
  {
    heading: ["First minus second (", term("95 % interval", "95\u00a0% interval"), ")"],
    value: (row) => row.difference,
    show: (row) => [...cell(row.difference), " (", ...cell(row.low), " to ", ...cell(row.high), ")"],
  },
  { heading: ["p"], value: (row) => row.p, show: (row) => cell(row.p, formatP) },
  {
    heading: [term("corrected p", "Corrected p")],
    value: (row) => row.corrected_p,
    show: (row) => cell(row.corrected_p, formatP),
  },
];

/** The clearest differences in words, and a table of all.
 * @param measured what the differences are of */
export function tests(comparisons: Comparison[], measured: string): HTMLElement[] {
  const clearest = differing(comparisons).slice(0, kSentences);
  return [
    paragraph(comparisonSummary(comparisons, measured)),
    ...(clearest.length > 0
      ? [element("ul", {}, ...clearest.map((found) => element("li", {}, ...comparisonSentence(found))))]
      : []),
    ...(comparisons.length > 0
      ? [details("All comparisons", () => table(columns, comparisons, { caption: `Differences of ${measured}`, sortable: true }))]
      : []),
  ];
}

export const classesSection: Section = {
  id: "classes",
  short: "Classes compared",
  question: "Are some kinds of words remembered better than others?",
  answer: (view) => {
    if (view.state.classes.length < 2) return undefined;
    return [
      paragraph([
        "Each line is a ",
        term("class"),
        " of words: what the words of the class have in common in how the state keeps them.",
      ]),
      chart(view),
      ...tests(view.state.comparisons, "the cross-validated leading value"),
      element("h3", {}, "How long is each class remembered?"),
      halfLifeTable(view.state.classes),
      ...tests(view.state.half_life_comparisons, "the half-life"),
    ];
  },
};
