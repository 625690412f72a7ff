// SPDX-License-Identifier: MIT
//
// A section of the page: a question and its answer.
import { element, type Child } from "./rich.js";
import type { Results, StateResult } from "./results.js";

export interface View {
  results: Results;
  /** The state that is shown. */
  state: StateResult;
}

export interface Section {
  id: string;
  /** In the list of contents. */
  short: string;
  question: string;
  /** What stands below the question; undefined if the results do not have it. */
  answer: (view: View) => Child[] | undefined;
}

export function sectionElement(section: Section, children: Child[]): HTMLElement {
  return element(
    "section",
    { id: section.id, "aria-labelledby": `${section.id}-question` },
    element("h2", { id: `${section.id}-question` }, section.question),
    ...children,
  );
}
