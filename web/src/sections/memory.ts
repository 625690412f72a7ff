// SPDX-License-Identifier: MIT
import { formatWords, formatWordsWithin } from "../format.js";
import { memoryOf, type ClassResult, type Memory } from "../results.js";
import { element, paragraph, term, type Rich } from "../rich.js";
import type { Section } from "../section.js";
import { cell, table, type Column } from "../table.js";
import { headline, horizons } from "../texts/memory.js";

/** Of which half-lives have errors and can be compared. */
const kMeasure = "raw_leading_cross_validated";

const kSubjects: [string, Rich][] = [
  ["mean_norm", ["On average, the ", term("norm"), " of the state gradient of a single word"]],
  [kMeasure, ["What the words have in common (the ", term("cross-validated"), " ", term("leading value"), " of the mean)"]],
  ["normalised_leading", ["The ", term("normalised"), " leading value"]],
];

/** Where narrow columns may break a long word: a soft hyphen. */
const kMayBreak = "\u00ad";

const memoryHere = (row: ClassResult) => memoryOf(row, kMeasure);

function column(heading: string, of: (memory: Memory) => number | null): Column<ClassResult> {
  const value = (row: ClassResult) => {
    const memory = memoryHere(row);
    return memory ? of(memory) : null;
  };
  return { heading: [heading], value, show: (row) => cell(value(row), formatWords) };
}

const halfLife: Column<ClassResult> = {
  heading: ["Half after"],
  value: (row) => memoryHere(row)?.half,
  show: (row) => {
    const found = memoryHere(row)?.half_life;
    const format = formatWordsWithin(found);
    if (typeof found?.low !== "number") return cell(memoryHere(row)?.half, format);
    return [...cell(found.estimate, format), " (", ...cell(found.low, format), " to ", ...cell(found.high, format), ")"];
  },
};

/** When every class has fallen to a half, a tenth and a hundredth. */
export function halfLifeTable(classes: ClassResult[]): HTMLElement {
  return table(
    [
      { heading: [term("class", "Class")], value: (row) => row.name },
      { heading: ["Group"], value: (row) => row.group },
      halfLife,
      column("A tenth after", (memory) => memory.tenth),
      column(`A hun${kMayBreak}dredth after`, (memory) => memory.hundredth),
      {
        heading: [term("law of decay", "Law")],
        value: (row) => (memoryHere(row)?.law ?? "–").replace("exponential", `exponen${kMayBreak}tial`),
      },
    ],
    classes,
    {
      caption: "Words until the cross-validated leading value has fallen, with 95 % intervals of the half; a dash: not within the delays looked at",
      sortable: true,
    },
  );
}

export const memorySection: Section = {
  id: "memory",
  short: "What is remembered",
  question: "What is remembered, and for how long?",
  answer: ({ state }) => {
    const all = state.classes[0];
    if (!all) return undefined;
    const sentences = kSubjects.flatMap(([measure, subject]) => {
      const memory = memoryOf(all, measure);
      return memory ? [element("li", {}, ...horizons(memory, subject))] : [];
    });
    return [
      element("p", { class: "headline" }, ...headline(all, state)),
      element("ul", {}, ...sentences),
      paragraph([
        "\u201cSurely\u201d means here and below: by the ",
        term("95 % interval", "95\u00a0% interval"),
        " of the ",
        term("cross-validated"),
        " measure. A ",
        term("half-life"),
        " is read off the curve between two delays.",
      ]),
    ];
  },
};
