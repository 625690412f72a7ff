# SPDX-License-Identifier: MIT
"""One recipe, the same initial weights, training by the program and by PyTorch's modules.

The text is drawn word by word with the frequencies of a language. Answers are the perplexity of
the first windows while they are trained on, and that of the validation text afterwards, without
dropout: the masks are the one thing that cannot be the same.
"""

from harness import recipe
from harness.questions import PYTORCH, Contender

TITLE = "How many words per second are trained on?"
CONTENDERS = [
    Contender("pytorch", "PyTorch, torch.nn.LSTM, GRU or RNN", PYTORCH),
    Contender("ours", "stategrad train"),
]


def cases(plan):
    cells = ("LSTM", "GRU", "RNN")
    if plan.quick:
        sizes = {"V": 60, "E": 8, "H": 16, "B": 3}
        steps, work = (5,), {"epoch_words": 300, "samples": 1, "seconds": 0}
    else:
        sizes = {"V": 10000, "E": 64, "H": 256, "B": 20}
        steps, work = (50, 200), {"epoch_words": 20000, "samples": 4, "seconds": 7}
    return [
        recipe.make_case(cell, {**sizes, "T": T}, {"threads": plan.threads, **work})
        for cell in cells
        for T in steps
    ]


prepare = recipe.prepare
