// SPDX-License-Identifier: MIT
import { formatWords } from "../format.js";
import { memoryOf, type ClassResult, type Memory } from "../results.js";
import { element, paragraph, term, type Rich } from "../rich.js";
import type { Section } from "../section.js";
import { cell, table, type Column } from "../table.js";
import { headline, horizons } from "../texts/memory.js";

const kSubjects: [string, Rich][] = [
  ["mean_norm", ["The ", term("norm"), " of the state gradient of a single word, on average,"]],
  ["raw_leading", ["What the words have in common (the ", term("leading value"), " of the mean)"]],
  ["normalised_leading", ["The same, ", term("normalised"), ","]],
];

function column(heading: string, of: (memory: Memory) => number | null, measure: string): Column<ClassResult> {
  const value = (row: ClassResult) => {
    const memory = memoryOf(row, measure);
    return memory ? of(memory) : null;
  };
  return { heading: [heading], value, show: (row) => cell(value(row), formatWords) };
}

/** When every class has fallen to a half, a tenth and a hundredth. */
export function halfLifeTable(classes: ClassResult[], measure: string): HTMLElement {
  return table(
    [
      { heading: [term("class", "Class")], value: (row) => row.name },
      { heading: ["Of"], value: (row) => row.group },
      column("Half after", (memory) => memory.half, measure),
      column("A tenth after", (memory) => memory.tenth, measure),
      column("A hundredth after", (memory) => memory.hundredth, measure),
      { heading: [term("law of decay", "Law")], value: (row) => memoryOf(row, measure)?.law ?? "–" },
    ],
    classes,
    { caption: "Words until a measure has fallen; a dash: not within the delays looked at", sortable: true },
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
        " is read off the curve and has no error bar of its own.",
      ]),
    ];
  },
};
