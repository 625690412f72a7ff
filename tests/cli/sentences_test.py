# SPDX-License-Identifier: MIT
"""The sentences of `analyze`: --sentence and --text-sentences."""

import json
import os
import unittest

import h5py
import numpy

from program import ProgramTest

DELAYS = 6


class Sentences(ProgramTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()

    def analyze(self, output, *arguments):
        return self.succeed("analyze", "--model", "model", "--max-delay", str(DELAYS), "--sample", "0",
                            "--no-used", "-o", output, *arguments)

    def sentences(self, folder):
        return json.loads(self.read(os.path.join(folder, "sentences.json")))

    def text(self):
        return self.read("data/valid.txt").decode().replace("\n", " <eos> ").split()

    def norms_of_gradients(self, *arguments, states=("cell",)):
        """{(state, position, delay): norm} of the files of `gradients`."""
        self.succeed("gradients", "--model", "model", "--max-delay", str(DELAYS), "--format", "hdf5",
                     "--continuous", "-o", "all", "--overwrite", *arguments)
        norms = {}
        with h5py.File(self.path("all", "gradients.h5")) as file:
            for state in states:
                for delay in range(DELAYS):
                    group = file[f"{state}/layer_0"].get(f"delay_{delay}")
                    if group is None:
                        continue
                    single = group["gradients"][()].astype(float)
                    sizes = numpy.linalg.norm(single, axis=(1, 2))
                    norms.update(zip(((state, t, delay) for t in group["position"][()]), sizes))
        return norms

    def stored(self, folder):
        """[(position, words, {state: rows})] of statistics.h5."""
        found = []
        with h5py.File(self.path(folder, "statistics.h5")) as file:
            if "sentences" not in file:
                return found
            vocabulary = [word.decode() for word in file["model/words"][()]]
            words = [vocabulary[i] for i in file["sentences/words"][()]]
            states = [s for s in ("cell", "hidden") if f"{s}/layer_0/sentences" in file]
            norms = {state: list(file[f"{state}/layer_0/sentences/norm"][()]) for state in states}
            for first, length in zip(file["sentences/first"][()], file["sentences/length"][()]):
                rows = {state: [] for state in states}
                for word in range(length):
                    count = min(word + 1, DELAYS)
                    for state in states:
                        rows[state].append(norms[state][:count])
                        del norms[state][:count]
                found.append((int(first), words[:length], rows))
                del words[:length]
        return found

    def assert_same(self, one, other):
        with h5py.File(self.path(one, "statistics.h5")) as a, \
                h5py.File(self.path(other, "statistics.h5")) as b:
            for name in ("sentences/first", "sentences/length", "sentences/words"):
                numpy.testing.assert_array_equal(a[name][()], b[name][()])
            numpy.testing.assert_allclose(a["cell/layer_0/sentences/norm"][()],
                                          b["cell/layer_0/sentences/norm"][()], rtol=1e-6)

    def test_norms_are_those_of_the_files_of_gradients(self):
        self.analyze("results", "--state", "both")
        states = ("cell", "hidden")
        expected = self.norms_of_gradients("--state", "both", states=states)
        stored = self.stored("results")
        text = self.text()
        self.assertEqual([word for _, words, _ in stored for word in words], text)
        longest = 0
        for first, words, rows in stored:
            self.assertEqual(words, text[first:first + len(words)])
            self.assertEqual(words[-1], "<eos>")
            longest = max(longest, len(words))
            for state in states:
                for word, row in enumerate(rows[state]):
                    for delay, norm in enumerate(row):
                        self.assertAlmostEqual(norm / expected[state, first + word, delay], 1, places=5)
        self.assertGreater(longest, DELAYS)

    def test_the_file_of_results_has_three_digits_of_them(self):
        self.analyze("results", "--state", "both")
        found = self.sentences("results")
        stored = self.stored("results")
        self.assertEqual(found["format"], "stategrad sentences")
        self.assertEqual((found["max_delay"], found["of"], found["taken"]),
                         (DELAYS, len(stored), len(stored)))
        self.assertEqual(found["states"], [{"state": "cell", "layer": 0}, {"state": "hidden", "layer": 0}])
        for sentence, (first, words, rows) in zip(found["sentences"], stored):
            self.assertEqual((sentence["position"], sentence["words"]), (first, words))
            for ours, state in zip(sentence["norms"], ("cell", "hidden")):
                self.assertEqual(ours, [[float(f"{norm:.2e}") for norm in row] for row in rows[state]])

    def test_a_typed_sentence_is_read_behind_an_end_of_sentence(self):
        self.analyze("results", "--text-sentences", "0", "--sentence", "we sleep a \t dog",
                     "--sentence", "cat", "--sentence", "we  sleep a dog")
        stored = self.stored("results")
        self.assertEqual([(first, words) for first, words, _ in stored],
                         [(-1, ["we", "sleep", "a", "dog"]), (-1, ["cat"])])
        self.write("typed.txt", "\nwe sleep a dog")
        expected = self.norms_of_gradients("--text", "typed.txt")
        for word, row in enumerate(stored[0][2]["cell"]):
            self.assertEqual(len(row), word + 1)
            for delay, norm in enumerate(row):
                self.assertAlmostEqual(norm / expected["cell", 1 + word, delay], 1, places=5)
        found = self.sentences("results")
        self.assertIsNone(found["sentences"][0]["position"])
        self.assertEqual(found["taken"], 0)

    def test_unknown_words_of_a_typed_sentence_are_told(self):
        outcome = self.analyze("results", "--text-sentences", "0", "--sentence", "we zebra run Gnu")
        self.assertIn("not in the vocabulary of the model, taken as <unk>: zebra, Gnu", outcome.err)
        self.assertEqual(self.stored("results")[0][1], ["we", "<unk>", "run", "<unk>"])

    def test_a_number_of_sentences_is_a_sample_of_the_seed(self):
        for name, seed in (("one", "1"), ("same", "1"), ("other", "2")):
            self.analyze(name, "--text-sentences", "5", "--seed", seed)
        one, other = ([first for first, _, _ in self.stored(name)] for name in ("one", "other"))
        self.assertEqual((len(one), len(other)), (5, 5))
        self.assertNotEqual(one, other)
        self.assert_same("one", "same")
        self.assertEqual(self.sentences("one")["taken"], 5)
        self.assertGreater(self.sentences("one")["of"], 5)

    def test_without_sentences_there_is_no_file(self):
        self.analyze("results")
        self.analyze("results", "--text-sentences", "0", "--overwrite")
        self.assertFalse(os.path.exists(self.path("results", "sentences.json")))
        self.assertEqual(self.stored("results"), [])

    def test_merged_shards_have_the_sentences_of_one_pass(self):
        typed = ("--sentence", "the cat")
        self.analyze("whole", *typed)
        for i in (1, 2, 3):
            self.analyze(f"part{i}", "--shard", f"{i}/3", *typed)
            self.assertLess(len(self.stored(f"part{i}")), len(self.stored("whole")))
        self.succeed("merge", "part3", "part1", "part2", "-o", "merged")
        self.assert_same("whole", "merged")
        self.assertEqual(self.sentences("whole")["of"], self.sentences("merged")["of"])
        self.assertEqual(self.sentences("merged")["sentences"][-1]["words"], ["the", "cat"])

    def test_report_writes_the_same_sentences_again(self):
        self.analyze("results", "--sentence", "the cat")
        before = self.read("results/sentences.json")
        os.remove(self.path("results", "sentences.json"))
        self.succeed("report", "results")
        self.assertEqual(self.read("results/sentences.json"), before)

    def test_a_text_without_ends_of_sentences_is_cut(self):
        self.write("long.txt", " ".join(["the", "cat", "we", "run"] * 30))
        self.analyze("results", "--text", "long.txt")
        self.assertEqual([(first, len(words)) for first, words, _ in self.stored("results")],
                         [(0, 40), (40, 40), (80, 40)])

    def test_one_delay_is_each_word_alone(self):
        self.succeed("analyze", "--model", "model", "--max-delay", "1", "--sample", "0", "-o", "results",
                     "--sentence", "the cat")
        for sentence in self.sentences("results")["sentences"]:
            self.assertEqual([len(row) for row in sentence["norms"][0]], [1] * len(sentence["words"]))

    def test_every_cell_and_layer_has_sentences(self):
        for cell, states in (("GRU", 2), ("RNN", 2), ("LSTM", 4)):
            self.succeed("train", "--config", "small.config", "--set", f"basic_cell={cell}", "--set",
                         "num_layers=2", "--set", f"save_path={cell}", "--set", "max_max_epoch=1")
            self.succeed("analyze", "--model", cell, "--max-delay", "4", "--sample", "0", "--state",
                         "both" if cell == "LSTM" else "hidden", "--layer", "all", "--text-sentences", "3",
                         "--sentence", "we run", "-o", cell + "-results")
            found = self.sentences(cell + "-results")
            self.assertEqual(len(found["states"]), states)
            for sentence in found["sentences"]:
                self.assertEqual(len(sentence["norms"]), states)
                for rows in sentence["norms"]:
                    self.assertTrue(all(norm > 0 for row in rows for norm in row))

    def test_inputs_have_no_sentences(self):
        numpy.save(self.path("x.npy"), numpy.random.default_rng(1).normal(size=(50, 5)))
        outcome = self.succeed("analyze", "--model", "model", "--inputs", "x.npy", "--max-delay", "3",
                               "--sample", "0", "-o", "results")
        self.assertIn("no sentences: --inputs are no words", outcome.err)
        self.assertFalse(os.path.exists(self.path("results", "sentences.json")))
        self.fail_with(2, ["--sentence", "--inputs"], "analyze", "--model", "model", "--inputs", "x.npy",
                       "-o", "other", "--sentence", "the cat")

    def test_a_dry_run_counts_them_and_writes_nothing(self):
        self.succeed("analyze", "--model", "model", "--max-delay", "6", "-o", "results", "--dry-run",
                     "--sentence", "the cat", "--shard", "2/3")
        self.assertFalse(os.path.exists(self.path("results")))

    def test_wrong_sentences_are_named(self):
        start = ("analyze", "--model", "model", "-o", "results")
        self.fail_with(2, ["--sentence '  '", "no words"], *start, "--sentence", "  ")
        self.fail_with(2, ["101 words", "at most 100"], *start, "--sentence", "cat " * 101)
        self.fail_with(2, ["--text-sentences", "-1"], *start, "--text-sentences", "-1")
        self.assertFalse(os.path.exists(self.path("results")))


if __name__ == "__main__":
    unittest.main()
