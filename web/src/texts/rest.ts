// SPDX-License-Identifier: MIT
//
// Sentences of the parts that not every analysis has.
import { formatNumber, formatShare, formatWords } from "../format.js";
import type { Difference, Estimate, Timescales, Training, Used, Validity } from "../results.js";
import { number, strong, term, type Rich } from "../rich.js";
import { surelyAbove, surelyApart, surelyBelow, withInterval } from "./claims.js";

type Delayed<Key extends string> = { delay: number } & Record<Key, Estimate>;

/** The last delay of the unbroken run from the first at which an estimate is surely above its level. */
export function lastSurely<Key extends string>(
  delays: Delayed<Key>[],
  key: Key,
  level: (at: number) => number | null,
): number | undefined {
  let last: number | undefined;
  for (const [i, delay] of delays.entries()) {
    const wanted = level(i);
    if (wanted === null || !surelyAbove(delay[key], wanted)) break;
    last = delay.delay;
  }
  return last;
}

/** How far back a difference is kept better than a random direction would be. */
export function differenceSentence(found: Difference): Rich {
  const last = lastSurely(found.delays, "relative_memory", (i) => found.delays[i]?.chance?.relative_memory ?? null);
  const name: Rich = ["The difference ", strong(found.name), found.class === "all" ? "" : ` (of words of ${found.class})`];
  if (last === undefined) return [...name, " is not surely kept better than a random direction, at any delay from the first on."];
  return [
    ...name,
    " is surely kept better than a random direction would be ",
    ...(last === found.delays[found.delays.length - 1]?.delay
      ? ["at all delays that were looked at, up to "]
      : ["up to delay "]),
    number(last),
    ".",
  ];
}

/** Stored against used: where the network still uses what it keeps. */
export function usedSentence(found: Used): Rich {
  const [first, last] = [found.delays[0], found.delays[found.delays.length - 1]];
  if (!first || !last) return [];
  const text: Rich = [
    "The prediction of the next word depends on the word read last by ",
    ...withInterval(first.mean_norm),
    " on average (",
    term("norm"),
    " of the gradient of its log-probability)",
  ];
  if (first === last) return [...text, "."];
  text.push(", and on the word ", number(last.delay), " back by ", ...withInterval(last.mean_norm), ".");
  if (!surelyApart(first.mean_norm, last.mean_norm)) text.push(" These cannot be told apart.");
  return text;
}

/** How the timescales of a layer's units are spread. */
export function timescaleSentence(found: Timescales): Rich {
  const at = (share: number) => found.quantiles?.find((quantile) => Math.abs(quantile.share - share) < 1e-9)?.timescale;
  const [low, middle, high] = [at(0.25), at(0.5), at(0.75)];
  if (typeof middle !== "number") return [`Layer ${found.layer}: each dot is a unit.`];
  const text: Rich = [
    `By their ${found.gate} gates alone, half of the units of layer ${found.layer} have timescales below `,
    strong(number(middle, formatWords(middle)), " words"),
  ];
  if (typeof low === "number" && typeof high === "number") {
    text.push("; the middle half lies between ", number(low, formatWords(low)), " and ", number(high, formatWords(high)), " words");
  }
  return [...text, "."];
}

/** Whether small changes tell of large ones, at the first delay. */
export function validitySentence(found: Validity): Rich {
  const first = found.delays[0];
  if (!first) return [];
  const text: Rich = [
    "At delay ",
    number(first.delay),
    " the predicted change of the state and the true one have a ",
    term("cosine"),
    " of ",
    ...withInterval(first.cosine),
    ", and the prediction is wrong by ",
    ...withInterval(first.relative_error, formatShare),
    " of the true change.",
  ];
  if (surelyBelow(first.relative_error, 0.25)) {
    text.push(" State gradients are a good account of what happens when a whole word is replaced.");
  } else if (surelyBelow(first.relative_error, 0.5)) {
    text.push(" State gradients are a rough account of what happens when a whole word is replaced.");
  } else if (surelyAbove(first.relative_error, 1)) {
    text.push(
      " Replacing a whole word is too large a change for a linear account: state gradients tell of small changes around the " +
        "word that was read, and no more.",
    );
  }
  return text;
}

/** How the training went. */
export function trainingSentence(training: Training): Rich {
  const best = training.epochs.find(({ epoch }) => epoch === training.best);
  const last = training.epochs[training.epochs.length - 1];
  if (!best || !last || best.valid_perplexity === null) return [];
  const text: Rich = [
    "Training made ",
    number(last.epoch),
    last.epoch === 1 ? " pass" : " passes",
    " over its text (epochs). The ",
    term("perplexity"),
    " on text that was not trained on was lowest after epoch ",
    number(best.epoch),
    ": ",
    strong(number(best.valid_perplexity, formatNumber(best.valid_perplexity))),
    ".",
  ];
  if (typeof training.test_perplexity === "number") {
    text.push(" On the test text it was ", number(training.test_perplexity), ".");
  }
  if (training.weights) text.push(` The weights ${training.weights === "best" ? "of that epoch" : "after the last epoch"} were analysed.`);
  return text;
}
