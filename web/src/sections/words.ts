// SPDX-License-Identifier: MIT
import { dotsSpec } from "../charts/dots.js";
import { makeFigure } from "../charts/figure.js";
import { search, select } from "../controls.js";
import { formatCount, stateLabel } from "../format.js";
import { sameState, type WordDelays } from "../results.js";
import { element, hint, number, paragraph, term } from "../rich.js";
import { keep, type Section, type View } from "../section.js";
import { table, type Column } from "../table.js";
import { matching, type Word } from "../texts/words.js";

/** More rows make the page slow; the search finds the others. */
const kRows = 200;

/** As many as style.css leaves of a table that is shortened. */
const kOnPaper = 30;

function paperNote(words: number): HTMLElement {
  return element("p", { class: "paper" }, `On paper: the first ${kOnPaper} of ${formatCount(words)} words.`);
}

function columnsOf({ delays }: WordDelays): Column<Word>[] {
  return [
    { heading: ["Word"], value: (row) => row.word },
    { heading: ["Times"], value: (row) => row.count },
    ...delays.map((delay, i) => ({
      heading: [i === 0 ? "Delay " : "", number(delay)],
      value: (row: Word) => row.norms[i] ?? null,
    })),
  ];
}

function searchableTable(found: WordDelays): HTMLElement {
  const place = element("div");
  const note = element("p", { class: "note", "aria-live": "polite" });
  const fill = (text: string) => {
    const words = matching(found.words, text);
    place.replaceChildren(
      table(columnsOf(found), words, {
        caption: "Mean norm of the state gradients to each word, by delay",
        sortable: true,
        limit: kRows,
      }),
    );
    note.textContent =
      words.length === 0
        ? "No such word."
        : words.length > kRows
          ? `The table shows ${kRows} words at a time: sort by a column, or search, to see others.`
          : "";
  };
  fill("");
  const short = found.words.length > kOnPaper ? paperNote(found.words.length) : null;
  return element("div", { class: "shortened" }, search("Search for a word", fill), place, note, short);
}

function scatter(found: WordDelays): HTMLElement {
  // At delay 0 all words are still there: one word later says more.
  const chosen = keep("words", () => ({ delay: Math.min(1, found.delays.length - 1) }));
  const columns: Column<Word>[] = columnsOf(found);
  const made = makeFigure({
    caption: ["Each dot is a word", hint("; point at it to see which"), ". Both axes are logarithmic."],
    controls: [
      select(
        "Delay",
        found.delays.map((delay, i) => ({ value: String(i), label: String(delay) })),
        String(chosen.delay),
        (value) => {
          chosen.delay = Number(value);
          made.redraw();
        },
      ),
    ],
    draw: () => ({
      description: `Mean norm of the state gradients to each word against how often it occurs, ${stateLabel(found)}`,
      spec: dotsSpec({
        rows: found.words.map(({ word, count, norms }) => ({ x: count, y: norms[chosen.delay] ?? null, label: word })),
        x: { title: "How often the word occurs in the text", scale: "log" },
        y: { title: `Mean norm of the state gradient at delay ${found.delays[chosen.delay]}`, scale: "log" },
      }),
      height: 380,
    }),
    numbers: () => ({ columns, rows: found.words.slice(0, kRows) }),
  });
  return made.figure;
}

export const wordsSection: Section = {
  id: "words",
  short: "Words",
  question: "Which words are remembered best?",
  answer: ({ results, state }: View) => {
    // Every vector occurs once: a word is what comes again.
    if (results.run["inputs"] === "vectors") return undefined;
    const found = results.word_delays?.find((other) => sameState(other, state));
    if (!found || found.words.length === 0) return undefined;
    const all = found.words.length === found.of;
    return [
      paragraph([
        "The mean ",
        term("norm"),
        " of the ",
        term("state gradient", "state gradients"),
        " to each word: how strongly the state still depends on it so many words later, in whatever direction. A word that " +
          "occurs a few times only has an uncertain mean. ",
        ...(all ? ["All "] : ["Of "]),
        number(found.of, formatCount(found.of)),
        ...(all
          ? [" words that occur are here."]
          : [" words that occur, the ", number(found.words.length, formatCount(found.words.length)), " most frequent are here; words.csv has all of them."]),
      ]),
      scatter(found),
      searchableTable(found),
    ];
  },
};
