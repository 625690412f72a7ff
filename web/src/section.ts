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

const kept = new Map<string, unknown>();

/** What the reader chose in a place of the page: it stays when another state is shown. */
export function keep<Choice extends object>(place: string, make: () => Choice): Choice {
  const choice = (kept.get(place) as Choice | undefined) ?? make();
  kept.set(place, choice);
  return choice;
}

export function sectionElement(section: Section, children: Child[]): HTMLElement {
  return element(
    "section",
    { id: section.id, "aria-labelledby": `${section.id}-question` },
    element("h2", { id: `${section.id}-question` }, section.question),
    ...children,
  );
}
