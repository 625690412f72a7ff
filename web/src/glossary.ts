// SPDX-License-Identifier: MIT
//
// Every term that a reader may not know, in a sentence or two.

export const glossary = {
  "state gradient":
    "The matrix of derivatives of the state now with respect to the embedding of a word read some " +
    "words ago: how much, and in which directions, the state still depends on that word.",
  delay: "How many words ago a word was read. Delay 0 is the word that was read last.",
  state:
    "The numbers that the network carries from word to word: all that it knows of what it has read. " +
    "An LSTM has two, the cell state and the hidden state.",
  embedding: "The vector of numbers by which a word enters the network.",
  "leading value":
    "The largest singular value of the mean state gradient: by how much a change of the word's " +
    "embedding moves the state, in the direction that is kept best.",
  "singular value":
    "By how much a matrix stretches one of its own directions. The largest says how well the best kept " +
    "direction is remembered, the others tell of further directions.",
  sum: "The sum of all singular values of the mean state gradient: what all directions together keep.",
  "effective rank":
    "How many directions are kept about equally well: 1 when a single direction carries everything.",
  normalised:
    "Measured after the embeddings were made equally wide in every direction, so that directions in " +
    "which the words hardly differ do not count as much as those in which they do.",
  "noise level":
    "What the same measure would show if the state gradients had random signs and nothing systematic in " +
    "them. Only what stands well above it is memory.",
  "cross-validated":
    "The direction is chosen on one part of the text and measured on another, so that chance gives 0 in " +
    "the mean and not something positive.",
  "95 % interval":
    "Were the analysis made on many texts of this kind, about 95 of 100 such intervals would hold the " +
    "true value. It comes from leaving out one stretch of the text after the other (jackknife).",
  "half-life": "After how many more words a measure has fallen to half of its largest value.",
  "law of decay":
    "A formula fitted to how a measure falls with the delay: exponential, power law, stretched " +
    "exponential, or two exponentials; the simplest that fits about as well as the best is taken.",
  "corrected p":
    "The probability of a difference at least as large if there were none, corrected (Holm) for the number of " +
    "comparisons made. Below 0.05 is taken as a difference.",
  class: "A set of words that are looked at together, such as nouns, or frequent words.",
  norm: "The length of a state gradient: the root of the sum of its squared entries.",
  "kept by the mean":
    "The leading value of the mean state gradient, as a share of the mean leading value of single ones: 100 % " +
    "when all are alike, near 0 when they point in different directions and cancel.",
  perplexity:
    "Among how many equally likely words the model hesitates on average before the next word. Lower is " +
    "better.",
  probe:
    "A simple classifier (logistic regression) that tries to tell the class of a word from a vector. What it " +
    "finds is in the vector.",
  "χ²":
    "The sum of the squared distances of the curve from the measured values, each in units of its error. Of a law that fits it is " +
    "about as large as the degrees of freedom: the number of values minus that of the fitted parameters.",
  "condition number": "By how much the embeddings spread more in their widest direction than in their narrowest.",
  cosine:
    "1 of two vectors with the same direction, 0 of two at right angles, −1 of opposite ones.",
  "control task":
    "The same probe on classes dealt out to the words at random: what it can learn by heart.",
  selectivity: "Accuracy of the probe minus that on the control task.",
  "relative memory":
    "How well the direction in which two classes differ is kept, relative to the best kept direction: 100 % when it " +
    "is kept best of all.",
  overlap:
    "How alike two sets of best kept directions are: the mean squared cosine of the principal angles between them. 1 " +
    "for the same directions, 0 for directions at right angles.",
  PCA: "Principal component analysis: the flat view in which the words spread most.",
  UMAP:
    "Uniform manifold approximation and projection: a flat view that puts words side by side whose embeddings are close. " +
    "Distances between groups mean little in it.",
  LDA: "Linear discriminant analysis: the flat view in which the classes are furthest apart.",
  gate:
    "The factor between 0 and 1 by which what a unit holds is multiplied at every word (the forget gate of an LSTM, the update " +
    "gate of a GRU): near 1 it keeps, near 0 it forgets.",
  timescale:
    "After how many words a unit keeps about a third (1/e) of what it held, by its gate alone.",
  "validity":
    "State gradients describe small changes. This compares what they predict with what really happens when a word is " +
    "replaced by another.",
  seed: "The number from which all random choices follow: the same seed gives the same results.",
} as const;

export type Term = keyof typeof glossary;
