# SPDX-License-Identifier: MIT
"""What the contenders in PyTorch share: the model, the text, and the sums that they answer with."""

import numpy
import torch

from torch_model import LanguageModel, read_ids


class Reader:
    """An LSTM of one layer that reads a text word by word."""

    def __init__(self, case, text):
        torch.set_num_threads(case["threads"])
        self.model = LanguageModel(f"{case['model']}/model.safetensors")
        if self.model.cell != "LSTM" or self.model.num_layers != 1:
            raise RuntimeError("these contenders read an LSTM of one layer")
        self.model.requires_grad_(False)
        self.embedded = self.model.embedding.weight[read_ids(case["model"], text)].unsqueeze(1)
        self.delays = case["D"]


class Backward(Reader):
    """The window of D words up to a position, as a graph of autograd."""

    def __init__(self, case, text, jacobian):
        super().__init__(case, text)
        self.jacobian = jacobian

    def position(self, last):
        """[D, H, E] of the cell state after word `last`, by rising delay."""
        first = last + 1 - self.delays
        state = self.model.start(1)
        if first > 0:
            _, state = self.model.rnn(self.embedded[:first], state)
        inputs = self.embedded[first : last + 1].clone().requires_grad_()
        _, (_, cell) = self.model.rnn(inputs, state)
        return self.jacobian(cell.reshape(-1), inputs)

    @classmethod
    def answer(cls, case, jacobian):
        reader = cls(case, case["answer_text"], jacobian)
        end = case["answer_words"]
        positions = range(end - case["last_positions"], end)
        return {"sums": sum(reader.position(t).double().numpy() for t in positions)}


def flops_of_backward(case):
    """Of H backward passes through D steps: a vector of 4H times U and W."""
    return 8 * case["D"] * case["H"] ** 2 * (case["H"] + case["E"])


class Forward(Reader):
    """The recursion over all sources at once. Rows [D, E, H] lie in a ring: at step t the source of
    delay d is in slot (d - t) mod D, so that rising delays are rising slots."""

    def __init__(self, case, text):
        super().__init__(case, text)
        rnn, size = self.model.rnn, self.model.size
        self.w, self.u = rnn.weight_ih_l0, rnn.weight_hh_l0
        self.bias = rnn.bias_ih_l0 + rnn.bias_hh_l0
        self.h, self.c = torch.zeros(size), torch.zeros(size)
        shape = (self.delays, self.w.shape[1], size)
        self.jc, self.jh = torch.zeros(shape), torch.zeros(shape)
        self.sums = torch.zeros(shape, dtype=torch.float64)
        self.words = 0

    def gates(self):
        """i, f, g, o and the old and new cell state of the next word."""
        a = self.w @ self.embedded[self.words, 0] + self.u @ self.h + self.bias
        i, f, g, o = a.chunk(4)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        old, self.c = self.c, f * self.c + i * g
        self.h = o * torch.tanh(self.c)
        return i, f, g, o, old, self.c

    def read(self, count):
        for _ in range(count):
            newest = -self.words % self.delays
            self.step(self.gates(), newest)
            self.words += 1
            tail = self.delays - newest
            self.sums[:tail] += self.jc[newest:]
            self.sums[tail:] += self.jc[:newest]

    @classmethod
    def answer(cls, case):
        reader = cls(case, case["answer_text"])
        reader.read(case["answer_words"] - case["last_positions"])
        before = reader.sums.clone()
        reader.read(case["last_positions"])
        counts = case["answer_words"] - numpy.arange(case["D"])
        norms = reader.sums.flatten(1).norm(dim=1).numpy() / counts
        sums = (reader.sums - before).transpose(1, 2).numpy()
        return {"sums": sums, "norms_of_mean": norms}

    @classmethod
    def measure(cls, case):
        """A reader whose ring is full, and the words of a sample."""
        reader = cls(case, case["text"])
        reader.read(case["D"])
        return reader, max(1, min(10, (case["words"] - case["D"]) // 4))

    def restart(self, words):
        """Reads the text again when fewer words are left. The sources stay: their values matter
        to no clock."""
        if self.words + words > len(self.embedded):
            self.words = self.delays
