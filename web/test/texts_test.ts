// SPDX-License-Identifier: MIT
//
// What the page says, for numbers that are chosen here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCount, formatDelays, formatLike, formatNumber, formatP, formatShare, formatWords, formatWordsWithin } from "../src/format.js";
import type { Angle, ClassResult, Comparison, DelayResult, Memory, Probe } from "../src/results.js";
import { list, plain } from "../src/rich.js";
import { angleSentence, toldOf } from "../src/texts/angles.js";
import { averaging } from "../src/texts/averaging.js";
import { probeSentence } from "../src/texts/probe.js";
import {
  dependences,
  dependenceSentence,
  firstShown,
  matchingSentences,
  sentenceLabel,
  sentencesHere,
  strongestOf,
} from "../src/texts/sentences.js";
import { matching } from "../src/texts/words.js";
import { reachOfMemory, surelyAbove, surelyApart, surelyBelow, withInterval } from "../src/texts/claims.js";
import { comparisonSentence, comparisonSummary, differing } from "../src/texts/classes.js";
import { headline, horizons, lawOfDecay } from "../src/texts/memory.js";

function estimate(value: number, error: number) {
  return { estimate: value, error, low: value - 2 * error, high: value + 2 * error };
}

function delay(number: number, crossValidated: number, error: number): DelayResult {
  return {
    delay: number,
    count: 10,
    blocks: 10,
    sampled: 0,
    raw_leading_cross_validated: estimate(crossValidated, error),
  };
}

function memory(half: number | null, tenth: number | null = null, from = 0): Memory {
  const halfLife = half === null ? {} : { half_life: estimate(half, 0.1) };
  return { measure: "raw_leading_cross_validated", from, half, ...halfLife, tenth, hundredth: null, law: null, fits: [] };
}

function ofClass(delays: DelayResult[], half: number | null): ClassResult {
  return { name: "all", group: "all", delays, memory: [memory(half)] };
}

const state = { state: "cell", layer: 0 };

test("numbers have three significant digits", () => {
  assert.equal(formatNumber(0.123456), "0.123");
  assert.equal(formatNumber(-12.3456), "\u221212.3");
  assert.equal(formatNumber(1234.5), "1235");
  assert.equal(formatNumber(0.000012), "1.2·10⁻⁵");
  assert.equal(formatNumber(0), "0");
  assert.equal(formatCount(30004), "30\u202f004");
  assert.equal(formatCount(3004), "3004");
  assert.equal(formatWords(2.345), "2.3");
  assert.equal(formatWordsWithin({ low: 1.2789, high: 1.3081 })(1.2935), "1.29");
  assert.equal(formatWordsWithin({ low: 1, high: 3 })(2.345), "2.3");
  assert.equal(formatWordsWithin({ low: null, high: null })(2.345), "2.3");
  assert.equal(formatLike(0.3584, 0.0048), "0.3584");
  assert.equal(formatLike(12.345, 7), "12.3");
  assert.equal(formatShare(0.1234), "12\u202f%");
  assert.equal(formatShare(0.0123), "1.2\u202f%");
  assert.equal(formatShare(1), "100\u202f%");
  assert.equal(formatP(0.0002), "< 0.001");
});

test("delays that follow each other are put together", () => {
  assert.equal(formatDelays([3]), "delay 3");
  assert.equal(formatDelays([0, 1]), "delays 0 and 1");
  assert.equal(formatDelays([0, 1, 2, 5]), "delays 0 to 2 and 5");
});

test("lists end with and", () => {
  assert.equal(plain(list([["a"], ["b"], ["c"]])), "a, b and c");
  assert.equal(plain(list([["a"]])), "a");
});

test("a claim needs the whole interval", () => {
  assert.ok(surelyAbove(estimate(1, 0.4), 0));
  assert.ok(!surelyAbove(estimate(1, 0.6), 0));
  assert.ok(!surelyAbove({ estimate: 1, error: null, low: null, high: null }, 0));
  assert.ok(!surelyAbove(undefined, 0));
  assert.ok(surelyBelow(estimate(1, 0.4), 2));
  assert.ok(!surelyBelow(estimate(1, 0.6), 2));
  assert.ok(surelyApart(estimate(1, 0.1), estimate(2, 0.1)));
  assert.ok(!surelyApart(estimate(1, 0.3), estimate(2, 0.3)));
  assert.equal(plain(withInterval(estimate(0.5, 0.05))), "0.500 (95\u00a0% interval 0.400 to 0.600)");
  assert.equal(plain(withInterval(undefined)), "unknown");
});

test("memory reaches as far as it is above chance without a gap", () => {
  const delays = [delay(0, 1, 0.1), delay(1, 0.5, 0.1), delay(2, 0.1, 0.1), delay(3, 0.4, 0.1)];
  assert.deepEqual(reachOfMemory(delays), { last: 1, open: false });
  assert.deepEqual(reachOfMemory(delays.slice(0, 2)), { last: 1, open: true });
  assert.equal(reachOfMemory([delay(0, 0.1, 0.1)]), undefined);
});

