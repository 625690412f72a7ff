# SPDX-License-Identifier: MIT
"""Models as PyTorch has them, and what `stategrad import` makes of their files."""

import json
import math
import os

import torch

from program import ProgramTest, sentences

WORDS = ["<eos>", "<unk>", "the", "a", "we", "cat", "dog", "Äpfel", "sleep", "run", "eat"]
V = len(WORDS)
CELLS = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU, "RNN": torch.nn.RNN}


class RNNModel(torch.nn.Module):
    """As in pytorch/examples' word_language_model."""

    def __init__(self, cell="LSTM", embedding=6, size=5, layers=1, tied=False):
        super().__init__()
        self.drop = torch.nn.Dropout(0.2)
        self.encoder = torch.nn.Embedding(V, embedding)
        self.rnn = CELLS[cell](embedding, size, layers)
        self.decoder = torch.nn.Linear(size, V)
        if tied:
            self.decoder.weight = self.encoder.weight
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.uniform_(-0.9, 0.9)

    def forward(self, ids):
        return self.decoder(self.rnn(self.encoder(ids))[0])


def perplexity(model, ids):
    """Of one stream from the zero state, in float64."""
    inputs = torch.tensor(ids[:-1]).unsqueeze(1)
    targets = torch.tensor(ids[1:])
    with torch.no_grad():
        logits = model.double()(inputs)[:, 0]
    return math.exp(torch.nn.functional.cross_entropy(logits, targets).item())


class ImportTest(ProgramTest):
    def setUp(self):
        super().setUp()
        torch.manual_seed(3)
        self.write("vocab", "".join(word + "\n" for word in WORDS))
        self.write("text", "".join(line + "\n" for line in sentences(60, 5)))
        numbers = {word: i for i, word in enumerate(WORDS)}
        text = self.read("text").decode().replace("\n", " <eos> ").split()
        self.ids = [numbers[word] for word in text]

    def save(self, name, content):
        torch.save(content, self.path(name))

    def bring(self, name, *arguments, output="out"):
        return self.succeed("import", name, "-o", output, "--vocab", "vocab", *arguments)

    def refuse(self, name, *needles, code=1, arguments=()):
        outcome = self.fail_with(code, needles, "import", name, "-o", "out", "--vocab", "vocab",
                                 *arguments)
        self.assertFalse(os.path.exists(self.path("out")), "a folder was left")
        self.assertFalse(os.path.exists(self.path("marker")), "something was executed")
        self.assertEqual([f for f in os.listdir(self.folder) if ".tmp" in f], [])
        return outcome

    def assert_same(self, model, output="out"):
        """The imported model predicts the text as the model in PyTorch does."""
        row = json.loads(self.succeed("eval", "--model", output, "--text", "text", "--json").out)[0]
        self.assertEqual(row["unknown"], 0)
        expected = perplexity(model, self.ids)
        self.assertLess(abs(row["perplexity"] / expected - 1), 1e-5)
