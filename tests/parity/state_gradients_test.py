# SPDX-License-Identifier: MIT
"""State gradients of the program and of torch.autograd: every position, delay, state and layer."""

import unittest

import h5py
import numpy

from parity import LanguageModel, ParityTest, cases, random_words, torch, write_words

TEXT = "text.txt"
WORDS = 23


def autograd_state_gradients(model, ids, starts):
    """{(state, layer, position, delay): [H, E]} of a text read in stretches that begin at these
    positions and end where the next one begins; gradients do not pass a start.

    Every unit has a stream of its own with its own copy of the inputs, so that one backward pass
    gives the rows of all units and the matrices of all delays.
    """
    gradients = {}
    state = model.start(model.size)
    for first, last in zip(starts, starts[1:]):
        embedded = model.embedding.weight.detach()[ids[first:last]]
        inputs = embedded.unsqueeze(1).repeat(1, model.size, 1).requires_grad_()
        for step in range(last - first):
            _, state = model.rnn(inputs[step : step + 1], state)
            for name, values in model.states(state).items():
                for layer in range(model.num_layers):
                    (found,) = torch.autograd.grad(
                        values[layer].diagonal().sum(), inputs, retain_graph=True)
                    for delay in range(step + 1):
                        gradients[name, layer, first + step, delay] = found[step - delay].numpy()
        state = tuple(s.detach() for s in state) if model.cell == "LSTM" else state.detach()
    return gradients


class StateGradients(ParityTest):
    def test_continuous(self):
        for dtype, max_delay in (("float64", WORDS), ("float32", 7)):
            for name, path, model, _ in self.models(dtype):
                with self.subTest(name, dtype=dtype):
                    self.compute(path, "--format", "hdf5", "--continuous", "--max-delay", max_delay)
                    expected = autograd_state_gradients(model, self.ids(path, TEXT), [0, WORDS])
                    expected = {key: m for key, m in expected.items() if key[3] < max_delay}
                    self.check(self.hdf5_gradients(path), expected, dtype)

    def test_windowed(self):
        for dtype, form in (("float64", "hdf5"), ("float32", "npy")):
            for name, path, model, steps in self.models(dtype):
                with self.subTest(name, dtype=dtype):
                    self.compute(path, "--format", form, "--windowed", "--time-step", "all",
                                 "--max-delay", WORDS)
                    starts = range(0, WORDS // steps * steps, steps)
                    expected = autograd_state_gradients(model, self.ids(path, TEXT), starts)
                    found = (self.hdf5_gradients(path) if form == "hdf5"
                             else self.npy_gradients(path, steps))
                    self.check(found, expected, dtype)

    def models(self, dtype):
        """A trained model of every case: name, folder, the same in PyTorch in float64, T."""
        write_words(self.path(TEXT), random_words(WORDS, 4))
        data = self.corpus(400)
        for number, (name, settings, shape) in enumerate(cases()):
            path = f"model_{number}_{dtype}"
            self.train(path, settings, data_path=data, dtype=dtype)
            model = LanguageModel(self.path(path, "model.safetensors"), torch.float64)
            yield name, path, model, shape.num_steps

    def compute(self, path, *arguments):
        self.succeed("gradients", "--model", path, "--text", TEXT, "--state", "both",
                     "--layer", "all", "--output", path + "_gradients", "--threads", 2, "--quiet",
                     *arguments)

    def hdf5_gradients(self, path):
        """The groups <state>/layer_<l>/delay_<d> with a matrix per position."""
        found = {}

        def visit(name, group):
            if not isinstance(group, h5py.Group) or "gradients" not in group:
                return
            state, layer, delay = name.split("/")
            layer, delay = int(layer.split("_")[1]), int(delay.split("_")[1])
            for position, matrix in zip(group["position"][()], group["gradients"][()]):
                found[state, layer, position, delay] = matrix

        with h5py.File(self.path(path + "_gradients", "gradients.h5")) as file:
            file.visititems(visit)
        return found

    def npy_gradients(self, path, steps):
        """The tree: [<state>/layer_<l>/]timestep_<t>/delay_<d>/<k>.npy."""
        found = {}
        for name in self.files(path + "_gradients"):
            if not name.endswith(".npy"):
                continue
            *prefix, time_step, delay, window = name.split("/")
            state, layer = prefix or ("hidden", "layer_0")
            step, window = int(time_step.split("_")[1]), int(window.split(".")[0])
            key = state, int(layer.split("_")[1]), window * steps + step, int(delay.split("_")[1])
            found[key] = numpy.load(self.path(path + "_gradients", name))
        return found

    def check(self, found, expected, dtype):
        tolerance = {"float64": 1e-9, "float32": 1e-4}[dtype]
        self.assertEqual(set(found), set(expected))
        for key, matrix in expected.items():
            self.assertEqual(found[key].dtype, dtype)
            self.assert_close(found[key], matrix, tolerance, key)


if __name__ == "__main__":
    unittest.main()
