# SPDX-License-Identifier: MIT
"""PyTorch's own recurrent modules, loss, clipping and optimiser, from the program's weights."""

import itertools
import math
import types

import numpy
import torch

from harness import timing
from harness.recipe import ANSWER_RATE, flops
from torch_model import LanguageModel, read_ids, windows

__all__ = ["answer", "flops", "measure"]


class Training:
    def __init__(self, case, data, keep, rate):
        torch.set_num_threads(case["threads"])
        torch.manual_seed(1)
        folder, settings = case["folder"], case["settings"]
        self.model = LanguageModel(f"{folder}/start/model.safetensors")
        self.keep, self.limit = keep, float(settings["max_grad_norm"])
        self.optimizer = torch.optim.SGD(self.model.parameters(), rate)
        self.shape = types.SimpleNamespace(batch_size=case["B"], num_steps=case["T"])
        self.windows = self.read(f"{folder}/{data}/train.txt", f"{folder}/start")
        self.valid = self.read(f"{folder}/{data}/valid.txt", f"{folder}/start")
        self.state = self.model.start(case["B"])
        self.freeze_second_bias(case)

    def read(self, text, model):
        ids = read_ids(model, text)
        return [(i.contiguous(), t.contiguous()) for i, t in windows(ids, self.shape)]

    def freeze_second_bias(self, case):
        """PyTorch adds two biases, which together would learn twice as fast as the program's one.
        Only the candidate of a GRU has a second one of its own."""
        bias = self.model.rnn.bias_hh_l0
        if case["cell"] != "GRU":
            bias.requires_grad_(False)
            return
        trained = torch.zeros_like(bias)
        trained[2 * case["H"] :] = 1
        bias.register_hook(lambda gradient: gradient * trained)

    def loss(self, inputs, targets):
        """Summed over the steps of a window, averaged over its streams."""
        hidden, state = self.model.rnn(self.model.embedding(inputs), self.state)
        if self.model.cell == "LSTM":
            self.state = tuple(part.detach() for part in state)
        else:
            self.state = state.detach()
        if self.keep < 1 and self.model.training:
            hidden = torch.nn.functional.dropout(hidden, 1 - self.keep)
        logits = self.model.output(hidden).flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(logits, targets.flatten(), reduction="sum")
        return loss / self.shape.batch_size

    def train(self, inputs, targets):
        self.optimizer.zero_grad()
        loss = self.loss(inputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.limit)
        self.optimizer.step()
        return loss.item()

    def perplexity(self, losses):
        return numpy.array([math.exp(sum(losses) / (len(losses) * self.shape.num_steps))])


def answer(case):
    training = Training(case, "first", 1, ANSWER_RATE)
    answers = {"train": training.perplexity([training.train(*w) for w in training.windows])}
    training.model.eval()
    training.state = training.model.start(case["B"])
    with torch.no_grad():
        answers["valid"] = training.perplexity([training.loss(*w).item() for w in training.valid])
    return answers


def measure(case):
    settings = case["settings"]
    training = Training(case, "data", float(settings["dropout"]), float(settings["learning_rate"]))
    endless = itertools.cycle(training.windows)
    training.train(*next(endless))
    words = case["B"] * case["T"]
    return timing.repeat(
        case, lambda: timing.stopwatch(lambda: training.train(*next(endless)), words))
