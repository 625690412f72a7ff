# SPDX-License-Identifier: MIT
"""`stategrad export`: its script loads the weights in PyTorch, which then predicts as `eval` does."""

import json
import math
import os
import runpy
import shutil
import subprocess
import sys
import unittest

import torch

from program import ProgramTest, write_config


class Export(ProgramTest):
    def trained(self, name, **changes):
        write_config(self.path("this.config"), save_path=name, max_max_epoch=1, **changes)
        self.succeed("train", "--config", "this.config", "--quiet")
        return name

    def words(self, model):
        numbers = {w: i for i, w in enumerate(self.read(model + "/vocab.txt").decode().split())}
        text = self.read("data/test.txt").decode().replace("\n", " <eos> ").split()
        return [numbers.get(word, numbers["<unk>"]) for word in text]

    def check_script(self, model, script, tolerance):
        loaded = runpy.run_path(self.path(script))
        ids = torch.tensor(self.words(model))
        with torch.no_grad():
            logits = loaded["logits"](ids[:-1].unsqueeze(1))[:, 0].double()
        expected = math.exp(torch.nn.functional.cross_entropy(logits, ids[1:]).item())
        row = json.loads(self.succeed("eval", "--model", model, "--json").out)[0]
        self.assertLess(abs(row["perplexity"] / expected - 1), tolerance)

    def check_form(self, script):
        """Ten lines of code that anybody reads at once, and no file stays open."""
        lines = [line.strip() for line in self.read(script).decode().splitlines()]
        code = [line for line in lines if line and not line.startswith("#")]
        self.assertLessEqual(len(code), 10, code)
        self.assertLess(max(map(len, code)), 120, code)
        # An error while an object is deleted does not change the exit code, it is only shown.
        done = subprocess.run([sys.executable, "-W", "error", self.path(script)],
                              stderr=subprocess.PIPE, text=True, timeout=120, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_loads_in_pytorch_by_its_script(self):
        for number, changes in enumerate((
            {"basic_cell": "LSTM", "num_layers": 2},
            {"basic_cell": "GRU", "reset_after": "True", "dtype": "float64"},
            {"basic_cell": "RNN"},
        )):
            model = self.trained(f"model_{number}", **changes)
            for ending in ("npz", "safetensors"):
                with self.subTest(changes, ending=ending):
                    file = f"{model}.{ending}"
                    outcome = self.succeed("export", "--model", model, "-o", file)
                    self.assertIn(f"loaded by {file}.py", outcome.err)
                    # Both files may move together.
                    os.makedirs(self.path("moved"), exist_ok=True)
                    for name in (file, file + ".py"):
                        shutil.move(self.path(name), self.path("moved", name))
                    double = "dtype" in changes
                    self.check_script(model, os.path.join("moved", file + ".py"),
                                      1e-10 if double else 1e-5)
                    self.check_form(os.path.join("moved", file + ".py"))

    def test_comes_back_by_import(self):
        model = self.trained("model", basic_cell="GRU")
        for ending in ("npz", "safetensors"):
            outcome = self.succeed("export", "--model", model, "-o", "m." + ending, "--vocab", "words")
            self.assertIn("no script for PyTorch", outcome.err)
            self.assertFalse(os.path.exists(self.path(f"m.{ending}.py")))
            self.succeed("import", "m." + ending, "-o", ending, "--vocab", "words")
            for name in (model, ending):
                self.write(name + ".out", self.succeed(
                    "eval", "--model", name, "--text", "data/test.txt", "--json").out)
            self.assertEqual(self.read("model.out"), self.read(ending + ".out"))

    def test_says_what_it_cannot_write(self):
        self.use_trained_model()
        self.fail_with(2, ["m.pt", ".safetensors or .npz"], "export", "--model", "model", "-o", "m.pt")
        self.fail_with(1, ["absent"], "export", "--model", "model", "-o", "absent/m.npz")
        self.fail_with(1, ["absent"], "export", "--model", "absent", "-o", "m.npz")
        self.assertEqual([f for f in self.files() if ".npz" in f], [])


if __name__ == "__main__":
    unittest.main()
