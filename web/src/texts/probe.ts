// SPDX-License-Identifier: MIT
//
// What probes found, in words.
import { formatPoints, formatShare } from "../format.js";
import type { Probe } from "../results.js";
import { number, strong, term, type Rich } from "../rich.js";
import { surelyAbove, withInterval } from "./claims.js";

export function probeName(probe: Probe): string {
  if (probe.on === "embedding") return "embeddings";
  return `${probe.on} state, layer ${probe.layer}, delay ${probe.delay}`;
}

/** How well the class is found, and whether that is more than guessing. */
export function probeSentence(probe: Probe): Rich {
  const from: Rich =
    probe.on === "embedding"
      ? ["From the ", term("embedding"), " of a word"]
      : probe.delay === 0
        ? [`From the ${probe.on} state that has just read a word`]
        : [`From the ${probe.on} state `, number(probe.delay), probe.delay === 1 ? " word" : " words", " after a word"];
  const [accuracy, ...interval] = withInterval(probe.accuracy, formatShare);
  const text: Rich = [
    ...from,
    ", a ",
    term("probe"),
    " tells its class (",
    probe.group,
    ") right in ",
    strong(accuracy ?? "unknown"),
    ...interval,
    " of cases; always naming the most frequent class would be right in ",
    number(probe.majority, formatShare(probe.majority)),
    ".",
  ];
  if (!surelyAbove(probe.accuracy, probe.majority)) {
    text.push(" That the class can be found there at all is not sure.");
  } else if (surelyAbove(probe.selectivity, 0)) {
    text.push(
      " It ",
      term("selectivity", "beats the same probe on classes dealt out at random"),
      " by ",
      ...withInterval(probe.selectivity, formatPoints),
      " percentage points: the class is there, not only learned by heart.",
    );
  }
  return text;
}
