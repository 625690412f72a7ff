# SPDX-License-Identifier: MIT
"""One model, one text, all state gradients of a position: by backward passes and by the forward
recursion, in PyTorch and by the program.

The model is trained for a few seconds on a synthetic language, because the rank of state gradients
falls with the delay only in trained models; --model and --text of bench/run take another one.
Answers are the sums over the last positions of a short text, and, of those that can sum over a
whole text, the norms of the mean at every delay.
"""

import json
import pathlib

from harness import corpus
from harness.questions import PYTORCH, Contender

TITLE = "What do the state gradients of one position cost, all delays of an LSTM's cell state?"
CONTENDERS = [
    Contender("original_loop", "PyTorch, a backward pass per unit of the state, the original's way",
              PYTORCH),
    Contender("batched_backward", "PyTorch, backward passes of all units in one batch", PYTORCH),
    Contender("forward_naive", "PyTorch, forward recursion with the gates' four products", PYTORCH),
    Contender("forward_combined", "PyTorch, forward recursion with combined weights", PYTORCH),
    Contender("ours_exact", "stategrad gradients"),
    Contender("ours_rank", "stategrad gradients --rank-tolerance 1e-3"),
]
LAST_POSITIONS = 2


def cases(plan):
    if plan.quick:
        sizes = {"E": 8, "H": 16, "D": 6}
        work = {"train_words": 400, "epochs": 1, "words": 40, "samples": 1, "seconds": 0}
    else:
        sizes = {"E": 64, "H": 256, "D": 50}
        work = {"train_words": 60000, "epochs": 8, "words": 600, "samples": 3, "seconds": 8}
    name = "LSTM, " + ", ".join(f"{letter} {value}" for letter, value in sizes.items())
    if plan.model:
        name = f"the model {plan.model}, D {sizes['D']}"
    return [{"name": name, "unit": "ms/word", "threads": plan.threads, "given_model": plan.model,
             "given_text": plan.text, **sizes, **work}]


def prepare(case, folder, stategrad):
    model, text = case["given_model"], case["given_text"]
    if model is None:
        model, text = train(case, folder, stategrad)
    else:
        case = {**case, **sizes_of(model)}
    words = corpus.read_words(text)
    answer_words = case["D"] + LAST_POSITIONS
    if len(words) < case["words"] or len(words) < 2 * answer_words:
        raise RuntimeError(f"{text} has {len(words)} words: {case['words']} are needed")
    places = {"model": str(pathlib.Path(model).resolve())}
    for name, count in (
        ("text", case["words"]),
        ("ring_text", case["D"]),  # fills the ring of sources
        ("answer_text", answer_words),
        ("windows_text", 2 * answer_words),  # the last window is never used
    ):
        places[name] = str(folder / f"{name}.txt")
        corpus.write_text(places[name], words[:count])
    return {**case, **places, "answer_words": answer_words, "last_positions": LAST_POSITIONS}


def sizes_of(model):
    """E and H of a model that the contenders can read."""
    with open(pathlib.Path(model) / "model.json", encoding="utf-8") as file:
        architecture = json.load(file)["architecture"]
    if architecture["cell"] != "LSTM" or architecture["num_layers"] != 1:
        raise RuntimeError(f"{model}: an LSTM of one layer is needed")
    return {"E": architecture["embedding_size"], "H": architecture["size"]}


def train(case, folder, stategrad):
    stategrad.run("synth", "-o", folder / "data", "--words", case["train_words"],
                  "--valid-words", max(3000, case["words"]), "--quiet")
    small = case["train_words"] < 10000
    stategrad.train(
        {
            "save_path": folder / "model", "log_dir": folder / "logs", "data_path": folder / "data",
            "basic_cell": "LSTM", "size": case["H"], "embedding_size": case["E"], "dropout": 1,
            "batch_size": 5 if small else 20, "num_steps": 10 if small else 50,
            "max_epoch": case["epochs"], "max_max_epoch": case["epochs"],
        },
        case["threads"],
    )
    return folder / "model", folder / "data" / "valid.txt"
