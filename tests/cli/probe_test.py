# SPDX-License-Identifier: MIT
"""`stategrad probe`, and the probe of `analyze`: files, numbers computed again, messages."""

import csv
import json
import os
import unittest

import numpy

from program import ProgramTest

TAGS = {"the": "DT", "a": "DT", "we": "PRP", "cat": "NN", "dog": "NN", "Äpfel": "NN",
        "sleep": "VB", "run": "VB", "eat": "VB"}
FILES = ["confusion.csv", "coordinates.csv", "probe.csv", "probe.json"]


class ProbeTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()
        self.write("tags", "".join(f"{word}\t['{tag}']\n" for word, tag in TAGS.items()))

    def probe(self, output, *arguments):
        return self.succeed("probe", "--model", "model", "--tags", "tags", "--min-count", "2",
                            "-o", output, *arguments)

    def results(self, output):
        return json.loads(self.read(os.path.join(output, "probe.json")))

    def table(self, *name):
        with open(self.path(*name), encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def text(self):
        return self.read("data/valid.txt").decode().replace("\n", " <eos> ").split()


class Probe(ProbeTest):
    def test_classes_of_the_words_are_read_from_the_states(self):
        outcome = self.probe("out", "--on", "cell,hidden", "--delay", "0,1")
        probes = self.results("out")["probe"]
        self.assertEqual([(p["on"], p["layer"], p["delay"]) for p in probes],
                         [("cell", 0, 0), ("cell", 0, 1), ("hidden", 0, 0), ("hidden", 0, 1)])
        text = self.text()
        for probe in probes:
            # A label is missing at the ends of sentences; words of the block before are left out.
            labels = [TAGS[w] for w in text[:len(text) - probe["delay"]] if w in TAGS]
            self.assertLessEqual(0, len(labels) - probe["count"])
            self.assertLess(len(labels) - probe["count"], 10)
            self.assertEqual(probe["classes"], ["DT", "NN", "PRP", "VB"])
            confusion = numpy.array(probe["confusion"])
            self.assertEqual(confusion.sum(), probe["count"])
            self.assertAlmostEqual(probe["accuracy"]["estimate"],
                                   numpy.trace(confusion) / probe["count"])
            self.assertAlmostEqual(probe["majority"],
                                   confusion.sum(axis=1).max() / probe["count"])
            self.assertAlmostEqual(
                probe["selectivity"]["estimate"],
                probe["accuracy"]["estimate"] - probe["control"]["estimate"])
            self.assertGreater(probe["c"], 0)
        # The word itself is in the cell; nine words can be learnt by heart, too.
        self.assertGreater(probes[0]["accuracy"]["low"], 0.9)
        self.assertGreater(probes[0]["control"]["estimate"], probes[0]["majority"])
        self.assertIn("4 probes of 4 classes", outcome.err)

    def test_embeddings_are_tested_by_word(self):
        outcome = self.probe("out", "--on", "embedding")
        (probe,) = self.results("out")["probe"]
        self.assertEqual(probe["count"], 8)
        self.assertEqual(probe["classes"], ["DT", "NN", "VB"])
        self.assertEqual(probe["left_out"], ["PRP"])
        self.assertIsNone(probe["layer"])
        self.assertIn("left out for fewer than 2 vectors: PRP", outcome.err)
        # Eight words in ten blocks: the errors are those of single words.
        self.assertGreater(probe["accuracy"]["error"], 0.05)

    def test_weights_are_the_minimum_of_the_objective(self):
        self.probe("out", "--on", "embedding")
        (probe,) = self.results("out")["probe"]
        self.succeed("embeddings", "--model", "model", "-o", "emb.npy")
        rows = [line.split("\t")[0] for line in self.read("model/labels.tsv").decode().splitlines()]
        embedding = numpy.load(self.path("emb.npy")).astype(float)
        words = [w for w in TAGS if TAGS[w] in probe["classes"]]
        x = embedding[[rows.index(word) for word in words]]
        y = numpy.array([[TAGS[word] == k for k in probe["classes"]] for word in words], float)
        w = numpy.array([numpy.load(self.path("out", probe["weights"], k + ".npy"))
                         for k in probe["classes"]])
        z = x @ w.T + probe["bias"]
        p = numpy.exp(z) / numpy.exp(z).sum(axis=1, keepdims=True)
        gradient = w + probe["c"] * (p - y).T @ x
        self.assertLess(numpy.abs(gradient).max(), 1e-4 * numpy.abs(w).max())
        try:
            from sklearn.linear_model import LogisticRegression
        except ImportError:
            self.skipTest("no sklearn")
        theirs = LogisticRegression(C=probe["c"], tol=1e-10, max_iter=100000)
        theirs.fit(x, y.argmax(axis=1))
        numpy.testing.assert_allclose(w, theirs.coef_, atol=1e-3 * numpy.abs(w).max())

    def test_weights_are_difference_vectors(self):
        self.probe("out", "--on", "embedding")
        folder = "out/weights/tag/embedding/"
        self.succeed("difference", folder + "NN.npy", folder + "VB.npy", "-o", "diff.npy")
        numpy.testing.assert_array_equal(
            numpy.load(self.path("diff.npy")),
            numpy.load(self.path(folder, "NN.npy")) - numpy.load(self.path(folder, "VB.npy")))
        self.succeed("gradients", "--model", "model", "--format", "npy", "--max-delay", "2", "-o",
                     "grad", "--set", "num_steps=5")
        self.succeed("embeddings", "--model", "model", "-o", "emb.npy")
        self.succeed("normalize", "emb.npy")
        self.succeed("average", "grad", "all")
        lines = self.succeed("relative-memory", "diff.npy", "grad", "emb_Z_norm_emb.npy").out
        self.assertEqual(len(lines.splitlines()), 2)

    def test_tables_say_what_the_json_says(self):
        outcome = self.probe("out", "--delay", "0,3", "--json")
        found = self.results("out")
        printed = json.loads(outcome.out)
        table = self.table("out", "probe.csv")
        for probe, row, line in zip(found["probe"], table, printed, strict=True):
            self.assertEqual(float(row["accuracy"]), probe["accuracy"]["estimate"])
            self.assertEqual(float(row["accuracy_low"]), probe["accuracy"]["low"])
            self.assertEqual(float(row["control_high"]), probe["control"]["high"])
            self.assertEqual(float(row["selectivity_error"]), probe["selectivity"]["error"])
            self.assertEqual(line["accuracy"], probe["accuracy"]["estimate"])
            self.assertEqual((line["on"], line["layer"]), (probe["on"], probe["layer"]))
        confusion = self.table("out", "confusion.csv")
        self.assertEqual(len(confusion), sum(len(p["classes"]) ** 2 for p in found["probe"]))
        words = found["coordinates"]["pca"]["words"]
        points = [row for row in self.table("out", "coordinates.csv") if row["projection"] == "pca"]
        self.assertEqual([row["word"] for row in points], [point["word"] for point in words])
        self.assertEqual({p["word"]: p["class"] for p in words}, TAGS)
        counts = [self.text().count(point["word"]) for point in words]
        self.assertEqual(counts, sorted(counts, reverse=True))

    def test_coordinates_are_principal_components(self):
        self.probe("out", "--on", "embedding")
        self.succeed("embeddings", "--model", "model", "-o", "emb.npy")
        rows = [line.split("\t")[0] for line in self.read("model/labels.tsv").decode().splitlines()]
        pca = self.results("out")["coordinates"]["pca"]
        x = numpy.load(self.path("emb.npy")).astype(float)
        x = x[[rows.index(point["word"]) for point in pca["words"]]]
        u, s, _ = numpy.linalg.svd(x - x.mean(axis=0), full_matrices=False)
        numpy.testing.assert_allclose(
            numpy.abs([[point["x"], point["y"]] for point in pca["words"]]),
            numpy.abs(u * s)[:, :2], atol=1e-6)
        numpy.testing.assert_allclose(pca["explained"], (s**2 / (s**2).sum())[:2], atol=1e-6)

    def test_nothing_depends_on_the_threads_but_on_the_seed(self):
        for name, arguments in (("one", ["--threads", "1"]), ("two", ["--threads", "2"]),
                                ("seed", ["--seed", "2"])):
            self.probe(name, "--sample", "150", "--delay", "1", *arguments)
        self.assertEqual(self.files("one"), self.files("two"))
        for name in self.files("one"):
            self.assertEqual(self.read(f"one/{name}"), self.read(f"two/{name}"), name)
        self.assertNotEqual(self.read("one/probe.csv"), self.read("seed/probe.csv"))

    def test_the_hidden_state_is_all_that_a_gru_has(self):
        self.succeed("train", "--config", "small.config", "--set", "basic_cell=GRU", "--set",
                     "save_path=gru", "--set", "max_max_epoch=1", "--quiet")
        self.succeed("probe", "--model", "gru", "--tags", "tags", "-o", "out", "--min-count", "5")
        self.assertEqual([probe["on"] for probe in self.results("out")["probe"]], ["hidden"])

    def test_a_group_of_one_class_is_told_from_all_other_words(self):
        self.succeed("probe", "--model", "model", "--word-regex", "short=^.$", "--on", "cell", "-o",
                     "out")
        (probe,) = self.results("out")["probe"]
        self.assertEqual(probe["classes"], ["short", "not short"])
        self.assertEqual(probe["confusion"][0][0] + probe["confusion"][0][1],
                         self.text().count("a"))

    def test_a_dry_run_says_what_it_takes_and_writes_nothing(self):
        before = self.files()
        outcome = self.succeed("probe", "--model", "model", "--tags", "tags", "-o", "out",
                               "--dry-run", "--json")
        (step,) = json.loads(outcome.out)
        self.assertEqual(step["step"], "probe")
        self.assertEqual(step["words"], len(self.text()))
        self.assertGreater(step["seconds"], 0)
        self.assertGreater(step["memory_bytes"], 0)
        self.assertEqual(self.files(), before)

    def test_probes_that_are_there_are_kept_or_replaced(self):
        self.probe("out", "--on", "cell")
        before = self.read("out/probe.json")
        outcome = self.probe("out", "--on", "cell")
        self.assertIn("the probes were made before", outcome.err)
        command = ["probe", "--model", "model", "--tags", "tags", "-o", "out", "--on", "hidden"]
        self.fail_with(1, ["out/probe.json", "--overwrite"], *command)
        self.assertEqual(self.read("out/probe.json"), before)
        self.succeed(*command, "--overwrite")
        self.assertEqual(self.results("out")["probe"][0]["on"], "hidden")
        self.assertEqual(os.listdir(self.path("out", "weights", "tag")), ["hidden_layer_0_delay_0"])
        self.write("out/probe.json", "{}")
        self.fail_with(1, ["out/probe.json", "format"], *command, "--overwrite")

    def test_bad_input_is_named_and_nothing_is_written(self):
        before = self.files()
        good = ["probe", "--model", "model", "-o", "out"]
        tags = [*good, "--tags", "tags"]
        self.fail_with(2, ["--tags"], *good)
        self.fail_with(1, ["absent"], *good, "--tags", "absent")
        self.fail_with(1, ["absent.txt"], *tags, "--text", "absent.txt")
        self.fail_with(1, ["absent"], "probe", "--model", "absent", "--tags", "tags", "-o", "out")
        self.fail_with(2, ["--on"], *tags, "--on", "gate")
        self.fail_with(2, ["layer"], *tags, "--layer", "3")
        self.fail_with(2, ["--delay '1,0'"], *tags, "--delay", "1,0")
        self.fail_with(2, ["--delay '-1'"], *tags, "--delay=-1")
        self.fail_with(2, ["--delay '1,'"], *tags, "--delay", "1,")
        self.fail_with(2, ["--c '0,1'"], *tags, "--c", "0,1")
        self.fail_with(2, ["--c 'inf'"], *tags, "--c", "inf")
        self.fail_with(2, ["--blocks"], *tags, "--blocks", "4")
        self.fail_with(2, ["--sample"], *tags, "--sample", "0")
        self.fail_with(2, ["nothing can be probed", "--min-count"], *tags, "--min-count", "10000")
        self.fail_with(1, ["tags"], "probe", "--model", "model", "--tags", "tags", "-o", "tags")
        self.assertEqual(self.files(), before)


class ProbeOfAnalysis(ProbeTest):
    def analyze(self, output, *arguments):
        return self.succeed("analyze", "--model", "model", "--max-delay", "4", "--sample", "0",
                            "--tags", "tags", "-o", output, *arguments)

    def summary(self, output):
        return json.loads(self.read(os.path.join(output, "summary.json")))

    def test_summary_has_the_very_objects_and_report_keeps_them(self):
        self.analyze("results")
        found = self.results("results")
        summary = self.summary("results")
        self.assertEqual(summary["probe"], found["probe"])
        self.assertEqual(summary["coordinates"], found["coordinates"])
        # Words occur too seldom as types for a probe of embeddings.
        self.assertEqual([(p["on"], p["delay"]) for p in found["probe"]],
                         [("cell", 0), ("cell", 1), ("cell", 2)])
        self.assertLessEqual(set(FILES), set(self.files("results")))
        before = self.read("results/summary.json")
        self.succeed("report", "results")
        self.assertEqual(self.read("results/summary.json"), before)

    def test_it_can_be_turned_off_and_chosen(self):
        self.analyze("none", "--probe-sample", "0")
        self.assertNotIn("probe", self.summary("none"))
        self.assertFalse(set(FILES) & set(self.files("none")))
        self.analyze("some", "--probe-sample", "100", "--probe-delays", "3,9")
        (probe,) = self.summary("some")["probe"]
        self.assertEqual(probe["delay"], 3)
        self.assertLessEqual(probe["count"], 100)
        self.analyze("some", "--probe-sample", "0", "--overwrite")
        self.assertNotIn("probe", self.summary("some"))
        self.assertFalse(set(FILES) & set(self.files("some")))

    def test_shards_make_none_and_the_command_adds_them(self):
        for i in (1, 2):
            outcome = self.analyze(f"part{i}", "--shard", f"{i}/2")
            self.assertIn("'stategrad probe' the probes", outcome.err)
            self.assertFalse(set(FILES) & set(self.files(f"part{i}")))
        self.succeed("merge", "part1", "part2", "-o", "whole")
        self.assertNotIn("probe", self.summary("whole"))
        self.probe("whole", "--on", "cell")
        self.succeed("report", "whole")
        self.assertEqual(self.summary("whole")["probe"], self.results("whole")["probe"])

    def test_probes_of_another_text_are_left_out(self):
        self.analyze("results", "--probe-sample", "0")
        self.probe("results", "--text", "data/test.txt", "--on", "cell")
        outcome = self.succeed("report", "results")
        self.assertIn("results/probe.json is of another model or text", outcome.err)
        self.assertNotIn("probe", self.summary("results"))

    def test_an_interrupted_analysis_keeps_its_probes(self):
        self.analyze("results")
        before = self.read("results/probe.json")
        os.remove(self.path("results", "statistics.h5"))
        outcome = self.analyze("results")
        self.assertIn("the probes were made before", outcome.err)
        self.assertEqual(self.read("results/probe.json"), before)
        os.remove(self.path("results", "statistics.h5"))
        self.fail_with(1, ["results/probe.json", "--overwrite"], "analyze", "--model", "model",
                       "--tags", "tags", "-o", "results", "--probe-sample", "50")

    def test_a_dry_run_counts_the_probes(self):
        outcome = self.analyze("results", "--dry-run", "--json")
        self.assertEqual([step["step"] for step in json.loads(outcome.out)], ["probe", "analyze"])
        outcome = self.analyze("results", "--dry-run", "--json", "--probe-sample", "0")
        self.assertEqual([step["step"] for step in json.loads(outcome.out)], ["analyze"])
        self.fail_with(1, ["--memory-limit 1.0 MB"], "analyze", "--model", "model", "--tags", "tags",
                       "-o", "results", "--memory-limit", "1MB")
        self.assertFalse(os.path.exists(self.path("results")))

    def test_bad_choices_are_named(self):
        command = ["analyze", "--model", "model", "--tags", "tags", "-o", "results"]
        self.fail_with(2, ["--probe-delays '2,1'"], *command, "--probe-delays", "2,1")
        self.fail_with(2, ["--probe-sample"], *command, "--probe-sample", "-1")
        self.assertFalse(os.path.exists(self.path("results")))


if __name__ == "__main__":
    unittest.main()
