# SPDX-License-Identifier: MIT
"""The recipe of training that contenders share: texts, configuration, initial weights, and the
program following it."""

from harness import corpus
from harness.stategrad import Stategrad

FIRST_WINDOWS = 3
VALID_WINDOWS = 2
# Of answers: PyTorch sums the squares of a gradient's norm in float32, which is off by 1e-4 for a
# matrix of 10,000 x 256. Clipping makes that an error of the whole step, and the rate 1 of the recipe
# carries it into the perplexity. (In float64 PyTorch agrees with the program to 1e-6.)
ANSWER_RATE = 0.01
NO_STEP = 1e-300  # a learning rate that leaves float32 weights as they were initialised


def make_case(cell, sizes, work):
    name = f"{cell}, " + ", ".join(f"{letter} {value}" for letter, value in sizes.items())
    return {"name": name, "unit": "words/s", "cell": cell, **sizes, **work}


def prepare(case, folder, stategrad):
    windows = max(3, case["epoch_words"] // (case["B"] * case["T"]))
    vocabulary = folder / "words.tsv"
    corpus.write_vocabulary(vocabulary, case["V"])
    valid = text(case, VALID_WINDOWS, seed=2)
    for name, count in (("first", FIRST_WINDOWS), ("data", windows)):
        (folder / name).mkdir()
        corpus.write_text(folder / name / "train.txt", text(case, count, seed=1))
        for other in ("valid", "test"):
            corpus.write_text(folder / name / f"{other}.txt", valid)
    settings = {
        "log_dir": folder / "logs", "basic_cell": case["cell"], "reset_after": True,
        "size": case["H"], "embedding_size": case["E"], "num_steps": case["T"],
        "batch_size": case["B"], "read_vocab_from_file": vocabulary, "learning_rate": 1,
        "max_grad_norm": 5, "dropout": 0.5,
    }
    settings = {key: str(value) for key, value in settings.items()}
    start = {"save_path": folder / "start", "data_path": folder / "first",
             "learning_rate": NO_STEP, "max_max_epoch": 1}
    stategrad.train({**settings, **start}, case["threads"])
    return {**case, "settings": settings, "folder": str(folder), "windows": windows}


def text(case, windows, seed):
    """Words for so many windows: one more is needed, which is dropped."""
    return corpus.zipf_words(case["B"] * case["T"] * (windows + 1), case["V"], seed)


def flops(case):
    """Of the products for one word: forward, and backward to the inputs and to the weights."""
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[case["cell"]]
    return 6 * case["H"] * (case["V"] + gates * (case["E"] + case["H"]))


def train(case, data, epochs, **changes):
    folder = case["folder"]
    settings = {
        **case["settings"], "save_path": f"{folder}/{data}_model", "data_path": f"{folder}/{data}",
        "max_epoch": epochs, "max_max_epoch": epochs, **changes,
    }
    return Stategrad(case["program"]).train(settings, case["threads"])


def measure(case):
    """Samples of the program: an epoch of some windows each; the first one is not counted."""
    # The cost of an epoch is not known before: as many as 10,000 words/s would need.
    epochs = max(case["samples"], round(case["seconds"] * 10000 / case["epoch_words"]))
    rows = train(case, "data", epochs + 1)
    return [1 / row["tokens_per_second"] for row in rows[1:]]
