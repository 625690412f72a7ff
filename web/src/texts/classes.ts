// SPDX-License-Identifier: MIT
//
// Which classes differ, in words.
import { formatP } from "../format.js";
import type { Comparison } from "../results.js";
import { number, strong, term, type Rich } from "../rich.js";

const kSure = 0.05;

function isSure(comparison: Comparison): boolean {
  return (
    comparison.corrected_p !== null &&
    comparison.corrected_p < kSure &&
    comparison.low !== null &&
    comparison.high !== null &&
    comparison.low * comparison.high > 0
  );
}

/** The comparisons that show a difference, the clearest first: by their distance from 0 in errors. */
export function differing(comparisons: Comparison[]): Comparison[] {
  const strength = (c: Comparison) => Math.abs(c.difference ?? 0) / (c.error || Infinity);
  return comparisons.filter(isSure).sort((a, b) => strength(b) - strength(a));
}

/** Where a state keeps words of one class better, or predictions use them more. */
function claim(measure: string, more: string, less: string): Rich {
  if (measure === "half_life") return [strong(more), " is remembered longer than ", strong(less)];
  return measure === "used_mean_norm"
    ? ["predictions depend more on words of ", strong(more), " than of ", strong(less)]
    : [strong(more), " is remembered better than ", strong(less)];
}

/** "At delay 3, A is remembered better than B: …" */
export function comparisonSentence(comparison: Comparison): Rich {
  const { difference, low, high, corrected_p: p } = comparison;
  if (difference === null || low === null || high === null || p === null) return [];
  const [more, less] = difference > 0 ? ["first", "second"] as const : ["second", "first"] as const;
  return [
    ...(comparison.delay === null ? [] : ["At delay ", number(comparison.delay), ", "]),
    ...claim(comparison.measure, comparison[more], comparison[less]),
    ": ",
    `${comparison.first} minus ${comparison.second} is `,
    number(difference),
    comparison.measure === "half_life" ? " words (" : " (",
    term("95 % interval", "95\u00a0% interval"),
    " ",
    number(low),
    " to ",
    number(high),
    "; ",
    term("corrected p"),
    " ",
    number(p, formatP(p)),
    ").",
  ];
}

/** What the comparisons of one measure come to, before the table. */
export function comparisonSummary(comparisons: Comparison[], measured: string): Rich {
  if (comparisons.length === 0) {
    return ["There is no pair of classes of one kind to compare."];
  }
  if (differing(comparisons).length === 0) {
    return [
      `No two classes of one kind differ surely in ${measured}, where they were compared: after correction for the number of ` +
        "comparisons, chance alone could make such differences.",
    ];
  }
  return [`In ${measured} these differences are the clearest:`];
}