test("the headline says no more than the intervals", () => {
  const near = [delay(0, 1, 0.1), delay(1, 0.5, 0.1), delay(2, 0.1, 0.1)];
  assert.equal(
    plain(headline(ofClass(near, 1.25), state)),
    "The cell state surely holds something of a word up to 1 word back; half of what words have in common in it is gone after " +
      "1.3 words (95\u00a0% interval 1.1 to 1.4).",
  );
  assert.match(
    plain(headline(ofClass(near.slice(0, 2), null), state)),
    /at every delay that was looked at, up to 1 words? back; what words have in common in it has not fallen to half/,
  );
  assert.match(plain(headline(ofClass([delay(0, 0.1, 0.1)], 2), state)), /cannot be told from chance/);
});

test("horizons that were not reached are said to be so", () => {
  assert.equal(
    plain(horizons(memory(1, 4.56), ["It"])),
    "It falls to half after 1 word and a tenth after 4.6 words; to a hundredth it does not fall within the delays looked at.",
  );
  assert.match(plain(horizons(memory(2, null, 3), ["It"])), /^It, counted from delay 3 where it is largest, falls/);
  assert.match(plain(horizons(memory(null), ["It"])), /does not fall to half/);
});

test("a law that does not fit is called a rough description", () => {
  const fit = (chiSquared: number): Memory => ({
    ...memory(1),
    law: "exponential",
    fits: [
      {
        law: "exponential",
        parameters: { a: { estimate: 1, error: 0.1 }, tau: { estimate: 5.5, error: null } },
        chi_squared: chiSquared,
        degrees_of_freedom: 18,
        weight: 1,
      },
    ],
  });
  assert.match(plain(lawOfDecay(fit(20))), /an exponential describes the fall of the leading value best: a·e\^\(−d\/τ\), at delay d, with a = 1.00 ± 0.10 and τ = 5.50 words\.$/);
  assert.match(plain(lawOfDecay(fit(200))), /does not fit within the error bars/);
  assert.match(plain(lawOfDecay(memory(1))), /No law of decay/);
});

test("a parameter that any value would do for is called undetermined", () => {
  const fit = {
    law: "exponential",
    parameters: { a: { estimate: 1, error: 0.1 }, tau: { estimate: 0.04, error: 4e5 } },
    chi_squared: 18,
    degrees_of_freedom: 18,
    weight: 1,
  };
  const told = plain(lawOfDecay({ ...memory(1), law: "exponential", fits: [fit] }));
  assert.match(told, /a = 1.00 ± 0.10 and τ undetermined\.$/);
});

function comparison(difference: number, error: number, p: number): Comparison {
  const { low, high } = estimate(difference, error);
  return {
    measure: "raw_leading_cross_validated",
    group: "tag",
    first: "noun",
    second: "verb",
    delay: 2,
    difference,
    error,
    low,
    high,
    p,
    corrected_p: p,
  };
}

test("classes differ only if the corrected test and the interval say so", () => {
  assert.deepEqual(differing([comparison(1, 0.1, 0.2)]), []);
  assert.deepEqual(differing([comparison(1, 0.6, 0.01)]), []);
  const clear = comparison(1, 0.1, 0.001);
  const clearer = comparison(-1, 0.05, 0.0001);
  assert.deepEqual(differing([clear, clearer]), [clearer, clear]);
  assert.match(plain(comparisonSentence(clear)), /At delay 2, noun is remembered better than verb: noun minus verb is 1 /);
  assert.match(plain(comparisonSentence(clearer)), /verb is remembered better than noun: noun minus verb is \u22121 /);
  assert.match(
    plain(comparisonSentence({ ...clear, measure: "used_mean_norm" })),
    /At delay 2, predictions depend more on words of noun than of verb: noun minus verb is 1 /,
  );
  assert.match(
    plain(comparisonSentence({ ...clear, measure: "half_life", delay: null })),
    /^noun is remembered longer than verb: noun minus verb is 1 words /,
  );
  assert.match(plain(comparisonSummary([comparison(1, 0.1, 0.2)], "the norm")), /No two classes of one kind differ surely in the norm/);
  assert.match(plain(comparisonSummary([clear], "the norm")), /^In the norm these differences are the clearest/);
});

function kept(shares: [number, number][]): ClassResult {
  const delays = shares.map(([share, error], i) => ({ ...delay(i, 1, 0.1), kept_by_mean: estimate(share, error) }));
  return ofClass(delays, 1);
}

test("averaging is only said to cancel more where the intervals are apart", () => {
  assert.match(plain(averaging(kept([[0.8, 0.01], [0.2, 0.01]]))), /At delay 0 the mean keeps 80\u202f%.*and 20\u202f%.* at delay 1\..*the less .* agree/);
  assert.match(plain(averaging(kept([[0.8, 0.3], [0.2, 0.3]]))), /cannot be told apart/);
  assert.match(plain(averaging(kept([[0.2, 0.01], [0.8, 0.01]]))), /more alike/);
  assert.equal(plain(averaging(ofClass([delay(0, 1, 0.1)], 1))), "");
});

