// SPDX-License-Identifier: MIT
//
// Reads the results that the page carries and puts the sections below each other.
import { select } from "./controls.js";
import { listenForExplanations } from "./explain.js";
import { stateLabel } from "./format.js";
import type { Results } from "./results.js";
import { element } from "./rich.js";
import { sectionElement, type Section, type View } from "./section.js";
import { anglesSection } from "./sections/angles.js";
import { averagingSection } from "./sections/averaging.js";
import { classesSection } from "./sections/classes.js";
import { differencesSection } from "./sections/differences.js";
import { embeddingsSection } from "./sections/embeddings.js";
import { memorySection } from "./sections/memory.js";
import { reproduceSection } from "./sections/reproduce.js";
import { sentencesSection } from "./sections/sentences.js";
import { spectrumSection } from "./sections/spectrum.js";
import { textSection } from "./sections/text.js";
import { timescalesSection } from "./sections/timescales.js";
import { trainingSection } from "./sections/training.js";
import { usedSection } from "./sections/used.js";
import { validitySection } from "./sections/validity.js";
import { wordsSection } from "./sections/words.js";

/** From top to bottom. */
const sections: Section[] = [
  textSection,
  memorySection,
  spectrumSection,
  classesSection,
  wordsSection,
  sentencesSection,
  differencesSection,
  anglesSection,
  averagingSection,
  usedSection,
  timescalesSection,
  validitySection,
  embeddingsSection,
  trainingSection,
  reproduceSection,
];

function readResults(): Results {
  performance.mark("begun");
  const results = JSON.parse(document.getElementById("results")?.textContent ?? "null") as Results | null;
  if (results?.format !== "stategrad results") throw new Error("the page carries no results");
  performance.mark("results read");
  return results;
}

function nameOf({ run }: Results): string {
  return `${run["model"] ?? ""} · ${run["text"] ?? ""}`;
}

function header(results: Results, show: (state: number) => void): HTMLElement {
  const choices = results.states.map((state, i) => ({ value: String(i), label: stateLabel(state) }));
  return element(
    "header",
    {},
    element("p", { class: "model" }, nameOf(results)),
    element("h1", {}, "What this network remembers"),
    choices.length > 1 ? select("State shown", choices, "0", (value) => show(Number(value))) : null,
  );
}

function contents(shown: Section[]): HTMLElement {
  const items = shown.map(({ id, short }) => element("li", {}, element("a", { href: `#${id}` }, short)));
  return element("nav", { "aria-label": "Contents" }, element("ol", {}, ...items));
}

function show(results: Results, index: number, place: HTMLElement): void {
  const state = results.states[index];
  if (!state) throw new Error("the results have no state");
  const view: View = { results, state };
  const answered = sections.flatMap((section) => {
    const children = section.answer(view);
    return children ? [{ section, children }] : [];
  });
  const position = window.scrollY;
  place.replaceChildren(
    contents(answered.map(({ section }) => section)),
    ...answered.map(({ section, children }) => sectionElement(section, children)),
    element("footer", {}, `Made by ${results.run["program"] ?? "stategrad"}. Every number here is in summary.json${results.sentences ? " or sentences.json" : ""}.`),
  );
  window.scrollTo(0, position);
}

/** The header stays when another state is shown, and with it the focus. */
function begin(results: Results): void {
  document.title = `${nameOf(results)}: ${document.title}`;
  const place = element("div");
  document.getElementById("page")?.append(header(results, (state) => show(results, state, place)), place);
  show(results, 0, place);
}

listenForExplanations();
begin(readResults());
performance.mark("sections made");
