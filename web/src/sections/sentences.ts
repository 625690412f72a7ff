// SPDX-License-Identifier: MIT
import { makeFigure } from "../charts/figure.js";
import { triangleHeight, triangleSpec } from "../charts/triangle.js";
import { search } from "../controls.js";
import { stateLabel } from "../format.js";
import { sameState, type Sentence, type Sentences, type StateName } from "../results.js";
import { element, hint, number, paragraph, term } from "../rich.js";
import { keep, type Section, type View } from "../section.js";
import type { Column } from "../table.js";
import {
  dependenceSentence,
  dependences,
  firstShown,
  matchingSentences,
  sentenceLabel,
  sentencesHere,
  strongestOf,
  type Dependence,
} from "../texts/sentences.js";

/** More lines make the list slow; the search finds the others. */
const kLines = 200;

/** Where the focus goes from a word, by keyboard. */
function moved(key: string, from: number, words: number): number | undefined {
  const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: words - 1 }[key];
  return to !== undefined && to >= 0 && to < words ? to : undefined;
}

/** The sentence as words; the one that is pointed at colours those before it. */
function colouredText(sentence: Sentence, rows: Dependence[][]): HTMLElement {
  const most = strongestOf(rows);
  const said = element("div", { class: "said", "aria-live": "polite" });
  const buttons = sentence.words.map((word, i) =>
    element(
      "button",
      {
        type: "button",
        onmouseenter: () => show(i),
        onfocus: () => show(i),
        onclick: () => show(i),
        onkeydown: (event) => {
          const to = moved((event as KeyboardEvent).key, i, sentence.words.length);
          if (to === undefined) return;
          event.preventDefault();
          buttons[to]?.focus();
        },
      },
      word,
    ),
  );
  const show = (read: number) => {
    const row = rows[read] ?? [];
    buttons.forEach((button, i) => {
      // The same colours as in the chart.
      const norm = row[read - i]?.norm;
      button.style.setProperty("--share", String(norm !== undefined && most > 0 ? Math.sqrt(norm / most) : 0));
      button.classList.toggle("unseen", norm === undefined);
      button.setAttribute("aria-pressed", String(i === read));
      button.tabIndex = i === read ? 0 : -1;
    });
    said.replaceChildren(paragraph(dependenceSentence(sentence, row)));
  };
  show(sentence.words.length - 1);
  const text = element("div", { class: "sentence", role: "group", "aria-label": "The sentence, word by word" });
  for (const button of buttons) text.append(button, " ");
  return element("div", {}, text, said);
}

/** A field to search in and a list of what was found. */
function picker({ sentences }: Sentences, first: number, use: (index: number) => void): HTMLElement {
  const list = element("select", {
    size: 6,
    "aria-label": "Sentences",
    onchange: (event) => use(Number((event.target as HTMLSelectElement).value)),
  });
  const note = element("p", { class: "note", "aria-live": "polite" });
  let shown = first;
  const fill = (text: string) => {
    const found = matchingSentences(sentences, text);
    const near = Math.max(0, Math.min(found.indexOf(shown) - 3, found.length - kLines));
    const lines = found.slice(near, near + kLines);
    list.replaceChildren(
      ...lines.map((i) =>
        element("option", { value: i, selected: i === shown }, sentenceLabel(sentences[i] as Sentence)),
      ),
    );
    note.textContent =
      found.length === 0
        ? "No such sentence."
        : found.length > kLines
          ? `The list shows ${kLines} sentences at a time: search to see others.`
          : "";
  };
  fill("");
  list.addEventListener("change", () => (shown = Number(list.value)));
  return element("div", { class: "picker" }, search("Search for a sentence", fill), list, note);
}

function columnsOf(words: string[]): Column<Dependence>[] {
  return [
    { heading: ["After"], value: ({ read }) => words[read] },
    { heading: ["On"], value: ({ earlier }) => words[earlier] },
    { heading: ["Words back"], value: ({ delay }) => delay },
    { heading: ["Norm"], value: ({ norm }) => norm },
  ];
}

function explorer(found: Sentences, state: number): HTMLElement {
  const label = stateLabel(found.states[state] as StateName);
  const chosen = keep("sentences", () => ({ index: firstShown(found.sentences) }));
  const sentence = () => found.sentences[chosen.index] as Sentence;
  const rows = () => dependences(sentence(), state);
  const place = element("div");
  const triangle = makeFigure({
    caption: [
      "Each row is the state after one word: the stronger the colour of a cell, the more it depends on the word of its column. The colour grows with the root of the norm.",
      hint(" Point at a cell for its numbers."),
    ],
    draw: () => ({
      description: `How strongly the ${label} depends, after each word, on the words up to it: ${sentence().words.join(" ")}`,
      spec: triangleSpec({ words: sentence().words, rows: rows(), most: strongestOf(rows()) }),
      height: triangleHeight(sentence().words.length) + 140,
    }),
    numbers: () => ({ columns: columnsOf(sentence().words), rows: rows().flat() }),
  });
  const show = () => place.replaceChildren(colouredText(sentence(), rows()));
  const pick = (picked: number) => {
    chosen.index = picked;
    show();
    triangle.redraw();
  };
  show();
  return element("div", {}, picker(found, chosen.index, pick), place, triangle.figure);
}

export const sentencesSection: Section = {
  id: "sentences",
  short: "Sentences",
  question: "What of a sentence is still there, word by word?",
  answer: ({ results, state }: View) => {
    const found = results.sentences;
    const index = found?.states.findIndex((other) => sameState(other, state)) ?? -1;
    if (!found || index < 0) return undefined;
    return [
      paragraph([
        hint("Choose a sentence, and point at a word of it. "),
        "The words up to the underlined one take the colour of how strongly the state, when it has just read that word, still depends on them (the ",
        term("norm"),
        " of the ",
        term("state gradient"),
        "), at ",
        term("delay", "delays"),
        " below ",
        number(found.max_delay),
        ". ",
        hint("With the keyboard: the arrow keys go from word to word. "),
        ...sentencesHere(found),
      ]),
      explorer(found, index),
    ];
  },
};
