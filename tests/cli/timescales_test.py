# SPDX-License-Identifier: MIT
"""Timescales of units: `analyze`, `merge` and `report` against the gates that numpy computes."""

import csv
import json
import os
import unittest

import h5py
import numpy

from program import ProgramTest, write_config


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def keeping_gates(weights, words, cell, reset_after):
    """The forget (update) gates of all layers at every word, [N, L, H], by the textbook."""
    layers = sum(name.startswith("rnn.weight_ih_l") for name in weights)
    size = weights["rnn.weight_hh_l0"].shape[1]
    hidden, memory = numpy.zeros((layers, size)), numpy.zeros((layers, size))
    gates = numpy.zeros((len(words), layers, size))
    for t, word in enumerate(words):
        x = weights["embedding.weight"][word]
        for l in range(layers):
            w, u, b, c = (weights[f"rnn.{name}_l{l}"]
                          for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            if cell == "LSTM":
                i, f, g, o = numpy.split(w @ x + b + u @ hidden[l] + c, 4)
                gates[t, l] = sigmoid(f)
                memory[l] = gates[t, l] * memory[l] + sigmoid(i) * numpy.tanh(g)
                hidden[l] = sigmoid(o) * numpy.tanh(memory[l])
            else:
                of_x, of_h = numpy.split(w @ x + b, 3), numpy.split(u @ hidden[l] + c, 3)
                r, gates[t, l] = sigmoid(of_x[0] + of_h[0]), sigmoid(of_x[1] + of_h[1])
                candidate = (r * of_h[2] if reset_after else
                             u[2 * size:] @ (r * hidden[l]) + c[2 * size:])
                n = numpy.tanh(of_x[2] + candidate)
                hidden[l] = gates[t, l] * hidden[l] + (1 - gates[t, l]) * n
            x = hidden[l]
    return gates


def jackknife(function, sums, counts):
    """Value and error of a function of the mean, of blocks of unequal size."""
    value, n, blocks = function(sums.sum() / counts.sum()), counts.sum(), len(counts)
    share = n / counts
    without = numpy.array([function((sums.sum() - s) / (n - c)) for s, c in zip(sums, counts)])
    pseudo = share * value - (share - 1) * without
    centre = blocks * value - ((1 - 1 / share) * without).sum()
    return value, numpy.sqrt(((pseudo - centre) ** 2 / (share - 1)).mean())


class Timescales(ProgramTest):
    def train(self, name, **changes):
        write_config(self.path("this.config"), save_path=name, max_max_epoch=1, dtype="float64",
                     **changes)
        self.succeed("train", "--config", "this.config", "--quiet")

    def analyze(self, model, output, *arguments):
        return self.succeed("analyze", "--model", model, "--max-delay", "3", "--blocks", "7",
                            "--validity-sample", "0", "--no-used", "-o", output, *arguments)

    def summary(self, folder):
        return json.loads(self.read(folder + "/summary.json"))

    def gates(self, folder):
        with h5py.File(self.path(folder, "statistics.h5")) as file:
            return {name: file["gates/" + name][()] for name in ("count", "log_sum")}

    def words(self, model):
        numbers = {w: i for i, w in enumerate(self.read(model + "/vocab.txt").decode().split())}
        text = self.read("data/valid.txt").decode().replace("\n", " <eos> ").split()
        return [numbers.get(word, numbers["<unk>"]) for word in text]

    def test_are_those_of_the_gates_of_numpy(self):
        for number, (changes, gate) in enumerate((
            ({"basic_cell": "LSTM", "num_layers": 2}, "forget"),
            ({"basic_cell": "GRU"}, "update"),
            ({"basic_cell": "GRU", "reset_after": "True", "num_layers": 2}, "update"),
        )):
            with self.subTest(changes):
                model, results = f"model{number}", f"results{number}"
                self.train(model, **changes)
                self.succeed("export", "--model", model, "-o", model + ".npz")
                self.analyze(model, results)
                words = self.words(model)
                with numpy.load(self.path(model + ".npz")) as weights:
                    logs = numpy.log(keeping_gates(dict(weights), words, changes["basic_cell"],
                                                   "reset_after" in changes))
                block = numpy.arange(len(words)) * 7 // len(words)
                counts = numpy.bincount(block)
                sums = numpy.array([logs[block == k].sum(axis=0) for k in range(7)])
                found = self.gates(results)
                numpy.testing.assert_array_equal(found["count"], counts)
                numpy.testing.assert_allclose(found["log_sum"], sums.swapaxes(0, 1), rtol=1e-10)
                layers = self.summary(results)["timescales"]
                self.assertEqual([layer["gate"] for layer in layers],
                                 [gate] * changes.get("num_layers", 1))
                for layer in layers:
                    self.check_layer(layer, sums[:, layer["layer"]], counts)

    def check_layer(self, layer, sums, counts):
        timescales = []
        for unit in layer["units"]:
            u = unit["unit"]
            for key, function in (("mean_log", lambda m: m), ("timescale", lambda m: -1 / m)):
                value, error = jackknife(function, sums[:, u], counts)
                self.assertAlmostEqual(unit[key]["estimate"] / value, 1, places=9)
                self.assertAlmostEqual(unit[key]["error"] / error, 1, places=6)
                self.assertLess(unit[key]["low"], value)
                self.assertGreater(unit[key]["high"], value)
            timescales.append(unit["timescale"]["estimate"])
        for quantile in layer["quantiles"]:
            self.assertAlmostEqual(quantile["timescale"],
                                   numpy.quantile(timescales, quantile["share"]), places=9)

    def test_of_shards_are_those_of_one_pass(self):
        self.use_trained_model()
        self.analyze("model", "results")
        for shard in "123":
            self.analyze("model", "part" + shard, "--shard", shard + "/3")
        self.succeed("merge", "part2", "part3", "part1", "-o", "merged")
        whole, merged = self.gates("results"), self.gates("merged")
        numpy.testing.assert_array_equal(whole["count"], merged["count"])
        numpy.testing.assert_allclose(whole["log_sum"], merged["log_sum"], rtol=1e-12)
        for one, other in zip(self.summary("results")["timescales"][0]["units"],
                              self.summary("merged")["timescales"][0]["units"]):
            self.assertAlmostEqual(
                one["timescale"]["estimate"] / other["timescale"]["estimate"], 1, places=9)

    def test_come_again_from_report(self):
        self.use_trained_model()
        self.analyze("model", "results")
        before = self.read("results/timescales.csv")
        rows = list(csv.DictReader(before.decode().splitlines()))
        self.assertEqual(len(rows), 14, "seven units, two measures")
        summary = self.summary("results")["timescales"]
        os.remove(self.path("results", "timescales.csv"))
        self.succeed("report", "results")
        self.assertEqual(self.read("results/timescales.csv"), before)
        self.assertEqual(self.summary("results")["timescales"], summary)

    def test_of_a_plain_rnn_there_are_none(self):
        self.train("rnn", basic_cell="RNN")
        self.analyze("rnn", "results")
        self.assertNotIn("timescales", self.summary("results"))
        self.assertFalse(os.path.exists(self.path("results", "timescales.csv")))
        with h5py.File(self.path("results", "statistics.h5")) as file:
            self.assertNotIn("gates", file)

    def test_of_files_without_gates_are_none(self):
        self.use_trained_model()
        self.analyze("model", "results")
        with h5py.File(self.path("results", "statistics.h5"), "a") as file:
            del file["gates"]
        self.succeed("report", "results")
        self.assertNotIn("timescales", self.summary("results"))
        self.assertFalse(os.path.exists(self.path("results", "timescales.csv")))

    def test_gates_that_were_altered_are_refused(self):
        self.use_trained_model()
        self.analyze("model", "results")
        with h5py.File(self.path("results", "statistics.h5"), "a") as file:
            file["gates/log_sum"][0, 0, 0] = 0.5
        self.fail_with(1, ["statistics.h5", "/gates/log_sum", "altered"], "report", "results")


if __name__ == "__main__":
    unittest.main()
