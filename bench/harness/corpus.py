# SPDX-License-Identifier: MIT
"""Texts for measurements of speed, which need frequencies like those of a language and no data."""

import numpy

WORDS_OF_SENTENCE = 20


def zipf_words(count, vocab_size, seed):
    """Words w3, w4 ... of which the k-th most frequent has a share like 1/k, and <eos>."""
    draw = numpy.random.default_rng(seed)
    share = 1 / numpy.arange(1, vocab_size - 2)
    ids = draw.choice(numpy.arange(3, vocab_size), size=count, p=share / share.sum())
    words = [f"w{i}" for i in ids]
    words[WORDS_OF_SENTENCE - 1 :: WORDS_OF_SENTENCE] = ["<eos>"] * (count // WORDS_OF_SENTENCE)
    return words


def write_vocabulary(path, vocab_size):
    """The word list of zipf_words(): every model that reads it has V = vocab_size."""
    words = ["<eos>", "<unk>", "<bos>", *(f"w{i}" for i in range(3, vocab_size))]
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(f"{word}\t{i}\n" for i, word in enumerate(words)))


def write_text(path, words):
    with open(path, "w", encoding="utf-8") as file:
        file.write(" ".join(words).replace("<eos>", "\n"))


def read_words(path):
    """The words of a text file, <eos> for the ends of lines."""
    with open(path, encoding="utf-8") as file:
        return file.read().replace("\n", " <eos> ").split()
