# SPDX-License-Identifier: MIT
"""State gradients by the program: what its contenders share."""

import pathlib
import tempfile

import numpy

from harness import timing
from harness.stategrad import Stategrad


def gradients(case, text, *options):
    """The row that `stategrad gradients` prints."""
    command = ["gradients", "--model", case["model"], "--text", text, "--max-delay", case["D"],
               "--threads", case["threads"], *options]
    return Stategrad(case["program"]).table(*command)[0]


def answer(case, *options):
    """The sums of single matrices, and the norms of what the statistics sum up."""
    with tempfile.TemporaryDirectory() as folder:
        folder, words = pathlib.Path(folder), case["answer_words"]
        gradients(case, case["answer_text"], "--format", "statistics", "--continuous",
                  "-o", folder / "sums", *options)
        file = folder / "sums" / "statistics.h5"
        rows = Stategrad(case["program"]).table("info", file)
        answers = {"norms_of_mean": numpy.array([row["norm_of_mean"] for row in rows])}
        steps = range(words - case["last_positions"], words)
        gradients(case, case["windows_text"], "--format", "npy", "--windowed",
                  "--set", f"num_steps={words}", "--time-step", ",".join(map(str, steps)),
                  "-o", folder / "tree", *options)
        answers["sums"] = numpy.stack([
            sum(numpy.load(folder / "tree" / f"timestep_{t}" / f"delay_{d}" / "0.npy").astype(float)
                for t in steps)
            for d in range(case["D"])
        ])
        return answers


def seconds_per_word(case, *options):
    """Of a word when the ring is full: the words that fill it, start and end of the pass and the
    writing of the file are subtracted. One block of sums: the first use of the memory of ten would
    be counted as time per word, because the texts are short."""

    def seconds(text):
        with tempfile.TemporaryDirectory() as folder:
            row = gradients(case, text, "--format", "statistics", "--blocks", 1, "--continuous",
                            "-o", folder, *options)
            return row["seconds"], row["words"]

    (long, words), (short, ring) = seconds(case["text"]), seconds(case["ring_text"])
    return (long - short) / (words - ring)


def measure(case, *options):
    return timing.repeat(case, lambda: seconds_per_word(case, *options))


def flops(case):
    """Of the exact recursion per word: every layer above the first has the rows of the one below to
    add, a second product of the same size. The combined weights of a GRU whose reset gate comes
    first contain a product of two H x H matrices."""
    cell, layers = case.get("cell", "LSTM"), case.get("layers", 1)
    products = {"LSTM": 2, "GRU": 1, "RNN": 1}[cell] * (2 * layers - 1) * case["D"] * case["E"]
    combined = layers * case["H"] if cell == "GRU" else 0
    return 2 * (products + combined) * case["H"] ** 2
