# SPDX-License-Identifier: MIT
"""The program's models in PyTorch: the same probabilities from the same weights."""

import json
import math
import unittest

from parity import DTYPES, LanguageModel, ParityTest, cases, read_safetensors, torch, windows

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}


class Perplexity(ParityTest):
    def test_of_a_text_read_as_one_stream(self):
        data = self.corpus(400)
        for number, (name, settings, _) in enumerate(cases()):
            for dtype, tolerance in TOLERANCE.items():
                with self.subTest(name, dtype=dtype):
                    path = f"model_{number}_{dtype}"
                    self.train(path, settings, data_path=data, dtype=dtype)
                    self.check_stream(path, f"{data}/test.txt", tolerance)

    def check_stream(self, path, text, tolerance):
        out = self.succeed("eval", "--model", path, "--text", text, "--per-word", "words.tsv",
                           "--json").out
        row = json.loads(out)[0]
        model = LanguageModel(self.path(path, "model.safetensors"))
        ids = torch.tensor(self.ids(path, text)).unsqueeze(1)
        with torch.no_grad():
            expected, _ = model.log_probabilities(ids[:-1], ids[1:], model.start(1))
        self.assertEqual(row["predictions"], len(expected))
        perplexity = math.exp(-expected.double().mean())
        self.assertLessEqual(abs(row["perplexity"] / perplexity - 1), tolerance)
        lines = [line.split("\t") for line in self.read("words.tsv").decode().splitlines()]
        self.assertEqual([int(line[1]) for line in lines], ids[1:, 0].tolist())
        found = torch.tensor([float(line[2]) for line in lines], dtype=torch.float64)
        self.assert_close(found * math.log(10), expected[:, 0].double(), tolerance, "per word")

    def test_of_a_validation_text_in_streams_and_windows(self):
        data = self.corpus(400)
        for number, (name, settings, shape) in enumerate(cases()):
            for dtype, tolerance in TOLERANCE.items():
                with self.subTest(name, dtype=dtype):
                    path = f"model_{number}_{dtype}"
                    row = self.train(path, settings, data_path=data, dtype=dtype)
                    model = LanguageModel(self.path(path, "model.safetensors"))
                    state, losses = model.start(shape.batch_size), []
                    with torch.no_grad():
                        for inputs, targets in windows(self.ids(path, data + "/valid.txt"), shape):
                            found, state = model.log_probabilities(inputs, targets, state)
                            losses.append(-found.double().mean(dim=1).sum().item())
                    self.assertGreater(len(losses), 1)
                    perplexity = math.exp(sum(losses) / (len(losses) * shape.num_steps))
                    self.assertLessEqual(abs(row["valid_perplexity"] / perplexity - 1), tolerance)


class ModelFile(ParityTest):
    def test_has_what_load_state_dict_takes_and_says_what_it_is(self):
        data = self.corpus(400)
        for number, (name, settings, shape) in enumerate(cases()):
            for dtype in DTYPES:
                with self.subTest(name, dtype=dtype):
                    path = f"model_{number}_{dtype}"
                    self.train(path, settings, data_path=data, dtype=dtype)
                    file = self.path(path, "model.safetensors")
                    metadata, tensors = read_safetensors(file)
                    self.assertEqual(metadata["cell"], settings["basic_cell"])
                    self.assertEqual(metadata["reset_after"],
                                     settings.get("reset_after", "False").lower())
                    for key in ("format", "version"):
                        self.assertIn(key, metadata)
                    self.assertEqual({t.dtype for t in tensors.values()}, {DTYPES[dtype]})
                    model = LanguageModel(file)  # load_state_dict is strict
                    self.assertEqual(model.num_layers, shape.num_layers)
                    self.check_biases(tensors, settings, shape)

    def check_biases(self, tensors, settings, shape):
        """The sum of both biases is what counts; only one of them is trained."""
        for layer in range(shape.num_layers):
            bias = tensors[f"rnn.bias_hh_l{layer}"]
            if settings.get("reset_after"):
                self.assertTrue((bias[2 * shape.size :] != 0).all())
                bias = bias[: 2 * shape.size]
            self.assertTrue((bias == 0).all())
            self.assertTrue((tensors[f"rnn.bias_ih_l{layer}"] != 0).any())


if __name__ == "__main__":
    unittest.main()
