// SPDX-License-Identifier: MIT
//
// What averaging over words cancels, in words.
import { formatShare } from "../format.js";
import { measureOf, type ClassResult } from "../results.js";
import { number, type Rich } from "../rich.js";
import { surelyApart, withInterval } from "./claims.js";

/** How much of single state gradients the mean keeps, at the first and at the last delay. */
export function averaging(all: ClassResult): Rich {
  const known = all.delays.filter((delay) => measureOf(delay, "kept_by_mean")?.estimate != null);
  const [first, last] = [known[0], known[known.length - 1]];
  if (!first || !last) return [];
  const [early, late] = [measureOf(first, "kept_by_mean"), measureOf(last, "kept_by_mean")];
  const text: Rich = [
    "At delay ",
    number(first.delay),
    " the mean keeps ",
    ...withInterval(early, formatShare),
    " of what a single state gradient has",
  ];
  if (first === last) return [...text, "."];
  text.push(", and ", ...withInterval(late, formatShare), " at delay ", number(last.delay), ".");
  if (surelyApart(early, late)) {
    const falls = (late?.estimate ?? 0) < (early?.estimate ?? 0);
    text.push(
      falls
        ? " The further back a word is, the less single state gradients agree on which directions of its embedding are kept; their " +
            "mean shows only what they share."
        : " Further back, single state gradients are more alike than nearby.",
    );
  } else {
    text.push(" These cannot be told apart.");
  }
  return text;
}
