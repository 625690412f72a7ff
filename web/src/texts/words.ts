// SPDX-License-Identifier: MIT
import type { WordDelays } from "../results.js";

export type Word = WordDelays["words"][number];

/** The words that have the text in them, whatever its case; of an empty text all. */
export function matching(words: Word[], text: string): Word[] {
  const wanted = text.trim().toLowerCase();
  return words.filter(({ word }) => word.toLowerCase().includes(wanted));
}
