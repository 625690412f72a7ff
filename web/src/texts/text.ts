// SPDX-License-Identifier: MIT
//
// What was analysed, in words.
import type { Results } from "../results.js";
import { formatCount, stateLabel } from "../format.js";
import { list, number, strong, term, type Rich } from "../rich.js";

function fact(results: Results, name: string): Rich {
  const found = results.run[name];
  if (typeof found === "number") return [number(found, formatCount(found))];
  return found === null || found === undefined ? ["unknown"] : [String(found)];
}

const readsVectors = (results: Results): boolean => results.run["inputs"] === "vectors";

/** What the model is, and what it predicts. */
function kind(results: Results): Rich {
  if (results.run["cell"] === "module") return [" is a recurrent cell of its own, run by PyTorch: it predicts nothing. It reads "];
  const [cell = ""] = String(results.run["cell"]).split(",");
  return [
    cell === "GRU" ? " is a " : " is an ",
    cell,
    readsVectors(results) ? " whose predictions are left aside. It reads " : " language model: it guesses the next word. It reads ",
  ];
}

/** What it reads. */
function inputs(results: Results): Rich {
  const embedding: Rich = [term("embedding"), " of ", ...fact(results, "embedding_size"), " numbers"];
  if (readsVectors(results)) {
    const size = fact(results, "embedding_size");
    return ["vectors of ", ...size, " numbers, one after the other. Each of them is called a word on this page, and is its own ", term("embedding")];
  }
  return ["a text word by word, knows ", ...fact(results, "vocabulary_size"), " words, and gives each an ", ...embedding];
}

export function model(results: Results): Rich {
  const layers = results.run["layers"];
  return [
    "The model ",
    strong(...fact(results, "model")),
    ...kind(results),
    ...inputs(results),
    ". It carries ",
    ...(results.run["cell"] === "LSTM" ? ["two vectors of "] : ["a vector of "]),
    ...fact(results, "size"),
    " numbers from word to word, ",
    ...(results.run["cell"] === "LSTM" ? ["the cell ", term("state"), " and the hidden state, in "] : ["its ", term("state"), ", in "]),
    ...(layers === 1 ? ["its only layer"] : ["each of its ", ...fact(results, "layers"), " layers"]),
    ".",
  ];
}

export function text(results: Results): Rich {
  return [
    "It read ",
    ...fact(results, "words"),
    " words of ",
    strong(...fact(results, "text")),
    ". At every word, the ",
    term("state gradient", "state gradients"),
    " of ",
    ...list(results.states.map((state) => [stateLabel(state)])),
    " with respect to the words before were computed, at ",
    term("delay", "delays"),
    " ",
    ...fact(results, "delays"),
    ": how much the state now would change if a word so many words ago had been slightly different.",
  ];
}

export function errors(results: Results): Rich {
  return [
    "Error bars come from ",
    number(results.blocks),
    " stretches of the text, of which one after the other is left out. Shaded bands and ",
    term("95 % interval", "95\u00a0% intervals"),
    " hold the true value about 95 times out of 100.",
  ];
}

export function whitening(results: Results): Rich {
  const { condition, failure } = results.whitening;
  if (failure) return ["There are no ", term("normalised"), ` measures: ${failure}.`];
  if (condition === null) return [];
  return [
    "For ",
    term("normalised"),
    " measures the embeddings were made equally wide in all directions; before, the widest was wider than the narrowest " +
      "by a factor of ",
    number(condition),
    " (",
    term("condition number"),
    ").",
  ];
}
