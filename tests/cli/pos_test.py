# SPDX-License-Identifier: MIT
"""`stategrad pos`: its scores, files and messages, computed again with numpy."""

import csv
import json
import os
import unittest

import numpy

from program import ProgramTest

SIZE = 4
TAGS = ("NN", "NNS", "VB")


class Pos(ProgramTest):
    """90 words of three tags, whose embeddings tell the tag most of the time."""

    def setUp(self):
        super().setUp()
        draw = numpy.random.default_rng(1)
        self.tags = [TAGS[i % 7 // 3] for i in range(90)]
        self.words = [f"w{i}" for i in range(90)]
        self.emb = draw.normal(size=(92, SIZE))
        for i, tag in enumerate(self.tags):
            self.emb[i, TAGS.index(tag)] += 1.5
        numpy.save(self.path("emb.npy"), self.emb)
        self.write_lines("dict", [f"{w}\t{i}" for i, w in enumerate(self.words + ["<unk>", "x"])])
        self.write_lines("tags", [f"{w}\t['{t}']" for w, t in zip(self.words, self.tags)]
                         + ["<unk>\tnot in list", "x\t['NN', 'VB']", "absent\t['JJ']"])
        self.pairs = [(i, tag) for i, tag in enumerate(self.tags)] + [(91, "NN"), (91, "VB")]

    def write_lines(self, name, lines):
        self.write(name, "".join(line + "\n" for line in lines))

    def pos(self, *arguments):
        return self.succeed("pos", "emb.npy", "dict", "tags", "out", *arguments)

    def table(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def probe(self):
        return json.loads(self.read("out.probe.json"))

    def predict(self, rows):
        probe = self.probe()
        w = numpy.array(probe["weights"]).reshape(-1, SIZE)
        best = numpy.argmax(self.emb[rows] @ w.T + probe["bias"], axis=1)
        return [probe["class_names"][probe["classes"][k]] for k in best]

    def row_of(self, word):
        return int(word[1:]) if word != "x" else 91

    def test_scores_are_the_shares_of_pairs_that_are_classified_rightly(self):
        outcome = self.pos("--pca", "--confusion_matrix")
        lines = outcome.out.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertTrue(all(line.startswith("Test score: ") for line in lines))
        tested = [(self.row_of(row["word"]), row["class"]) for row in self.table("out_pca.csv")]
        self.assertEqual(len(tested), 92 - 73 - 9)
        self.assertLessEqual(set(tested), set(self.pairs))
        right = numpy.mean([p == t for p, (_, t) in
                            zip(self.predict([row for row, _ in tested]), tested)])
        self.assertEqual(float(lines[1].split(": ")[1]), right)
        self.assertIn("73 to train, 9 to validate, 10 to test", outcome.err)
        rows = json.loads(self.pos("--no_train", "--json").out)
        self.assertEqual([row["split"] for row in rows], ["valid", "test"])
        self.assertEqual(rows[1]["score"], right)

    def test_confusion_matrix_is_that_of_the_pairs(self):
        self.pos("--confusion_matrix", "--results_dataset", "full")
        predicted = self.predict([row for row, _ in self.pairs])
        table = self.table("out_confusion_matrix.csv")
        self.assertEqual([row["true"] for row in table], list(TAGS))
        for row in table:
            of_class = [p for p, (_, t) in zip(predicted, self.pairs) if t == row["true"]]
            self.assertEqual(int(row["count"]), len(of_class))
            for tag in TAGS:
                self.assertAlmostEqual(float(row[tag]), of_class.count(tag) / len(of_class))

    def test_parameters_are_the_best_of_the_grid(self):
        printed = self.pos("--grid_search", "--no_valid", "--no_test").out
        self.assertEqual(printed, self.read("out.grid.csv").decode())
        grid = self.table("out.grid.csv")
        self.assertEqual(len(grid), 28)
        best = max(grid, key=lambda row: float(row["score"]))
        probe = self.probe()
        self.assertEqual(float(best["C"]), probe["C"])
        self.assertEqual(best["class_weight"], probe["class_weight"])
        self.assertEqual(best["multi_class"], probe["multi_class"])
        self.assertEqual(float(best["score"]), probe["score"])
        self.assertGreater(probe["score"], 0.6)

    def test_nothing_depends_on_the_threads_but_on_the_seed(self):
        files = {}
        for name, arguments in (("one", ["--threads", "1"]), ("two", ["--threads", "2"]),
                                ("seed", ["--seed", "2"])):
            self.succeed("pos", "emb.npy", "dict", "tags", name, *arguments)
            files[name] = self.read(name + ".probe.json")
        self.assertEqual(files["one"], files["two"])
        self.assertNotEqual(files["one"], files["seed"])

    def test_weights_coordinates_and_averages_are_written(self):
        self.pos("--plot_coef", "--pca", "--lda", "--avg_emb", "--results_dataset", "full")
        probe = self.probe()
        weights = self.table("out_coef.csv")
        self.assertEqual([row["class"] for row in weights], list(TAGS))
        numpy.testing.assert_array_equal(
            [[float(row[f"w_{e + 1}"]) for e in range(SIZE)] for row in weights],
            numpy.array(probe["weights"]).reshape(-1, SIZE))
        x = self.emb[[row for row, _ in self.pairs]]
        coordinates = [[float(row["pc_1"]), float(row["pc_2"])] for row in self.table("out_pca.csv")]
        u, s, _ = numpy.linalg.svd(x - x.mean(axis=0), full_matrices=False)
        numpy.testing.assert_allclose(numpy.abs(coordinates), numpy.abs(u * s)[:, :2], atol=1e-9)
        self.assertEqual(list(self.table("out_lda.csv")[0]), ["word", "class", "ld_1", "ld_2"])
        for tag in TAGS:
            rows = [row for row, t in self.pairs if t == tag]
            numpy.testing.assert_allclose(numpy.load(self.path(f"out_avg_{tag}.npy")),
                                          self.emb[rows].mean(axis=0), rtol=1e-12)
        self.succeed("difference", "out_avg_NN.npy", "out_avg_NNS.npy", "-o", "diff.npy")

    def test_classes_unite_tags_or_list_words(self):
        self.write_lines("classes", ["noun\tNN NNS", "verb\tVB JJ"])
        self.pos("--pos_classes", "classes", "--avg_emb")
        self.assertEqual(self.probe()["class_names"], ["noun", "verb"])
        rows = [row for row, t in self.pairs if t != "VB"]
        numpy.testing.assert_allclose(numpy.load(self.path("out_avg_noun.npy")),
                                      self.emb[rows].mean(axis=0), rtol=1e-12)
        self.write_lines("classes", ["token", "few\t" + " ".join(self.words[:8]),
                                     "others\t<unk> " + " ".join(self.words[40:46])])
        outcome = self.pos("--pos_classes", "classes", "--overwrite")
        self.assertIn("15 pairs of a word and one of 2 classes", outcome.err)

    def test_rare_tags_are_left_out(self):
        outcome = self.pos("--freq_cutoff", "20")
        counts = {tag: sum(t == tag for _, t in self.pairs) for tag in TAGS}
        self.assertEqual(self.probe()["class_names"], [t for t in TAGS if counts[t] >= 20])
        self.assertIn(f"VB\t{counts['VB']}\tleft out", outcome.err)

    def test_bad_input_is_named_and_nothing_is_written(self):
        before = self.files()
        files = ("emb.npy", "dict", "tags", "out")
        self.fail_with(1, ["absent.npy"], "pos", "absent.npy", *files[1:])
        self.fail_with(1, ["absent"], "pos", "emb.npy", "absent", *files[2:])
        self.fail_with(1, ["out.probe.json"], "pos", *files, "--no_train")
        self.fail_with(2, ["--tsne"], "pos", *files, "--tsne")
        self.fail_with(2, ["--type_data"], "pos", *files, "--type_data", "walking_text")
        self.fail_with(2, ["--freq_cutoff"], "pos", *files, "--freq_cutoff", "many")
        self.fail_with(2, ["'x' has the tags NN, VB"], "pos", *files, "--type_data", "running_text")
        self.fail_with(1, ["tags", "0 pairs"], "pos", *files, "--freq_cutoff", "1000")
        self.assertEqual(self.files(), before)
        self.write_lines("classes", ["NN", "JJ"])
        self.fail_with(1, ["classes", "in 1 classes"], "pos", *files, "--pos_classes", "classes")
        self.write_lines("dict", ["w0\t0", "w1\t1"])
        self.fail_with(1, ["dict", "2 words", "92 rows"], "pos", *files)
        numpy.save(self.path("emb.npy"), numpy.full((2, SIZE), numpy.nan))
        self.fail_with(1, ["emb.npy: row 0, column 0: nan"], "pos", *files)
        self.assertFalse([name for name in self.files() if name.startswith("out")])

    def test_probes_of_other_classes_and_existing_files_are_refused(self):
        self.pos()
        self.fail_with(1, ["out.probe.json", "--overwrite"], "pos", "emb.npy", "dict", "tags", "out")
        self.write_lines("classes", ["NN", "NNS"])
        self.fail_with(1, ["out.probe.json", "3 classes"], "pos", "emb.npy", "dict", "tags", "out",
                       "--no_train", "--pos_classes", "classes")
        self.write("out.probe.json", "{}")
        self.fail_with(1, ["out.probe.json", "no probe"], "pos", "emb.npy", "dict", "tags", "out",
                       "--no_train")
        self.assertTrue(os.path.exists(self.path("out.grid.csv")))


if __name__ == "__main__":
    unittest.main()
