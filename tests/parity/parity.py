# SPDX-License-Identifier: MIT
"""What the tests of parity with PyTorch share: the cases, and small models of every case."""

import dataclasses
import json
import os
import random
import sys

import program

try:
    import torch
except ImportError:
    if os.environ.get("STATEGRAD_REQUIRE_TORCH") == "1":
        raise
    print("skipped: this Python has no torch (Debian: python3-torch)")
    sys.exit(77)

from torch_model import LanguageModel, read_ids, read_safetensors, windows

torch.set_num_threads(1)

DTYPES = {"float32": torch.float32, "float64": torch.float64}
CELLS = {
    "LSTM": {"basic_cell": "LSTM", "forget_bias": 0.7},
    "GRU reset before": {"basic_cell": "GRU"},
    "GRU reset after": {"basic_cell": "GRU", "reset_after": "True"},
    "RNN": {"basic_cell": "RNN"},
}


@dataclasses.dataclass(frozen=True)
class Shape:
    """L, E, H, B and T of a model and its windows."""

    num_layers: int
    embedding_size: int
    size: int
    batch_size: int
    num_steps: int


SHAPES = (
    Shape(1, 5, 7, 1, 9),
    Shape(2, 9, 4, 3, 5),
    Shape(3, 3, 11, 2, 4),
    Shape(1, 17, 37, 5, 6),
)


def cases():
    """Every cell in every shape: (name, settings of the configuration, shape)."""
    for cell, settings in CELLS.items():
        for shape in SHAPES:
            yield f"{cell}, {shape}", {**settings, **dataclasses.asdict(shape)}, shape


def random_words(count, seed):
    """Words and ends of sentences, one of the words too rare to be in every text."""
    draw = random.Random(seed)
    words = [f"word{i}" for i in range(12)] + ["<eos>"]
    return [draw.choice(words) if draw.random() < 0.95 else f"rare{seed}" for _ in range(count)]


def write_words(path, words):
    with open(path, "w", encoding="utf-8") as file:
        file.write(" ".join(words).replace("<eos>", "\n"))


class ParityTest(program.ProgramTest):
    """Trains small models of every case."""

    def corpus(self, train_words, valid_words=120):
        """A data folder with a training text of so many words."""
        folder = f"text_{train_words}"
        if not os.path.exists(self.path(folder)):
            os.makedirs(self.path(folder))
            for name, count, seed in (
                ("train", train_words, 1), ("valid", valid_words, 2), ("test", 90, 3)
            ):
                write_words(self.path(folder, name + ".txt"), random_words(count, seed))
        return folder

    def train(self, name, settings, **changes):
        """Trains into the folder `name`; the row of the last epoch. One epoch and no dropout,
        unless the settings say otherwise; weights large enough to tell every term of a cell, and
        moved too little to make the network chaotic, where no two float32 programs agree."""
        program.write_config(
            self.path("parity.config"),
            **{
                "save_path": name, "init_scale": 0.5, "learning_rate": 0.1, "dropout": 1,
                "max_max_epoch": 1, "dtype": "float64", **settings, **changes,
            },
        )
        # One thread: networks this small spend all their time waiting for a second one.
        out = self.succeed(
            "train", "--config", "parity.config", "--json", "--quiet", "--threads", 1
        ).out
        return json.loads(out)[-1]

    def ids(self, model, path):
        """A text as the model reads it."""
        return read_ids(self.path(model), self.path(path))

    def assert_close(self, found, expected, tolerance, what):
        """Within the tolerance times the largest expected entry."""
        found, expected = torch.as_tensor(found), torch.as_tensor(expected)
        self.assertEqual(found.shape, expected.shape, what)
        largest = expected.abs().max().item()
        difference = (found.to(expected.dtype) - expected).abs().max().item()
        self.assertLessEqual(difference, tolerance * largest, f"{what}: largest entry {largest}")
