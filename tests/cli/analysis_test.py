# SPDX-License-Identifier: MIT
"""The original's analysis scripts as commands, compared with numpy on a small model's files."""

import atexit
import functools
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import numpy

from program import PROGRAM, ProgramTest, trained_model

TAGS = {"the": "DT", "a": "DT", "cat": "NN", "dog": "NN", "Äpfel": "NNS|FW", "we": "PRP",
        "sleep": "VB", "run": "NN', 'VB", "eat": "VB"}
DELAYS = 4


@functools.lru_cache(maxsize=1)
def gradient_folder():
    """g: the tree of all time steps; emb.npy, dict: the embeddings; tags, nouns: the classes."""
    folder = tempfile.mkdtemp(prefix="stategrad-cli-analysis-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    model = trained_model()

    def run(*arguments):
        subprocess.run([PROGRAM, *arguments, "--quiet"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)

    run("gradients", "--model", model, "--text",
        os.path.join(os.path.dirname(model), "data", "valid.txt"),
        "--max-delay", str(DELAYS), "--format", "npy", "-o", "g")
    run("embeddings", "--model", model, "-o", "emb.npy", "--dict", "dict")
    with open(os.path.join(folder, "tags"), "w", encoding="utf-8") as file:
        file.write("".join(f"{word}\t['{tags}']\n" for word, tags in TAGS.items()))
        file.write("<eos>\tnot in list\n")
    with open(os.path.join(folder, "nouns"), "w", encoding="utf-8") as file:
        file.write("NN\nNNS\n")
    return folder


def is_noun(word):
    return word in ("cat", "dog", "Äpfel", "run")


class AnalysisTest(ProgramTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(gradient_folder(), self.folder, dirs_exist_ok=True)

    def load(self, *parts):
        return numpy.load(self.path(*parts))

    def save(self, name, array):
        numpy.save(self.path(name), array)

    def matrices(self, delay, wanted=lambda word: True):
        """All matrices of a delay, read one by one as the original does."""
        found = []
        for step in range(delay, 10):
            folder = self.path("g", f"timestep_{step}", f"delay_{delay}")
            with open(os.path.join(folder, "mapping.txt"), encoding="utf-8") as file:
                for line in file:
                    number, word, _ = line.split("\t")
                    if wanted(word):
                        found.append(numpy.load(os.path.join(folder, number + ".npy")))
        return numpy.array(found, dtype=numpy.float64)

    def averages(self, name=""):
        return [self.load("g", f"delay_{d}_avg{name}.npy") for d in range(DELAYS)]

    def normalise(self):
        self.succeed("normalize", "emb.npy")
        return self.load("emb_D_norm_grad.npy"), self.load("emb_Z_norm_emb.npy")

    def lines(self, outcome):
        """The fields of every line as a dictionary, in order."""
        return [dict(field.split(": ") for field in line.split("\t"))
                for line in outcome.out.splitlines()]


class Average(AnalysisTest):
    def test_is_the_mean_over_files_and_time_steps(self):
        outcome = self.succeed("average", "g", "all")
        self.assertEqual(outcome.out, "")
        for delay, average in enumerate(self.averages()):
            numpy.testing.assert_allclose(average, self.matrices(delay).mean(axis=0), rtol=1e-12)
        self.assertIn(f"{DELAYS} delays", outcome.err)

    def test_of_one_delay_writes_one_file(self):
        before = self.files("g")
        self.succeed("average", "g", "2")
        self.assertEqual(set(self.files("g")) - set(before), {"delay_2_avg.npy"})

    def test_of_packed_folders_is_the_same_with_and_without_the_files(self):
        self.succeed("average", "g", "all")
        expected = self.averages()
        for step in range(10):
            self.succeed("pack", f"g/timestep_{step}")
        self.succeed("average", "g", "all", "--overwrite")
        numpy.testing.assert_array_equal(self.averages(), expected)
        for name in self.files("g"):
            if name.startswith("timestep_") and name.endswith(".npy"):
                os.remove(self.path("g", name))
        self.succeed("average", "g", "all", "npz", "--overwrite")
        numpy.testing.assert_array_equal(self.averages(), expected)
        self.succeed("average", "g", "1", "nouns", "tags", "npz")

    def test_of_a_class_takes_words_that_can_have_a_tag_of_it(self):
        outcome = self.succeed("average", "g", "all", "nouns", "tags")
        for delay, average in enumerate(self.averages("_nouns")):
            expected = self.matrices(delay, is_noun)
            self.assertLess(len(expected), len(self.matrices(delay)))
            numpy.testing.assert_allclose(average, expected.mean(axis=0), rtol=1e-12)
        self.assertIn("1 words have no tags", outcome.err)

    def test_what_is_missing_or_wrong_is_named_and_nothing_is_written(self):
        before = self.files("g")
        self.fail_with(1, ["nowhere"], "average", "nowhere", "0")
        self.fail_with(1, ["g: has no delay 9", "0 to 3"], "average", "g", "9")
        self.fail_with(1, ["data: holds no state gradients"], "average", "data", "all")
        self.fail_with(2, ["DELAY is 'two'"], "average", "g", "two")
        self.fail_with(2, ["DELAY is '-1'"], "average", "g", "--", "-1")
        self.fail_with(2, ["nouns", "TAGS"], "average", "g", "0", "nouns")
        self.fail_with(2, ["'zip' after TAGS"], "average", "g", "0", "nouns", "tags", "zip")
        self.fail_with(1, ["absent"], "average", "g", "0", "absent", "tags")
        self.fail_with(1, ["tags: line 1"], "average", "g", "0", "tags", "nouns")
        self.write("verbs", "VBD\n")
        self.fail_with(1, ["g: no word at delay 0 can have a tag of verbs"], "average", "g", "all",
                       "verbs", "tags")
        self.assertEqual(self.files("g"), before)

    def test_damaged_matrices_are_named_and_nothing_is_written(self):
        before = self.files("g")
        name = "g/timestep_3/delay_1/2.npy"
        whole = self.load(name)
        damaged = {"shape [35]": whole.ravel(), "matrix of 5 x 7": whole.T,
                   "row 3, column 2: nan": numpy.where(numpy.arange(35).reshape(7, 5) == 17,
                                                       numpy.nan, whole)}
        for message, array in damaged.items():
            self.save(name, array)
            self.fail_with(1, [name, message], "average", "g", "1")
        self.write(name, self.read(name)[:150])
        self.fail_with(1, [name, "truncated"], "average", "g", "1")
        self.save(name, whole)
        self.write("g/timestep_3/delay_1/mapping.txt", "0\tthe\tthe-\n")
        self.fail_with(1, ["g/timestep_3/delay_1/mapping.txt", "1 lines"], "average", "g", "1",
                       "nouns", "tags")
        self.assertEqual(self.files("g"), before)

    def test_averages_are_replaced_only_with_overwrite(self):
        self.succeed("average", "g", "1")
        self.fail_with(1, ["g/delay_1_avg.npy", "--overwrite"], "average", "g", "all")
        self.assertFalse(os.path.exists(self.path("g", "delay_0_avg.npy")))
        self.succeed("average", "g", "all", "--overwrite")


class Normalize(AnalysisTest):
    def test_files_are_those_of_numpy(self):
        D, Z = self.normalise()
        emb = self.load("emb.npy").astype(numpy.float64)
        C = numpy.cov(emb.T)
        numpy.testing.assert_allclose(self.load("emb_mean.npy"), emb.mean(axis=0), rtol=1e-12)
        numpy.testing.assert_allclose(self.load("emb_covar.npy"), C, rtol=1e-10, atol=1e-16)
        numpy.testing.assert_allclose(D, numpy.linalg.cholesky(C), rtol=1e-9, atol=1e-14)
        numpy.testing.assert_allclose(Z, numpy.linalg.inv(numpy.linalg.cholesky(C)), rtol=1e-8,
                                      atol=1e-10)

    def test_checks_are_printed(self):
        outcome = self.succeed("normalize", "emb.npy", "--json")
        values = {row["check"]: row["value"] for row in json.loads(outcome.out)}
        condition = values.pop("condition number of Z")
        self.assertEqual(len(values), 3)
        self.assertLess(max(values.values()), 1e-9)
        Z = self.load("emb_Z_norm_emb.npy")
        self.assertAlmostEqual(condition / numpy.linalg.cond(Z), 1, places=9)
        lines = self.succeed("normalize", "emb.npy", "--overwrite").out.splitlines()
        self.assertEqual(len(lines), 4)
        self.assertEqual(lines[2], f"condition number of Z: {condition!r} (should be at most 100)")

    def test_large_condition_numbers_are_a_warning(self):
        draw = numpy.random.default_rng(1).normal(size=(50, 3)) * [1, 1, 1e-4]
        self.save("flat.npy", draw)
        outcome = self.succeed("normalize", "flat.npy", "--quiet")
        self.assertRegex(outcome.err, "warning: flat.npy: the condition number")
        self.save("round.npy", draw * [1, 1, 1e4])
        self.assertEqual(self.succeed("normalize", "round.npy", "--quiet").err, "")

    def test_bad_embeddings_leave_nothing(self):
        self.fail_with(1, ["absent.npy"], "normalize", "absent.npy")
        for message, array in (("singular", numpy.ones((4, 5))), ("shape [5]", numpy.ones(5)),
                               ("row 1, column 0: inf", numpy.array([[1, 2], [numpy.inf, 3]]))):
            self.save("bad.npy", array)
            self.fail_with(1, ["bad.npy", message], "normalize", "bad.npy")
        self.assertEqual([f for f in self.files() if f.startswith("bad")], ["bad.npy"])
        self.write("emb_covar.npy", "")
        self.fail_with(1, ["emb_covar.npy", "--overwrite"], "normalize", "emb.npy")
        self.assertFalse(os.path.exists(self.path("emb_mean.npy")))


class Measures(AnalysisTest):
    def setUp(self):
        super().setUp()
        self.succeed("average", "g", "all")
        self.succeed("average", "g", "all", "nouns", "tags")
        self.D, self.Z = self.normalise()
        emb = self.load("emb.npy")
        self.save("a.npy", emb[2])
        self.save("b.npy", emb[5])
        self.succeed("difference", "a.npy", "b.npy", "-o", "diff.npy")
        v = self.Z @ (emb[2].astype(numpy.float64) - emb[5])
        self.direction = v / numpy.linalg.norm(v)

    def check_lines(self, outcome, expected):
        rows = self.lines(outcome)
        self.assertEqual([row.pop("delay") for row in rows], [str(d) for d in range(DELAYS)])
        for row, values in zip(rows, expected):
            self.assertEqual(list(row), list(values))
            for name, value in values.items():
                self.assertAlmostEqual(float(row[name]) / value, 1, places=8, msg=name)

    def test_singular_values_are_those_of_numpy(self):
        for class_name in ("", "nouns"):
            expected = []
            for average in self.averages(class_name and "_" + class_name):
                s = numpy.linalg.svd(average @ self.D, compute_uv=False)
                values = {f"SV_{i + 1}": s[i] for i in range(5)}
                expected.append({**values, "sum": s.sum()})
            arguments = ["g", "emb_D_norm_grad.npy"] + [class_name] * bool(class_name)
            self.check_lines(self.succeed("svd", *arguments), expected)

    def test_singular_values_that_are_not_there_are_left_out(self):
        self.save("g/delay_0_avg_few.npy", self.load("g/delay_0_avg.npy")[:2])
        [row] = self.lines(self.succeed("svd", "g", "emb_D_norm_grad.npy", "few"))
        self.assertEqual(list(row), ["delay", "SV_1", "SV_2", "sum"])
        [row] = json.loads(self.succeed("svd", "g", "emb_D_norm_grad.npy", "few", "--json").out)
        self.assertEqual(list(row), ["delay"] + [f"SV_{i}" for i in range(1, 6)] + ["sum"])
        self.assertIsNone(row["SV_3"])

    def test_delays_are_printed_in_rising_order(self):
        for delay in range(DELAYS, 12):
            shutil.copy(self.path("g/delay_0_avg.npy"), self.path(f"g/delay_{delay}_avg.npy"))
        rows = self.lines(self.succeed("svd", "g", "emb_D_norm_grad.npy"))
        self.assertEqual([int(row["delay"]) for row in rows], list(range(12)))

    def test_normalised_averages_are_written_when_asked(self):
        before = self.files("g")
        self.succeed("svd", "g", "emb_D_norm_grad.npy", "nouns", "--write")
        added = set(self.files("g")) - set(before)
        self.assertEqual(added, {f"delay_{d}_avg_nouns_norm.npy" for d in range(DELAYS)})
        for delay, average in enumerate(self.averages("_nouns")):
            numpy.testing.assert_allclose(self.load("g", f"delay_{delay}_avg_nouns_norm.npy"),
                                          average @ self.D, rtol=1e-12, atol=1e-18)
        self.fail_with(1, ["delay_0_avg_nouns_norm.npy", "--overwrite"], "svd", "g",
                       "emb_D_norm_grad.npy", "nouns", "--write")

    def test_relative_memory_is_that_of_numpy(self):
        for class_name in ("", "nouns"):
            expected = []
            for average in self.averages(class_name and "_" + class_name):
                G = average @ numpy.linalg.inv(self.Z)
                s = numpy.linalg.svd(G, compute_uv=False)
                expected.append({"relative memory": numpy.linalg.norm(G @ self.direction) / s[0]})
            arguments = ["diff.npy", "g", "emb_Z_norm_emb.npy"] + [class_name] * bool(class_name)
            self.check_lines(self.succeed("relative-memory", *arguments), expected)
        row = json.loads(self.succeed("relative-memory", *arguments, "--json").out)[0]
        self.assertEqual(list(row), ["delay", "relative_memory"])

    def test_subspaces_are_those_of_numpy(self):
        for x in (1, 3, 5):
            expected = []
            for average in self.averages():
                _, s, vh = numpy.linalg.svd(average @ self.D, full_matrices=False)
                expected.append({
                    "cosine distance": numpy.linalg.norm(vh[:x] @ self.direction),
                    "percentage total sum": 100 * s[:x].sum() / s.sum(),
                })
            self.check_lines(
                self.succeed("subspace", "diff.npy", "g", x, "emb_Z_norm_emb.npy",
                             "emb_D_norm_grad.npy"), expected)

    def test_differences_have_the_numbers_of_numpy(self):
        emb = self.load("emb.npy").astype(numpy.float64)
        numpy.testing.assert_array_equal(self.load("diff.npy"), emb[2] - emb[5])
        self.save("short.npy", emb[0][:-1])
        self.fail_with(1, ["short.npy", "[4]", "[5]"], "difference", "a.npy", "short.npy", "-o", "x")
        self.save("short.npy", emb[0] * numpy.nan)
        self.fail_with(1, ["short.npy", "column 0: nan"], "difference", "a.npy", "short.npy", "-o",
                       "x")
        self.fail_with(1, ["absent.npy"], "difference", "absent.npy", "a.npy", "-o", "x")
        self.assertFalse(os.path.exists(self.path("x")))

    def test_bad_arguments_and_files_are_named(self):
        svd = ("svd", "g", "emb_D_norm_grad.npy")
        memory = ("relative-memory", "diff.npy", "g", "emb_Z_norm_emb.npy")
        subspace = ("subspace", "diff.npy", "g")
        matrices = ("emb_Z_norm_emb.npy", "emb_D_norm_grad.npy")
        self.fail_with(1, ["g: holds no averages delay_<d>_avg_verbs.npy"], *svd, "verbs")
        self.fail_with(1, ["nowhere"], "svd", "nowhere", "emb_D_norm_grad.npy")
        self.fail_with(1, ["absent.npy"], "svd", "g", "absent.npy")
        self.fail_with(1, ["emb.npy", "square"], "svd", "g", "emb.npy")
        for x in ("0", "6", "-2"):
            self.fail_with(2, [f"X is {x}", "1 to 5"], *subspace, "--", x, *matrices)
        self.fail_with(2, ["ten"], *subspace, "ten", *matrices)
        self.save("zero.npy", numpy.zeros(5))
        self.fail_with(1, ["zero.npy", "no direction"], "relative-memory", "zero.npy", *memory[2:])
        self.save("zero.npy", numpy.zeros((5, 5)))
        self.fail_with(1, ["zero.npy", "singular"], *memory[:-1], "zero.npy")
        self.fail_with(1, ["emb.npy", "vector of 5"], "relative-memory", "emb.npy", *memory[2:])
        self.save("three.npy", numpy.eye(3))
        self.fail_with(1, ["delay_0_avg.npy", "5 dimensions", "has 3"], "svd", "g", "three.npy")
        self.fail_with(1, ["three.npy", "5 x 5"], *subspace, "2", matrices[0], "three.npy")
        self.save("g/delay_2_avg.npy", numpy.full((7, 5), numpy.nan))
        for command in (svd, memory, (*subspace, "2", *matrices)):
            outcome = self.fail_with(1, ["g/delay_2_avg.npy: row 0, column 0: nan"], *command)
            self.assertEqual(outcome.out, "")
        self.save("g/delay_2_avg.npy", numpy.zeros((7, 5)))
        self.fail_with(1, ["g/delay_2_avg.npy: nothing at all"], *memory)


class Word2vec(AnalysisTest):
    def setUp(self):
        super().setUp()
        self.vectors = numpy.random.default_rng(3).normal(size=(4, 5))
        words = ["</s>", "dog", "zebra", "Äpfel"]
        self.write("vectors.txt", "4 5\n" + "".join(
            f"{word} " + " ".join(map(repr, map(float, row))) + " \n"
            for word, row in zip(words, self.vectors)))

    def test_makes_pretrained_embeddings_that_a_model_can_be_trained_on(self):
        outcome = self.succeed("word2vec", "vectors.txt", "dict", "pre", "pre/dict")
        self.assertIn("3 embeddings of 5 dimensions kept of 4", outcome.err)
        self.assertEqual(self.read("pre/dict").decode(), "</s>\t0\ndog\t1\nÄpfel\t2\n")
        numpy.testing.assert_array_equal(self.load("pre", "all.npy"), self.vectors[[0, 1, 3]])
        self.succeed("train", "--config", "small.config", "--set", "pretrained_embeddings=pre",
                     "--set", "max_max_epoch=1")

    def test_bad_files_are_named_and_nothing_is_written(self):
        self.fail_with(1, ["absent"], "word2vec", "absent", "dict", "pre", "pre/dict")
        self.fail_with(1, ["absent"], "word2vec", "vectors.txt", "absent", "pre", "pre/dict")
        self.write("bad.txt", "dog 1 2\nÄpfel 1 x\n")
        self.fail_with(1, ["bad.txt: line 2", "'x'"], "word2vec", "bad.txt", "dict", "pre", "d")
        self.assertFalse(os.path.exists(self.path("pre")))
        self.succeed("word2vec", "vectors.txt", "dict", "pre", "pre/dict")
        self.fail_with(1, ["pre/all.npy", "--overwrite"], "word2vec", "vectors.txt", "dict", "pre",
                       "d")


if __name__ == "__main__":
    unittest.main()
