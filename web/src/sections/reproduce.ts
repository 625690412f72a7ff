// SPDX-License-Identifier: MIT
import { element, number, paragraph, term, type Rich } from "../rich.js";
import type { Section } from "../section.js";

export const reproduceSection: Section = {
  id: "reproduce",
  short: "How to reproduce it",
  question: "How can this be made again?",
  answer: ({ results }) => {
    const found = results.reproduce;
    if (!found) return undefined;
    const facts: [string, Rich][] = [
      ["Program", [`stategrad ${found.version}, ${found.compiler}, kernels for ${found.kernels}`]],
      ["Machine", [found.machine]],
      ["Seed and threads", [term("seed"), " ", number(found.seed), ", ", number(found.threads), found.threads === 1 ? " thread" : " threads"]],
      ["Model", [String(results.run["model"]), `, fingerprint ${results.run["model_fingerprint"]}`]],
      ["Text", [String(results.run["text"]), `, fingerprint ${results.run["text_fingerprint"]}`]],
    ];
    return [
      paragraph(["These commands made the sums that everything here is computed from; files are named from the folder they were given in:"]),
      element("pre", { tabindex: 0 }, element("code", {}, found.commands.join("\n"))),
      paragraph([
        "The same input, seed and number of threads give the same bytes on the same kind of processor, times that a training records " +
          "excepted. 'stategrad report' makes the results and this page again from the sums.",
      ]),
      element("dl", {}, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, ...value)])),
    ];
  },
};
