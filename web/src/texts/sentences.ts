// SPDX-License-Identifier: MIT
//
// What is said of a sentence, word by word.
import type { Sentence, Sentences } from "../results.js";
import { number, strong, term, type Rich } from "../rich.js";

/** How strongly the state after a word depends on one of the words up to it. */
export interface Dependence {
  /** Places in the sentence, from 0. */
  read: number;
  earlier: number;
  delay: number;
  norm: number;
  /** Of the strongest dependence after the same word. */
  relative: number;
}

/** The dependences of one state, word after word, each from the nearest to the farthest. */
export function dependences(sentence: Sentence, state: number): Dependence[][] {
  return (sentence.norms[state] ?? []).map((norms, read) => {
    const strongest = Math.max(...norms);
    return norms.map((norm, delay) => ({
      read,
      earlier: read - delay,
      delay,
      norm,
      relative: strongest > 0 ? norm / strongest : 0,
    }));
  });
}

/** The largest of all norms of a sentence: what the strongest colour stands for. */
export function strongestOf(rows: Dependence[][]): number {
  return Math.max(0, ...rows.flat().map(({ norm }) => norm));
}

/** Places of the sentences that have the words in them, whatever their case; of an empty text all. Typed ones come first. */
export function matchingSentences(sentences: Sentence[], text: string): number[] {
  const wanted = text.trim().toLowerCase().replace(/\s+/g, " ");
  const found = sentences.flatMap(({ words }, i) => (words.join(" ").toLowerCase().includes(wanted) ? [i] : []));
  const isTyped = (i: number) => sentences[i]?.position === null;
  return [...found.filter(isTyped), ...found.filter((i) => !isTyped(i))];
}

/** A line of the list. */
export function sentenceLabel({ position, words }: Sentence): string {
  const most = 90;
  const text = words.join(" ");
  return (position === null ? "Typed: " : "") + (text.length > most ? `${text.slice(0, most - 1)}…` : text);
}

/** The sentence to begin with: one that was typed, or the first that is neither short nor long. */
export function firstShown(sentences: Sentence[]): number {
  const typed = sentences.findIndex(({ position }) => position === null);
  const handy = sentences.findIndex(({ words }) => words.length >= 8 && words.length <= 20);
  return Math.max(0, typed >= 0 ? typed : handy);
}

function quoted(word: string | undefined): Rich {
  return ["‘", strong(word ?? ""), "’"];
}

function wordsBack(delay: number): Rich {
  return [number(delay), delay === 1 ? " word back" : " words back"];
}

function strongest(row: Dependence[]): Dependence | undefined {
  return row.reduce<Dependence | undefined>((most, one) => (most && most.norm >= one.norm ? most : one), undefined);
}

/** What the state after a word depends on most. */
export function dependenceSentence(sentence: Sentence, row: Dependence[]): Rich {
  const [own, ...before] = row;
  if (!own) return [];
  const most = strongest(before);
  const after: Rich = ["After ", ...quoted(sentence.words[own.read]), " the state depends "];
  if (!most) {
    const alone = own.read === 0 ? "the first word of the sentence, " : "";
    return [...after, "on that word, ", alone, "by ", number(own.norm), " (", term("norm"), ")."];
  }
  const named: Rich = [...quoted(sentence.words[most.earlier]), ", ", ...wordsBack(most.delay)];
  if (most.norm > own.norm) {
    return [...after, "most on ", ...named, " (", term("norm"), " ", number(most.norm), "), and on ", ...quoted(sentence.words[own.read]), " itself by ", number(own.norm), "."];
  }
  return [
    ...after,
    "most on that word itself (",
    term("norm"),
    " ",
    number(own.norm),
    "); of the words before, most on ",
    ...named,
    " (",
    number(most.norm),
    ").",
  ];
}

/** How many sentences there are to choose from. */
export function sentencesHere({ of, taken, sentences }: Sentences): Rich {
  const typed = sentences.length - taken;
  const own = typed === 0 ? "" : typed === 1 ? " and the one that was typed" : " and those that were typed";
  if (taken === 0) return ["Here ", typed === 1 ? "is the sentence that was" : "are the sentences that were", " typed."];
  if (taken === of) return [of === 1 ? "The " : "All ", number(of), of === 1 ? " sentence" : " sentences", " of the text", own, of + typed === 1 ? " is here." : " are here."];
  return ["Of the ", number(of), " sentences of the text, ", number(taken), ", drawn at random from all of it,", own, " are here."];
}
