# SPDX-License-Identifier: MIT
"""The program's models read by hand into PyTorch, and the one cell that PyTorch lacks. For the tests
of parity and for bench/."""

import json
import os
import struct

import torch


def read_safetensors(path):
    """The metadata and the tensors of a file: 8 bytes with the length of the header, the header in
    JSON, the numbers."""
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        first, last = (8 + length + offset for offset in entry["data_offsets"])
        dtype = {"F32": torch.float32, "F64": torch.float64}[entry["dtype"]]
        numbers = torch.frombuffer(bytearray(content[first:last]), dtype=dtype)
        tensors[name] = numbers.reshape(entry["shape"])
    return metadata, tensors


class GruResetBefore(torch.nn.Module):
    """What torch.nn.GRU would be with the reset gate before the recurrent product."""

    def __init__(self, inputs, size, num_layers):
        super().__init__()
        self.size, self.num_layers = size, num_layers
        for k in range(num_layers):
            for name, shape in (
                ("weight_ih", (3 * size, inputs if k == 0 else size)),
                ("weight_hh", (3 * size, size)),
                ("bias_ih", (3 * size,)),
                ("bias_hh", (3 * size,)),
            ):
                self.register_parameter(f"{name}_l{k}", torch.nn.Parameter(torch.zeros(shape)))

    def step(self, k, x, h):
        w_ih, w_hh, b_ih, b_hh = (
            getattr(self, f"{name}_l{k}").chunk(3)
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        r, z = (
            torch.sigmoid(x @ w_ih[g].T + b_ih[g] + h @ w_hh[g].T + b_hh[g]) for g in (0, 1)
        )
        n = torch.tanh(x @ w_ih[2].T + b_ih[2] + (r * h) @ w_hh[2].T + b_hh[2])
        return z * h + (1 - z) * n

    def forward(self, inputs, state):
        states, outputs = list(state), []
        for x in inputs:
            for k in range(self.num_layers):
                x = states[k] = self.step(k, x, states[k])
            outputs.append(x)
        return torch.stack(outputs), torch.stack(states)


class LanguageModel(torch.nn.Module):
    """A model of the program in PyTorch: the weights by load_state_dict, under their own names."""

    def __init__(self, path, dtype=None):
        super().__init__()
        self.metadata, tensors = read_safetensors(path)
        self.cell = self.metadata["cell"]
        vocab_size, embedding_size = tensors["embedding.weight"].shape
        self.size = tensors["output.weight"].shape[1]
        self.num_layers = sum(name.startswith("rnn.weight_hh_l") for name in tensors)
        kinds = {
            ("LSTM", "false"): torch.nn.LSTM,
            ("GRU", "false"): GruResetBefore,
            ("GRU", "true"): torch.nn.GRU,
            ("RNN", "false"): torch.nn.RNN,
        }
        kind = kinds[self.cell, self.metadata["reset_after"]]
        self.embedding = torch.nn.Embedding(vocab_size, embedding_size)
        self.rnn = kind(embedding_size, self.size, self.num_layers)
        self.output = torch.nn.Linear(self.size, vocab_size)
        self.to(dtype or tensors["output.weight"].dtype)
        self.load_state_dict(tensors)

    def start(self, streams):
        zero = self.output.weight.new_zeros(self.num_layers, streams, self.size)
        return (zero, zero) if self.cell == "LSTM" else zero

    def states(self, state):
        """The states of the network by name."""
        if self.cell == "LSTM":
            return {"hidden": state[0], "cell": state[1]}
        return {"hidden": state}

    def log_probabilities(self, inputs, targets, state):
        """Of the targets [T, B], and the state after the window."""
        hidden, state = self.rnn(self.embedding(inputs), state)
        log_softmax = torch.log_softmax(self.output(hidden), dim=-1)
        return log_softmax.gather(-1, targets.unsqueeze(-1)).squeeze(-1), state


def read_ids(model, text):
    """The ids of a text as the model in a folder reads it."""
    with open(os.path.join(model, "vocab.txt"), encoding="utf-8") as file:
        numbers = {word: i for i, word in enumerate(file.read().split())}
    with open(text, encoding="utf-8") as file:
        words = file.read().replace("\n", " <eos> ").split()
    return [numbers.get(word, numbers["<unk>"]) for word in words]


def windows(ids, shape):
    """Inputs and targets [T, B] of every window, the last one dropped; shape has batch_size B and
    num_steps T."""
    streams, steps = shape.batch_size, shape.num_steps
    columns = len(ids) // streams
    rows = torch.tensor(ids[: columns * streams]).reshape(streams, columns).T
    for first in range(0, (columns // steps - 1) * steps, steps):
        yield rows[first : first + steps], rows[first + 1 : first + steps + 1]
