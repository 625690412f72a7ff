# SPDX-License-Identifier: MIT
"""`stategrad states`: LSTMVis's files, and the states that PyTorch computes."""

import json
import os
import runpy
import unittest

import h5py
import numpy
import torch

from program import ProgramTest, write_config

FILES = ["lstm.yml", "states.hdf5", "train.hdf5", "words.dict"]


class States(ProgramTest):
    def ids(self, model, text):
        numbers = {w: i for i, w in enumerate(self.read(model + "/vocab.txt").decode().split())}
        words = self.read(text).decode().replace("\n", " <eos> ").split()
        return [numbers.get(word, numbers["<unk>"]) for word in words]

    def test_are_those_of_pytorch(self):
        write_config(self.path("two.config"), save_path="two", num_layers=2, size=7,
                     max_max_epoch=1)
        self.succeed("train", "--config", "two.config", "--quiet")
        outcome = self.succeed("states", "--model", "two", "-o", "vis/two")
        self.assertEqual(self.files("vis/two"), FILES)
        ids = self.ids("two", "data/valid.txt")
        self.assertIn(f"4 states of {len(ids)} words", outcome.err)
        self.succeed("export", "--model", "two", "-o", "two.npz")
        model = runpy.run_path(self.path("two.npz.py"))["model"]
        state, rows = None, []
        with torch.no_grad():
            for word in model["embedding"](torch.tensor(ids)):
                _, state = model["rnn"](word.reshape(1, 1, -1), state)
                rows.append([part[:, 0].numpy() for part in state])
        with h5py.File(self.path("vis/two/states.hdf5")) as file:
            self.assertEqual(sorted(file), ["cell_layer_0", "cell_layer_1", "hidden_layer_0",
                                            "hidden_layer_1"])
            for number, kind in enumerate(("hidden", "cell")):
                for layer in (0, 1):
                    found = file[f"{kind}_layer_{layer}"][()]
                    self.assertEqual(found.dtype, numpy.float32)
                    expected = numpy.array([row[number][layer] for row in rows])
                    numpy.testing.assert_allclose(found, expected, atol=2e-6)
        with h5py.File(self.path("vis/two/train.hdf5")) as file:
            self.assertEqual(file["word_ids"][()].tolist(), ids)

    def test_are_found_by_the_configuration_as_lstmvis_reads_it(self):
        self.use_trained_model()
        self.succeed("states", "--model", "model", "-o", "vis")
        config = self.read("vis/lstm.yml").decode()
        try:
            import yaml
        except ImportError:
            self.skipTest("no python3-yaml")
        config = yaml.safe_load(config)
        self.assertEqual(config["name"], "vis")
        files = config["files"]
        words = config["word_sequence"]
        with h5py.File(self.path("vis", files[words["file"]])) as file:
            sequence = file[words["path"]][()]
        dictionary = {}
        with open(self.path("vis", files[words["dict_file"]]), encoding="utf-8") as file:
            for line in file:
                word, number = line.split()
                dictionary[int(number)] = word
        text = self.read("data/valid.txt").decode().replace("\n", " <eos> ").split()
        self.assertEqual([dictionary[i] for i in sequence], text)
        states = config["states"]
        self.assertEqual([(s["type"], s["layer"], s["transform"]) for s in states["types"]],
                         [("state", 1, "tanh"), ("output", 1, "none")])
        with h5py.File(self.path("vis", files[states["file"]])) as file:
            for state in states["types"]:
                self.assertEqual(file[state["path"]].shape, (len(text), 7))
            self.assertLessEqual(abs(file["hidden_layer_0"][()]).max(), 1)

    def test_can_be_chosen_and_forecast(self):
        self.use_trained_model()
        out = self.succeed("states", "--model", "model", "-o", "out", "--dry-run", "--json").out
        (row,) = json.loads(out)
        self.assertEqual(row["words"], len(self.ids("model", "data/valid.txt")))
        self.assertFalse(os.path.exists(self.path("out")))
        self.succeed("states", "--model", "model", "-o", "out")
        size = sum(os.path.getsize(self.path("out", name)) for name in FILES)
        self.assertLessEqual(size, row["disk_bytes"])
        self.fail_with(2, ["out", "--overwrite"], "states", "--model", "model", "-o", "out")
        self.succeed("states", "--model", "model", "-o", "out", "--overwrite", "--state", "hidden",
                     "--layer", "top", "--text", "data/test.txt")
        with h5py.File(self.path("out/states.hdf5")) as file:
            self.assertEqual(list(file), ["hidden_layer_0"])
            self.assertEqual(len(file["hidden_layer_0"]), len(self.ids("model", "data/test.txt")))
        self.fail_with(1, ["--memory-limit 1MB", "needed"], "states", "--model", "model", "-o",
                       "limited", "--memory-limit", "1MB")
        self.assertFalse(os.path.exists(self.path("limited")))
        self.fail_with(2, ["layer"], "states", "--model", "model", "-o", "x", "--layer", "9")

    def test_have_the_same_bytes_every_time(self):
        self.use_trained_model()
        for name in ("a/x", "b/x"):
            self.succeed("states", "--model", "model", "-o", name, "--threads", "1")
        for name in FILES:
            self.assertEqual(self.read("a/x/" + name), self.read("b/x/" + name), name)


if __name__ == "__main__":
    unittest.main()
