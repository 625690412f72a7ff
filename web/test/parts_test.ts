// SPDX-License-Identifier: MIT
//
// What the page says of the parts that not every analysis has.
import assert from "node:assert/strict";
import { test } from "node:test";
import { logarithmicTicks } from "../src/charts/theme.js";
import type { Difference, Results, Timescales, Training, Used, Validity } from "../src/results.js";
import { plain } from "../src/rich.js";
import {
  differenceSentence,
  timescaleSentence,
  trainingSentence,
  usedSentence,
  validitySentence,
} from "../src/texts/rest.js";
import { model } from "../src/texts/text.js";

function estimate(value: number, error: number) {
  return { estimate: value, error, low: value - 2 * error, high: value + 2 * error };
}

function difference(memories: [number, number][], chance: number | null): Difference {
  return {
    name: "noun-verb",
    state: "cell",
    layer: 0,
    class: "all",
    delays: memories.map(([value, error], delay) => ({
      delay,
      relative_memory: estimate(value, error),
      cosine: estimate(0.5, 0.1),
      k: 5,
      chance: { relative_memory: chance, cosine: chance },
    })),
  };
}

test("a difference is kept as far as it is surely above chance without a gap", () => {
  const memories: [number, number][] = [[0.9, 0.01], [0.5, 0.01], [0.35, 0.1], [0.6, 0.01]];
  assert.match(plain(differenceSentence(difference(memories, 0.3))), /would be up to delay 1\.$/);
  assert.match(plain(differenceSentence(difference(memories.slice(0, 2), 0.3))), /at all delays that were looked at, up to 1\.$/);
  assert.match(plain(differenceSentence(difference([[0.3, 0.1]], 0.3))), /is not surely kept/);
  assert.match(plain(differenceSentence(difference(memories, null))), /is not surely kept/);
});

test("what is used near and far is only told apart by intervals", () => {
  const used = (error: number): Used => ({
    class: "all",
    group: "all",
    delays: [1, 0.5].map((value, delay) => ({
      delay,
      count: 9,
      mean_norm: estimate(value, error),
      norm_of_mean: estimate(value, error),
    })),
  });
  assert.doesNotMatch(plain(usedSentence(used(0.01))), /cannot be told apart/);
  assert.match(plain(usedSentence(used(0.3))), /cannot be told apart/);
  assert.equal(plain(usedSentence({ class: "all", group: "all", delays: [] })), "");
});

test("the timescales of a layer are told by their quartiles", () => {
  const found = (quantiles: Timescales["quantiles"]): Timescales => ({ layer: 0, gate: "forget", units: [], quantiles });
  const listed = found([0.25, 0.5, 0.75].map((share, i) => ({ share, timescale: [1.5, 4, 20][i] ?? null })));
  assert.match(plain(timescaleSentence(listed)), /forget gates alone, half .* below 4 words; .* between 1\.5 and 20 words\.$/);
  assert.match(plain(timescaleSentence(found(undefined))), /each dot is a unit/);
});

test("a linear account is called fair or too simple only where the interval says so", () => {
  const validity = (error: number, width: number): Validity => ({
    state: "cell",
    layer: 0,
    class: "all",
    delays: [
      { delay: 0, count: 9, relative_error: estimate(error, width), cosine: estimate(0.8, 0.01), norm_ratio: estimate(1, 0.1) },
    ],
  });
  assert.match(plain(validitySentence(validity(0.3, 0.01))), /rough account/);
  assert.match(plain(validitySentence(validity(0.2, 0.01))), /good account/);
  assert.match(plain(validitySentence(validity(1.5, 0.1))), /too large a change/);
  assert.doesNotMatch(plain(validitySentence(validity(0.7, 0.2))), /account|too large/);
});

test("a training tells its best epoch", () => {
  const epochs = [12, 10, 11].map((valid, i) => ({
    epoch: i + 1,
    learning_rate: 1,
    train_perplexity: valid - 1,
    valid_perplexity: valid,
  }));
  const training: Training = { epochs, best: 2, test_perplexity: 10.5 };
  assert.match(plain(trainingSentence(training)), /made 3 passes .* lowest after epoch 2: 10\. On the test text it was 10\.5/);
  assert.doesNotMatch(plain(trainingSentence({ ...training, test_perplexity: null })), /test text/);
  assert.equal(plain(trainingSentence({ epochs: [], best: null })), "");
});

test("it is said what the model is and what it reads", () => {
  const told = (run: Record<string, string | number>) =>
    plain(model({ run: { model: "m", layers: 1, vocabulary_size: 9, embedding_size: 4, size: 7, inputs: "words", ...run } } as unknown as Results));
  assert.equal(
    told({ cell: "GRU, reset after" }),
    "The model m is a GRU language model: it guesses the next word. It reads a text word by word, knows 9 words, and gives each " +
      "an embedding of 4 numbers. It carries a vector of 7 numbers from word to word, its state, in its only layer.",
  );
  assert.match(told({ cell: "LSTM" }), /is an LSTM language model.* two vectors of 7 numbers .*the cell state and the hidden state/);
  assert.match(told({ cell: "RNN", inputs: "vectors" }), /is an RNN whose predictions are left aside\. It reads vectors of 4 numbers.*called a word/);
  assert.match(told({ cell: "module" }), /is a recurrent cell of its own, run by PyTorch: it predicts nothing\. It reads a text word by word/);
  assert.match(told({ cell: "module", inputs: "vectors" }), /it predicts nothing\. It reads vectors of 4 numbers/);
});

test("a logarithmic axis is labelled all along", () => {
  assert.deepEqual(logarithmicTicks([0.0045, 0.68, null]), [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]);
  assert.deepEqual(logarithmicTicks([0.0004, 0.68]), [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]);
  assert.deepEqual(logarithmicTicks([2e-6, 30]), [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10]);
  assert.deepEqual(logarithmicTicks([0.47, 3.6]), [0.5, 0.7, 1, 2, 3]);
  assert.deepEqual(logarithmicTicks([75.1, 98]), [80, 85, 90, 95]);
  assert.deepEqual(logarithmicTicks([0.31, 0.62]), [0.4, 0.5, 0.6]);
  assert.deepEqual(logarithmicTicks([0, null]), []);
});
