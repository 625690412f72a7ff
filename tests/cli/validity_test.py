# SPDX-License-Identifier: MIT
"""Linear validity: `analyze`, `merge` and `report` against PyTorch that reads the text again."""

import json
import os
import unittest

import h5py
import numpy

from program import ProgramTest, write_config

try:
    import torch
except ImportError:
    torch = None

DELAYS, BLOCKS, SAMPLES = 4, 5, 24
ARRAYS = ("ratio", "cosine", "error")
MEASURES = {"norm_ratio": "ratio", "cosine": "cosine", "relative_error": "error"}


def jackknife_mean(values, blocks):
    """Mean and error, of blocks of unequal size."""
    used = numpy.unique(blocks)
    counts = numpy.array([(blocks == b).sum() for b in used])
    share, value = len(values) / counts, values.mean()
    without = numpy.array([values[blocks != b].mean() for b in used])
    pseudo = share * value - (share - 1) * without
    centre = len(used) * value - ((1 - 1 / share) * without).sum()
    return value, numpy.sqrt(((pseudo - centre) ** 2 / (share - 1)).mean())


class Validity(ProgramTest):
    def train(self, name, **changes):
        write_config(self.path("this.config"), save_path=name, max_max_epoch=1, **changes)
        self.succeed("train", "--config", "this.config", "--quiet")
        self.succeed("export", "--model", name, "-o", name + ".npz")

    def analyze(self, model, output, *arguments, sample=SAMPLES):
        return self.succeed("analyze", "--model", model, "--max-delay", DELAYS, "--blocks", BLOCKS,
                            "--validity-sample", sample, "--no-used", "-o", output, *arguments)

    def summary(self, folder):
        return json.loads(self.read(folder + "/summary.json"))

    def arrays(self, folder):
        found = {}
        with h5py.File(self.path(folder, "statistics.h5")) as file:
            file["validity"].visititems(
                lambda name, item: found.update({name: item[()]})
                if isinstance(item, h5py.Dataset) else None)
            found["samples"] = file["validity"].attrs["samples"]
            found["classes"] = file["classes/signatures"][()] if "classes" in file else None
        return found

    def words(self, model):
        numbers = {w: i for i, w in enumerate(self.read(model + "/vocab.txt").decode().split())}
        text = self.read("data/valid.txt").decode().replace("\n", " <eos> ").split()
        return [numbers.get(word, numbers["<unk>"]) for word in text]

    def reread(self, model, module, layer, position, word):
        """Ratio, cosine and error of cell (hidden) states at every delay, in float64."""
        with numpy.load(self.path(model + ".npz")) as file:
            weights = {name: torch.tensor(file[name].astype(float)) for name in file}
        rnn = module(weights["embedding.weight"].shape[1], weights["rnn.weight_hh_l0"].shape[1],
                     1 + max(int(n.split("_l")[-1]) for n in weights if "weight_hh" in n)).double()
        rnn.load_state_dict({n[4:]: w for n, w in weights.items() if n.startswith("rnn.")})
        x = weights["embedding.weight"][self.words(model)]
        with torch.no_grad():
            start = rnn(x[:position])[1] if position > 0 else None

        def states(e):
            state, kept = start, []
            for d in range(DELAYS):
                _, state = rnn((e if d == 0 else x[position + d]).unsqueeze(0), state)
                kept.append((state[1] if isinstance(state, tuple) else state)[layer])
            return torch.stack(kept)

        other = weights["embedding.weight"][word]
        jacobian = torch.autograd.functional.jacobian(states, x[position])
        with torch.no_grad():
            p = jacobian @ (other - x[position])
            c = states(other) - states(x[position])
            return (p.norm(dim=1) / c.norm(dim=1),
                    (p * c).sum(dim=1) / p.norm(dim=1) / c.norm(dim=1),
                    (c - p).norm(dim=1) / c.norm(dim=1))

    @unittest.skipIf(torch is None and not os.environ.get("STATEGRAD_REQUIRE_TORCH"), "no torch")
    def test_is_what_pytorch_finds_by_reading_again(self):
        for name, changes, module, state in (
            ("lstm", {"basic_cell": "LSTM", "num_layers": 2}, torch.nn.LSTM, "cell"),
            ("gru", {"basic_cell": "GRU", "reset_after": "True"}, torch.nn.GRU, "hidden"),
        ):
            with self.subTest(name):
                layers = changes.get("num_layers", 1)
                self.train(name, **changes)
                self.analyze(name, "of_" + name, "--layer", "all", "--frequency-bins", "2")
                found = self.arrays("of_" + name)
                text = self.words(name)
                for i in range(0, len(found["positions"]), 3):
                    position, word = found["positions"][i], found["words"][i]
                    self.assertNotEqual(text[position], word)
                    for layer in range(layers):
                        expected = self.reread(name, module, layer, position, word)
                        for array, values in zip(ARRAYS, expected):
                            numpy.testing.assert_allclose(
                                found[f"{state}/layer_{layer}/{array}"][i], values, rtol=1e-6,
                                atol=1e-9, err_msg=f"{array} at {position}")

    def test_means_are_those_of_numpy(self):
        self.use_trained_model()
        self.analyze("model", "results", "--frequency-bins", "2", "--sentence-position", "2",
                     sample=60)
        found, summary = self.arrays("results"), self.summary("results")
        text = self.words("model")
        self.assertEqual(found["samples"], 60)
        self.assertEqual(len(found["positions"]) + len(found["left_out"]), 60)
        blocks = found["positions"] * BLOCKS // len(text)
        classes = [c["name"] for c in summary["states"][0]["classes"]]
        self.assertEqual([v["class"] for v in summary["validity"]], classes)
        for validity in summary["validity"]:
            members = numpy.ones(len(blocks), bool)
            if validity["class"] != "all":
                column = classes.index(validity["class"]) - 1
                members = found["classes"][found["signatures"], column] == 1
            self.assertEqual([delay["delay"] for delay in validity["delays"]], list(range(DELAYS)))
            for delay in validity["delays"]:
                self.assertEqual(delay["count"], members.sum())
                self.assertEqual(delay["too_small"], 0)
                for measure, array in MEASURES.items():
                    values = found[f"cell/layer_0/{array}"][members, delay["delay"]]
                    value, error = jackknife_mean(values, blocks[members])
                    self.assertAlmostEqual(delay[measure]["estimate"] / value, 1, places=9)
                    self.assertAlmostEqual(delay[measure]["error"] / error, 1, places=6)

    def test_replaced_words_have_the_signature_of_those_in_their_place(self):
        self.use_trained_model()
        self.write("animals.txt", "cat\ndog\nÄpfel\n")
        self.analyze("model", "results", "--word-list", "animals=animals.txt", sample=80)
        found = self.arrays("results")
        text = self.words("model")
        vocabulary = self.read("model/vocab.txt").decode().split()
        animals = {vocabulary.index(word) for word in ("cat", "dog", "Äpfel")}
        for position, word in zip(found["positions"], found["words"]):
            self.assertEqual(text[position] in animals, word in animals)
            self.assertIn(word, text)

    def test_of_shards_is_that_of_one_pass(self):
        self.use_trained_model()
        self.analyze("model", "results", "--frequency-bins", "2")
        for shard in "123":
            self.analyze("model", "part" + shard, "--shard", shard + "/3", "--frequency-bins", "2")
        self.succeed("merge", "part3", "part1", "-o", "two")
        self.succeed("merge", "two", "part2", "-o", "merged")
        whole, merged = self.arrays("results"), self.arrays("merged")
        self.assertEqual(sorted(whole), sorted(merged))
        for name, array in whole.items():
            numpy.testing.assert_allclose(array, merged[name], rtol=1e-7, atol=1e-9, err_msg=name)
        one, other = self.summary("results")["validity"], self.summary("merged")["validity"]
        self.assertEqual(len(one), len(other))
        for a, b in zip(one, other):
            for at, to in zip(a["delays"], b["delays"]):
                self.assertEqual(at["count"], to["count"])
                self.assertAlmostEqual(at["cosine"]["estimate"], to["cosine"]["estimate"], places=9)

    def test_shards_of_other_samples_are_refused(self):
        self.use_trained_model()
        self.analyze("model", "part1", "--shard", "1/2")
        for sample in (0, 25):
            self.analyze("model", f"other{sample}", "--shard", "2/2", sample=sample)
            self.fail_with(2, [f"other{sample}/statistics.h5: not of the same model"], "merge",
                           "part1", f"other{sample}", "-o", "merged")

    def test_comes_again_from_report(self):
        self.use_trained_model()
        self.analyze("model", "results")
        before, summary = self.read("results/validity.csv"), self.summary("results")["validity"]
        self.assertEqual(len(before.splitlines()), 1 + DELAYS * len(MEASURES))
        os.remove(self.path("results", "validity.csv"))
        self.succeed("report", "results")
        self.assertEqual(self.read("results/validity.csv"), before)
        self.assertEqual(self.summary("results")["validity"], summary)

    def test_is_left_out_where_it_is_not_wanted_or_cannot_be(self):
        self.use_trained_model()
        self.analyze("model", "without", sample=0)
        self.write("short.txt", "the cat\n")
        outcome = self.succeed("analyze", "--model", "model", "--text", "short.txt",
                               "--max-delay", "50", "-o", "short")
        self.assertIn("no linear validity: the text has fewer words", outcome.err)
        self.write("lonely.txt", "cat\n" * 20)
        self.write("cats.txt", "cat\n")
        outcome = self.analyze("model", "lonely", "--text", "lonely.txt", "--word-list",
                               "cats=cats.txt")
        self.assertIn("no linear validity: no word of its sample has another word", outcome.err)
        for folder in ("without", "short", "lonely"):
            self.assertNotIn("validity", self.summary(folder), folder)
            self.assertFalse(os.path.exists(self.path(folder, "validity.csv")), folder)

    def test_of_an_rnn_and_of_inputs_is_computed_too(self):
        self.train("rnn", basic_cell="RNN")
        numpy.save(self.path("inputs.npy"), numpy.random.default_rng(1).normal(size=(60, 5)))
        self.analyze("rnn", "of_rnn")
        self.analyze("rnn", "of_inputs", "--inputs", "inputs.npy")
        for folder in ("of_rnn", "of_inputs"):
            [of_all] = self.summary(folder)["validity"]
            self.assertEqual(of_all["delays"][0]["count"], SAMPLES, folder)

    def test_values_that_were_altered_are_refused(self):
        self.use_trained_model()
        self.analyze("model", "results")
        with h5py.File(self.path("results", "statistics.h5"), "a") as file:
            file["validity/cell/layer_0/cosine"][3, 1] = 2
        self.fail_with(1, ["statistics.h5", "/validity/cell/layer_0/cosine", "altered"], "report",
                       "results")


if __name__ == "__main__":
    unittest.main()
