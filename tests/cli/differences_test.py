# SPDX-License-Identifier: MIT
"""Difference vectors, angles and whitenings of `stategrad analyze`, `merge` and `report`."""

import csv
import json
import os
import unittest

import h5py
import numpy
import scipy.linalg

from program import ProgramTest, write_config

CLASSES = ["--word-list", "animals=animals.txt", "--word-list", "short=short.txt"]


class Differences(ProgramTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()
        self.write("animals.txt", "cat\ndog\n")
        self.write("short.txt", "a\nwe\n")
        numpy.save(self.path("own.npy"), numpy.arange(5.0) - 1.5)

    def analyze(self, output, *arguments):
        return self.succeed("analyze", "--model", "model", "--max-delay", "4", "--sample", "5",
                            "--probe-sample", "0", "-o", output, *CLASSES, *arguments)

    def summary(self, folder):
        return json.loads(self.read(os.path.join(folder, "summary.json")))

    def sums(self, folder, name):
        """Sums of the cell states by delay and block, counts, and the mean embedding of a class."""
        with h5py.File(self.path(folder, "statistics.h5")) as file:
            names = [n.decode() for n in file["classes/names"]]
            signatures = file["classes/signatures"][()]
            members = (range(len(signatures)) if name == "all"
                       else numpy.flatnonzero(signatures[:, names.index(name)]))
            groups = [file[f"cell/layer_0/signature_{s}"] for s in members]
            counts = sum(group["count"][()] for group in groups)
            embedding = sum(file["classes/embedding_sum"][s] for s in members) / counts[0].sum()
            return sum(group["sum"][()] for group in groups), counts, embedding

    def embeddings(self, folder):
        with h5py.File(self.path(folder, "statistics.h5")) as file:
            return file["model/embedding"][()]

    def assert_measures(self, folder, difference, vector, factor):
        inverse = numpy.linalg.inv(factor)
        direction = inverse @ vector / numpy.linalg.norm(inverse @ vector)
        sums, counts, _ = self.sums(folder, difference["class"])
        self.assertEqual([d["delay"] for d in difference["delays"]], [0, 1, 2, 3])
        for delay in difference["delays"]:
            d, k = delay["delay"], delay["k"]

            def measures(kept):
                mean = sums[d][kept].sum(axis=0) / counts[d][kept].sum() @ factor
                _, values, right = numpy.linalg.svd(mean)
                return numpy.array([numpy.linalg.norm(mean @ direction) / values[0],
                                    numpy.linalg.norm(right[:k] @ direction)])

            used = numpy.flatnonzero(counts[d])
            all_of = measures(used)
            share = counts[d].sum() / counts[d][used][:, None]
            without = numpy.array([measures(used[used != b]) for b in used])
            pseudo = share * all_of - (share - 1) * without
            centre = len(used) * all_of - ((1 - 1 / share) * without).sum(axis=0)
            errors = numpy.sqrt(((pseudo - centre) ** 2 / (share - 1)).mean(axis=0))
            for name, value, error in zip(("relative_memory", "cosine"), all_of, errors):
                found = delay[name]
                self.assertAlmostEqual(found["estimate"], value, places=6)
                self.assertAlmostEqual(found["error"], error, places=6)
                self.assertLess(found["low"], found["estimate"])
            self.assertAlmostEqual(delay["chance"]["cosine"], (k / 5) ** 0.5, places=9)

    def test_measures_are_those_of_numpy(self):
        self.analyze("results", "--difference", "animals-short", "--difference", "mine=own.npy",
                     "--subspace", "2")
        factor = numpy.linalg.cholesky(numpy.cov(self.embeddings("results").T))
        differences = self.summary("results")["differences"]
        self.assertEqual([(d["name"], d["class"]) for d in differences],
                         [("animals-short", "all"), ("animals-short", "animals"),
                          ("animals-short", "short"), ("mine", "all")])
        self.assertEqual(differences[3]["file"], "own.npy")
        between = self.sums("results", "animals")[2] - self.sums("results", "short")[2]
        for difference in differences[:3]:
            self.assertEqual((difference["first"], difference["second"]), ("animals", "short"))
            self.assert_measures("results", difference, between, factor)
        self.assert_measures("results", differences[3], numpy.arange(5.0) - 1.5, factor)

    def test_relative_memory_is_that_of_the_command(self):
        """`relative-memory` on a tree of single gradients, windowed as the original's are not: the
        same formula on a mean of the same numbers."""
        self.analyze("results", "--difference", "own.npy", "--subspace", "1")
        sums, counts, _ = self.sums("results", "all")
        numpy.save(self.path("emb.npy"), self.embeddings("results"))
        os.mkdir(self.path("averages"))
        for d in range(4):
            numpy.save(self.path("averages", f"delay_{d}_avg.npy"),
                       sums[d].sum(axis=0) / counts[d].sum())
        numpy.save(self.path("Z.npy"), numpy.linalg.inv(numpy.linalg.cholesky(
            numpy.cov(self.embeddings("results").T))))
        done = self.succeed("relative-memory", "own.npy", "averages", "Z.npy", "--json")
        ours = self.summary("results")["differences"][0]["delays"]
        for row, delay in zip(json.loads(done.out), ours):
            self.assertAlmostEqual(row["relative_memory"], delay["relative_memory"]["estimate"],
                                   places=6)

    def test_the_table_has_a_row_per_measure(self):
        self.analyze("results", "--difference", "animals,short")
        with open(self.path("results", "differences.csv"), encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 3 * 4 * 2)
        found = self.summary("results")["differences"][0]["delays"][2]["cosine"]
        row = next(r for r in rows if r["class"] == "all" and r["delay"] == "2"
                   and r["measure"] == "cosine")
        self.assertEqual(float(row["estimate"]), found["estimate"])
        self.assertEqual(float(row["error"]), found["error"])

    def test_report_chooses_anew_and_merge_as_one_pass(self):
        self.analyze("results", "--difference", "animals-short")
        before = self.summary("results")["differences"]
        self.succeed("report", "results")
        self.assertNotIn("differences", self.summary("results"))
        self.assertFalse(os.path.exists(self.path("results", "differences.csv")))
        self.succeed("report", "results", "--difference", "animals-short")
        self.assertEqual(self.summary("results")["differences"], before)
        for shard in "12":
            self.analyze(f"part{shard}", "--shard", f"{shard}/2")
        self.succeed("merge", "part1", "part2", "-o", "merged", "--difference", "animals-short")
        merged = self.summary("merged")["differences"]
        self.assertAlmostEqual(merged[1]["delays"][2]["relative_memory"]["error"],
                               before[1]["delays"][2]["relative_memory"]["error"], places=9)

    def test_angles_are_those_of_scipy(self):
        self.analyze("results", "--subspace", "2")
        factor = numpy.linalg.cholesky(numpy.cov(self.embeddings("results").T))
        angles = self.summary("results")["angles"]
        # Delays 0, 1 and 2 are key delays of four.
        self.assertEqual([a["kind"] for a in angles], 3 * ["delays"] + 3 * ["classes"])
        for angle in angles:
            places = [(self.sums("results", place["class"]), place["delay"])
                      for place in (angle["first"], angle["second"])]

            def degrees(kept):
                first, second = (
                    numpy.linalg.svd(sums[d][kept].sum(axis=0) / counts[d][kept].sum() @ factor)
                    [2][:2].T for (sums, counts, _), d in places)
                return scipy.linalg.subspace_angles(first, second)[::-1]

            def overlap(kept):
                return (numpy.cos(degrees(kept)) ** 2).mean()

            blocks = numpy.arange(10)
            numpy.testing.assert_allclose(numpy.radians(angle["degrees"]), degrees(blocks),
                                          atol=1e-6)
            self.assertAlmostEqual(angle["overlap"]["estimate"], overlap(blocks), places=6)
            self.assertAlmostEqual(angle["mean_cosine"], numpy.cos(degrees(blocks)).mean(), places=6)
            self.assertEqual(angle["chance"], 0.4)
            sizes = sum(counts[d] for (_, counts, _), d in places)
            share, all_of = sizes.sum() / sizes, overlap(blocks)
            without = numpy.array([overlap(blocks != b) for b in blocks])
            pseudo = share * all_of - (share - 1) * without
            centre = 10 * all_of - ((1 - 1 / share) * without).sum()
            error = numpy.sqrt(((pseudo - centre) ** 2 / (share - 1)).mean())
            self.assertAlmostEqual(angle["overlap"]["error"], error, places=6)
        with open(self.path("results", "angles.csv"), encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([float(row["overlap"]) for row in rows],
                         [angle["overlap"]["estimate"] for angle in angles])

    def test_angles_between_models_are_those_of_the_coordinates_of_words(self):
        write_config(self.path("gru.config"), basic_cell="GRU", embedding_size=4, size=6,
                     save_path="gru/", max_max_epoch=1)
        self.succeed("train", "--config", "gru.config")
        self.analyze("results")
        self.succeed("analyze", "--model", "gru", "--max-delay", "4", "--sample", "5", "--no-used",
                     "--probe-sample", "0", "-o", "others", *CLASSES)
        self.succeed("report", "results", "--subspace", "2", "--compare", "others")
        words = [self.coordinates(folder, state) for folder, state in (("results", "cell"),
                                                                        ("others", "hidden"))]
        angles = [a for a in self.summary("results")["angles"] if a["kind"] == "models"
                  and a["state"] == "cell"]
        self.assertEqual([(a["second"]["class"], a["second"]["delay"]) for a in angles],
                         [(name, d) for name in ("all", "animals", "short") for d in (0, 1, 2)])
        self.assertEqual(self.summary("results")["compared_with"], [{"results": "others"}])
        for angle in angles[:3]:
            self.assertEqual(angle["second"]["results"], "others")
            self.assertEqual(angle["second"]["state"], "hidden")
            delay = angle["first"]["delay"]

            def degrees(kept):
                return scipy.linalg.subspace_angles(*(of(delay, kept) for of in words))[::-1]

            blocks = numpy.arange(10)
            numpy.testing.assert_allclose(numpy.radians(angle["degrees"]), degrees(blocks),
                                          atol=1e-6)
            without = numpy.array([(numpy.cos(degrees(blocks != b)) ** 2).mean() for b in blocks])
            self.assertAlmostEqual(angle["overlap"]["estimate"],
                                   (numpy.cos(degrees(blocks)) ** 2).mean(), places=6)
            # All blocks but the last have nearly as many words: the plain jackknife is close.
            plain = numpy.sqrt(0.9 * ((without - without.mean()) ** 2).sum())
            self.assertAlmostEqual(angle["overlap"]["error"] / plain, 1, delta=0.2)
        self.fail_with(1, ["nowhere/statistics.h5"], "report", "results", "--compare", "nowhere")
        self.fail_with(2, ["--compare others: --subspace 5"], "report", "results", "--subspace",
                       "5", "--compare", "others")
        self.succeed("report", "results")
        self.assertNotIn("models", {a["kind"] for a in self.summary("results")["angles"]})

    def test_cell_states_are_not_compared_with_hidden_ones_that_have_a_cell_state_beside_them(self):
        self.analyze("results", "--state", "cell")
        self.analyze("others", "--state", "hidden")
        done = self.succeed("report", "results", "--compare", "others")
        failure = "no state, class and delay in common"
        self.assertIn(f"no angles to others: {failure}", done.err)
        summary = self.summary("results")
        self.assertEqual(summary["compared_with"], [{"results": "others", "failure": failure}])
        self.assertNotIn("models", {a["kind"] for a in summary["angles"]})

    def coordinates(self, folder, state):
        """Of the words along the two directions that the state remembers best, by delay and blocks."""
        embeddings = self.embeddings(folder)
        factor = numpy.linalg.cholesky(numpy.cov(embeddings.T))
        with h5py.File(self.path(folder, "statistics.h5")) as file:
            counts = file[f"{state}/layer_0/count"][()]
            sums = file[f"{state}/layer_0/sum"][()]

        def of(delay, kept):
            mean = sums[delay][kept].sum(axis=0) / counts[delay][kept].sum() @ factor
            directions = numpy.linalg.svd(mean)[2][:2].T
            return (embeddings - embeddings.mean(axis=0)) @ numpy.linalg.inv(factor).T @ directions
        return of

    def test_whitenings_are_those_of_numpy(self):
        self.analyze("results")
        embeddings = self.embeddings("results")
        with h5py.File(self.path("results", "statistics.h5")) as file:
            weights = numpy.zeros(len(embeddings))
            weights[file["words/ids"][()]] = file["cell/layer_0/words/count"][:, 0]
        plain = numpy.cov(embeddings.T)
        shrunk = 0.7 * plain + 0.3 * numpy.diag(numpy.diag(plain))
        sums, counts, _ = self.sums("results", "all")
        mean = sums[1].sum(axis=0) / counts[1].sum()
        for arguments, covariance, kind, shrinkage in (
            ([], plain, "types", None),
            (["--whitening", "zca"], plain, "zca", None),
            (["--whitening", "frequency"],
             numpy.cov(embeddings.T, fweights=weights.astype(int)), "frequency", None),
            (["--whitening", "shrunk", "--shrinkage", "0.3"], shrunk, "shrunk", 0.3),
        ):
            self.succeed("report", "results", *arguments)
            summary = self.summary("results")
            factor = numpy.linalg.cholesky(covariance)
            self.assertEqual(summary["whitening"]["kind"], kind)
            self.assertEqual(summary["whitening"].get("shrinkage"), shrinkage)
            self.assertAlmostEqual(summary["whitening"]["condition"] / numpy.linalg.cond(factor), 1,
                                   places=6)
            found = summary["states"][0]["classes"][0]["delays"][1]["normalised_singular_values"]
            numpy.testing.assert_allclose(
                found, numpy.linalg.svd(mean @ factor, compute_uv=False), rtol=1e-6)
        self.succeed("report", "results", "--whitening", "shrunk")
        estimated = self.summary("results")["whitening"]["shrinkage"]
        self.assertTrue(0 < estimated <= 1)

    def test_wrong_use_is_named_before_the_pass(self):
        numpy.save(self.path("long.npy"), numpy.ones(6))
        for code, arguments, needle in (
            (2, ["--difference", "animals-verbs"], "--difference 'animals-verbs'"),
            (2, ["--difference", "animals-animals"], "two different classes"),
            (2, ["--difference", "own.npy", "--difference", "own=animals-short"], "the name 'own'"),
            (1, ["--difference", "missing.npy"], "missing.npy"),
            (1, ["--difference", "long.npy"], "5 numbers"),
            (2, ["--subspace", "6"], "--subspace 6: a number from 1 to 5"),
            (2, ["--whitening", "round"], "--whitening 'round'"),
            (2, ["--shrinkage", "0.5"], "--whitening shrunk"),
            (2, ["--whitening", "zca", "--shrinkage", "2"], "--shrinkage 2"),
            (2, ["--shard", "1/2", "--difference", "own.npy"], "stategrad merge"),
        ):
            self.fail_with(code, [needle], "analyze", "--model", "model", *CLASSES, "-o", "out",
                           *arguments)
            self.assertFalse(os.path.exists(self.path("out")))

    def test_a_difference_of_zero_is_named(self):
        numpy.save(self.path("zero.npy"), numpy.zeros(5))
        self.analyze("results")
        self.fail_with(1, ["--difference zero"], "report", "results", "--difference", "zero.npy")
        self.assertIn("states", self.summary("results"))


if __name__ == "__main__":
    unittest.main()