test("a probe is only said to find what is there where it surely beats guessing", () => {
  const probe = (accuracy: number, error: number): Probe => ({
    group: "tag",
    on: "cell",
    layer: 0,
    delay: 2,
    classes: ["a", "b"],
    left_out: [],
    count: 100,
    accuracy: estimate(accuracy, error),
    control: estimate(0.5, 0.01),
    selectivity: estimate(accuracy - 0.5, error),
    majority: 0.6,
    confusion: [[1, 2], [3, 4]],
  });
  assert.match(plain(probeSentence(probe(0.9, 0.01))), /2 words after a word.*90\u202f%.*60\u202f%.* by 40 \(.*\) percentage points: the class is there/);
  assert.match(plain(probeSentence(probe(0.62, 0.05))), /is not sure/);
});

test("a search looks for parts of words in any case", () => {
  const words = ["Cat", "dog"].map((word) => ({ word, count: 1, norms: [] }));
  assert.deepEqual(matching(words, " cA ").map(({ word }) => word), ["Cat"]);
  assert.equal(matching(words, "").length, 2);
});

test("directions in common are claimed only above chance", () => {
  const angle = (kind: Angle["kind"], delay: number, overlap: number): Angle => ({
    kind,
    state: "cell",
    layer: 0,
    first: { class: "all", delay: kind === "delays" ? 0 : delay },
    second: { class: "all", delay, ...(kind === "models" ? { results: "gru" } : {}) },
    k: 5,
    overlap: estimate(overlap, 0.01),
    chance: 0.2,
  });
  assert.match(plain(angleSentence(angle("delays", 3, 0.5))), /^Delay 0 and delay 3: the overlap is 0.500 .*surely have/);
  assert.match(plain(angleSentence(angle("delays", 3, 0.21))), /is not sure\.$/);
  const slight = { ...angle("models", 3, 0.5), chance: 0.001, overlap: estimate(0.0015, 0.0001) };
  assert.match(plain(angleSentence(slight)), /surely more than chance, and yet hardly anything in common\.$/);
  const told = toldOf([angle("delays", 1, 0.5), angle("delays", 20, 0.4), angle("models", 1, 0.3), angle("models", 5, 0.3)]);
  assert.deepEqual(told.map(({ kind, second }) => [kind, second.delay]), [["delays", 20], ["models", 5]]);
});

const sentence = {
  position: 7,
  words: ["the", "old", "cat", "sleeps"],
  norms: [[[2], [4, 1], [2, 0.5, 3], [5, 0.1, 0.4]]],
};

test("the words before are told by how strongly the state depends on them", () => {
  const rows = dependences(sentence, 0);
  assert.equal(strongestOf(rows), 5);
  assert.deepEqual(rows[2]?.[2], { read: 2, earlier: 0, delay: 2, norm: 3, relative: 1 });
  const said = rows.map((row) => plain(dependenceSentence(sentence, row)));
  assert.deepEqual(said, [
    "After ‘the’ the state depends on that word, the first word of the sentence, by 2 (norm).",
    "After ‘old’ the state depends most on that word itself (norm 4); of the words before, most on ‘the’, 1 word back (1).",
    "After ‘cat’ the state depends most on ‘the’, 2 words back (norm 3), and on ‘cat’ itself by 2.",
    "After ‘sleeps’ the state depends most on that word itself (norm 5); of the words before, most on ‘old’, 2 words back (0.400).",
  ]);
});

test("a state that depends on nothing has no share of it", () => {
  const rows = dependences({ ...sentence, norms: [[[0], [0, 0]]] }, 0);
  assert.equal(strongestOf(rows), 0);
  assert.equal(rows[1]?.[1]?.relative, 0);
});

test("sentences are found by any of their words, and typed ones come first", () => {
  const typed = { position: null, words: ["The", "cat"], norms: [] };
  assert.deepEqual(matchingSentences([sentence, typed], "CAT"), [1, 0]);
  assert.deepEqual(matchingSentences([sentence, typed], " old   cat"), [0]);
  assert.deepEqual(matchingSentences([sentence, typed], "dog"), []);
  assert.equal(sentenceLabel(typed), "Typed: The cat");
  assert.equal(sentenceLabel({ ...sentence, words: Array(50).fill("word") }).length, 90);
  assert.equal(firstShown([sentence, typed]), 1);
  assert.equal(firstShown([sentence]), 0);
});

test("it is said how many sentences there are", () => {
  const here = (of: number, taken: number, all: number) =>
    plain(sentencesHere({ max_delay: 5, of, taken, states: [], sentences: Array(all).fill(sentence) }));
  assert.equal(here(30, 30, 30), "All 30 sentences of the text are here.");
  assert.equal(here(30, 30, 31), "All 30 sentences of the text and the one that was typed are here.");
  assert.equal(here(30, 4, 4), "Of the 30 sentences of the text, 4, drawn at random from all of it, are here.");
  assert.equal(here(30, 0, 2), "Here are the sentences that were typed.");
});
