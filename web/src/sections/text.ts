// SPDX-License-Identifier: MIT
import { details } from "../controls.js";
import { table, type Column } from "../table.js";
import { paragraph } from "../rich.js";
import type { Section } from "../section.js";
import * as words from "../texts/text.js";

const columns: Column<[string, string | number | boolean | null]>[] = [
  { heading: ["What"], value: ([name]) => name.replaceAll("_", " ") },
  { heading: ["Value"], value: ([, value]) => (typeof value === "number" ? value : String(value)) },
];

export const textSection: Section = {
  id: "text",
  short: "What was analysed",
  question: "What was analysed?",
  answer: ({ results }) => {
    const whitening = words.whitening(results);
    return [
      paragraph(words.model(results)),
      paragraph(words.text(results)),
      paragraph(words.errors(results)),
      whitening.length > 0 ? paragraph(whitening) : null,
      details("Everything that was recorded of this analysis", () => table(columns, Object.entries(results.run))),
    ];
  },
};
