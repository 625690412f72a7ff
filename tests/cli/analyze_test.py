# SPDX-License-Identifier: MIT
"""`stategrad analyze` and `merge`."""

import json
import os
import shlex
import signal
import subprocess
import time
import unittest

import h5py
import numpy

from program import PROGRAM, ProgramTest


def content(path):
    """All arrays of a file."""
    arrays = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: arrays.update({name: item[()]})
            if isinstance(item, h5py.Dataset) else None)
    return arrays


class Analyze(ProgramTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()

    def analyze(self, output, *arguments):
        return self.succeed("analyze", "--model", "model", "--max-delay", "6", "--sample", "20",
                            "-o", output, *arguments)

    def assert_same(self, one, other):
        a, b = content(self.path(one, "statistics.h5")), content(self.path(other, "statistics.h5"))
        self.assertEqual(sorted(a), sorted(b))
        for name in a:
            if a[name].dtype.kind == "f":
                # Linear validity is made of small differences of states.
                exact = {"rtol": 1e-10, "atol": 1e-12}
                rounded = {"rtol": 1e-6, "atol": 1e-8}
                numpy.testing.assert_allclose(
                    a[name], b[name], err_msg=name,
                    **(rounded if name.startswith("validity/") else exact))
            else:
                numpy.testing.assert_array_equal(a[name], b[name], err_msg=name)

    def test_sums_are_those_of_the_statistics_format(self):
        self.analyze("results")
        self.succeed("gradients", "--model", "model", "--max-delay", "6", "--format", "statistics",
                     "-o", "plain")
        ours = content(self.path("results", "statistics.h5"))
        plain = content(self.path("plain", "statistics.h5"))
        for name in ("count", "squared_norm", "sum"):
            numpy.testing.assert_allclose(ours["cell/layer_0/" + name],
                                          plain["cell/layer_0/" + name], rtol=1e-10)

    def test_single_gradients_of_the_sample_are_those_of_numpy(self):
        self.analyze("results")
        self.succeed("gradients", "--model", "model", "--max-delay", "6", "--format", "hdf5",
                     "--continuous", "-o", "all")
        found = content(self.path("results", "statistics.h5"))
        positions = found["sample/positions"]
        self.assertEqual(len(positions), 20)
        leading = found["cell/layer_0/sample/leading"]
        with h5py.File(self.path("all", "gradients.h5")) as file:
            delay = file["cell/layer_0/delay_3"]
            single = dict(zip(delay["position"][()] - 3, delay["gradients"][()]))
        for row, position in enumerate(positions):
            if position not in single:
                self.assertEqual(leading[row, 3], 0)
                continue
            singular = numpy.linalg.svd(single[position].astype(float), compute_uv=False)
            self.assertAlmostEqual(leading[row, 3] / singular[0], 1, places=6)

    def test_words_are_counted(self):
        self.analyze("results")
        found = content(self.path("results", "statistics.h5"))
        text = self.read("data/valid.txt").decode().replace("\n", " <eos> ").split()
        vocabulary = [word.decode() for word in found["model/words"]]
        count = dict(zip((vocabulary[i] for i in found["words/ids"]),
                         found["cell/layer_0/words/count"][:, 0]))
        self.assertEqual(count, {word: text.count(word) for word in set(text)})

    def test_embeddings_are_summed(self):
        self.analyze("results")
        found = content(self.path("results", "statistics.h5"))
        text = self.read("data/valid.txt").decode().replace("\n", " <eos> ").split()
        row = {word.decode(): i for i, word in enumerate(found["model/words"])}
        numpy.testing.assert_allclose(
            found["classes/embedding_sum"][0],
            sum(found["model/embedding"][row[word]] for word in text), rtol=1e-10, atol=1e-12)

    def test_sums_of_classes_are_those_of_numpy(self):
        self.write("animals.txt", "cat\ndog\n")
        self.write("short.txt", "a\nwe\ncat\n")
        classes = ["--word-list", "animals=animals.txt", "--word-list", "short=short.txt",
                   "--frequency-bins", "2"]
        self.analyze("results", *classes)
        self.succeed("gradients", "--model", "model", "--max-delay", "6", "--format", "hdf5",
                     "--continuous", "-o", "all")
        found = content(self.path("results", "statistics.h5"))
        names = [name.decode() for name in found["classes/names"]]
        self.assertEqual(names[2:], ["animals", "short"])
        self.assertEqual(len(names), 4)
        text = self.read("data/valid.txt").decode().replace("\n", " <eos> ").split()
        with h5py.File(self.path("all", "gradients.h5")) as file:
            delay = file["cell/layer_0/delay_2"]
            source = delay["position"][()] - 2
            single = delay["gradients"][()].astype(float)
        for name, words in (("animals", {"cat", "dog"}), ("short", {"a", "we", "cat"})):
            taken = [i for i, position in enumerate(source) if text[position] in words]
            members = numpy.flatnonzero(found["classes/signatures"][:, names.index(name)])
            groups = [f"cell/layer_0/signature_{s}/" for s in members]
            count = sum(found[group + "count"][2].sum() for group in groups)
            total = sum(found[group + "sum"][2].sum(axis=0) for group in groups)
            self.assertEqual(count, len(taken))
            numpy.testing.assert_allclose(total, single[taken].sum(axis=0), rtol=1e-4, atol=1e-5)

    def test_the_whole_is_the_sum_of_the_signatures(self):
        self.analyze("results", "--frequency-bins", "3", "--sentence-position", "2,3")
        found = content(self.path("results", "statistics.h5"))
        parts = [found[f"cell/layer_0/signature_{s}/sum"]
                 for s in range(len(found["classes/signatures"]))]
        self.assertGreater(len(parts), 3)
        numpy.testing.assert_allclose(found["cell/layer_0/sum"], sum(parts), atol=1e-12)

    def test_shards_with_classes_are_one_pass(self):
        classes = ["--frequency-bins", "2", "--sentence-position", "2"]
        self.analyze("results", *classes)
        for shard in "12":
            self.analyze(f"part{shard}", "--shard", f"{shard}/2", *classes)
        self.succeed("merge", "part1", "part2", "-o", "merged")
        self.assert_same("results", "merged")

    def test_shards_of_other_classes_are_refused(self):
        self.analyze("part1", "--shard", "1/2", "--frequency-bins", "2")
        self.analyze("part2", "--shard", "2/2", "--frequency-bins", "3")
        self.fail_with(2, ["part2/statistics.h5: not of the same model"],
                       "merge", "part1", "part2", "-o", "merged")

    def test_a_dry_run_writes_nothing(self):
        done = self.succeed("analyze", "--model", "model", "--frequency-bins", "2", "--dry-run",
                            "--json", "-o", "out")
        self.assertIn('"memory_bytes"', done.out)
        self.assertIn("combinations", done.err)
        self.assertFalse(os.path.exists(self.path("out")))

    def test_too_many_classes_for_the_memory_limit_are_refused_naming_them(self):
        self.fail_with(1, ["--memory-limit 1.0 MB", "2 classes in 3 combinations"], "analyze",
                       "--model", "model", "--frequency-bins", "2", "--memory-limit", "1MB",
                       "-o", "out")
        self.assertFalse(os.path.exists(self.path("out")))

    def test_results_are_those_of_numpy(self):
        self.analyze("results", "--frequency-bins", "2")
        with open(self.path("results", "summary.json"), encoding="utf-8") as file:
            summary = json.load(file)
        found = content(self.path("results", "statistics.h5"))
        embedding = found["model/embedding"]
        whitening = numpy.linalg.cholesky(numpy.cov(embedding.T))
        group = "cell/layer_0/"
        for of_class in summary["states"][0]["classes"]:
            members = range(len(found["classes/signatures"]))
            if of_class["name"] != "all":
                names = [name.decode() for name in found["classes/names"]]
                members = numpy.flatnonzero(
                    found["classes/signatures"][:, names.index(of_class["name"])])
            for delay in of_class["delays"]:
                d = delay["delay"]
                counts = sum(found[f"{group}signature_{s}/count"][d] for s in members)
                sums = sum(found[f"{group}signature_{s}/sum"][d] for s in members)
                norms = sum(found[f"{group}signature_{s}/norm"][d] for s in members)
                self.assertEqual(delay["count"], counts.sum())
                mean = sums.sum(axis=0) / counts.sum()
                singular = numpy.linalg.svd(mean, compute_uv=False)
                numpy.testing.assert_allclose(delay["raw_singular_values"], singular, rtol=1e-6)
                normalised = numpy.linalg.svd(mean @ whitening, compute_uv=False)
                self.assertAlmostEqual(
                    delay["normalised_sum"]["estimate"] / normalised.sum(), 1, places=6)
                self.assertAlmostEqual(
                    delay["mean_norm"]["estimate"] / (norms.sum() / counts.sum()), 1, places=9)
                # The jackknife for blocks of unequal size, written down once more.
                used = counts > 0
                n, share = counts.sum(), counts.sum() / counts[used]
                without = numpy.array([
                    numpy.linalg.svd((sums.sum(axis=0) - block) / (n - count), compute_uv=False)[0]
                    for block, count in zip(sums[used], counts[used])])
                pseudo = share * singular[0] - (share - 1) * without
                centre = used.sum() * singular[0] - ((1 - 1 / share) * without).sum()
                error = numpy.sqrt(((pseudo - centre) ** 2 / (share - 1)).mean())
                self.assertAlmostEqual(delay["raw_leading"]["error"] / error, 1, places=5)

    def assert_rounded_part(self, shown, whole):
        """What the page holds is the summary with six digits; it may leave out numbers, no texts."""
        if isinstance(whole, dict):
            for key in whole.keys() - shown.keys():
                self.assertNotIsInstance(whole[key], str, key)
            for key in shown:
                self.assert_rounded_part(shown[key], whole[key])
        elif isinstance(whole, list):
            self.assertEqual(len(shown), len(whole))
            for one, other in zip(shown, whole):
                self.assert_rounded_part(one, other)
        elif isinstance(whole, float):
            self.assertEqual(shown, float(f"{whole:.6g}"))
        else:
            self.assertEqual(shown, whole)

    def test_page_holds_the_summary_or_its_lack_is_told(self):
        self.write("animals.txt", "cat\ndog\n")
        outcome = self.analyze("results", "--word-list", "</script><!--=animals.txt")
        if "no report.html" in outcome.err:
            self.assertFalse(os.path.exists(self.path("results", "report.html")))
            return
        page = self.read("results/report.html").decode()
        held = page.split('id="results">')[1].split("</script>")[0]
        summary = json.loads(self.read("results/summary.json"))
        summary["sentences"] = json.loads(self.read("results/sentences.json"))
        self.assert_rounded_part(json.loads(held), summary)
        before = self.read("results/report.html")
        os.remove(self.path("results", "report.html"))
        self.succeed("report", "results")
        self.assertEqual(self.read("results/report.html"), before)

    def test_summary_tells_how_to_make_it_again_and_how_the_model_was_trained(self):
        self.analyze("my results")
        summary = json.loads(self.read("my results/summary.json"))
        self.assertEqual(shlex.split(summary["reproduce"]["commands"][0])[1:],
                         ["analyze", "--model", "model", "--max-delay", "6", "--sample", "20", "-o",
                          "my results"])
        self.assertGreater(summary["reproduce"]["threads"], 0)
        metrics = self.read("model/metrics.csv").decode().splitlines()[1:]
        self.assertEqual([epoch["valid_perplexity"] for epoch in summary["training"]["epochs"]],
                         [float(line.split(",")[3]) for line in metrics])
        for shard in "1/2", "2/2":
            self.analyze("part" + shard[0], "--shard", shard)
        self.succeed("merge", "part1", "part2", "-o", "whole")
        merged = json.loads(self.read("whole/summary.json"))
        self.assertEqual([shlex.split(command)[1] for command in merged["reproduce"]["commands"]],
                         ["analyze", "analyze", "merge"])
        self.assertEqual(merged["training"], summary["training"])

    def test_report_writes_the_same_results_again(self):
        self.analyze("results")
        before = {name: self.read("results/" + name)
                  for name in ("summary.json", "spectrum.csv", "words.csv")}
        for name in before:
            os.remove(self.path("results", name))
        self.succeed("report", "results")
        for name, text in before.items():
            self.assertEqual(self.read("results/" + name), text, name)

    def test_report_names_what_is_no_analysis(self):
        os.mkdir(self.path("empty"))
        self.fail_with(1, ["empty/statistics.h5"], "report", "empty")
        self.succeed("gradients", "--model", "model", "--format", "statistics", "-o", "plain")
        self.fail_with(1, ["plain/statistics.h5", "stategrad analyze writes them"],
                       "report", "plain")

    def test_merged_shards_are_one_pass(self):
        self.analyze("results")
        for shard in "123":
            self.analyze(f"part{shard}", "--shard", f"{shard}/3")
        self.succeed("merge", "part3", "part1", "part2/statistics.h5", "-o", "merged")
        self.assert_same("results", "merged")

    def test_used_gradients_stand_beside_the_stored_ones(self):
        classes = ["--frequency-bins", "2"]
        self.analyze("results", *classes)
        self.analyze("without", "--no-used", *classes)
        found = content(self.path("results", "statistics.h5"))
        without = content(self.path("without", "statistics.h5"))
        self.assertEqual({name for name in found if name not in without},
                         {"used/" + name for name in ("count", "norm", "squared_norm", "sum")})
        for name, array in without.items():
            if array.dtype.kind == "f":
                numpy.testing.assert_allclose(array, found[name], rtol=1e-6, atol=1e-9, err_msg=name)
        with open(self.path("results", "summary.json"), encoding="utf-8") as file:
            used = json.load(file)["used"]
        names = [name.decode() for name in found["classes/names"]]
        self.assertEqual([of_class["class"] for of_class in used], ["all"] + names)
        for of_class in used[1:]:
            members = numpy.flatnonzero(
                found["classes/signatures"][:, names.index(of_class["class"])])
            for delay in of_class["delays"]:
                d = delay["delay"]
                count = found["used/count"][members, d].sum()
                self.assertEqual(delay["count"], count)
                mean = found["used/sum"][members, d].sum(axis=(0, 1)) / count
                norm = found["used/norm"][members, d].sum() / count
                self.assertAlmostEqual(
                    delay["norm_of_mean"]["estimate"] / numpy.linalg.norm(mean), 1, places=9)
                self.assertAlmostEqual(delay["mean_norm"]["estimate"] / norm, 1, places=9)
                self.assertGreater(delay["mean_norm"]["error"], 0)
        self.assertNotIn("used", json.loads(self.read("without/summary.json")))
        self.assertTrue(os.path.exists(self.path("results", "used.csv")))
        self.assertFalse(os.path.exists(self.path("without", "used.csv")))

    def test_classes_are_compared_by_what_is_used_of_them(self):
        self.analyze("results", "--frequency-bins", "3")
        found = content(self.path("results", "statistics.h5"))
        names = [name.decode() for name in found["classes/names"]]
        comparisons = json.loads(self.read("results/summary.json"))["used_comparisons"]
        self.assertEqual({pair["delay"] for pair in comparisons}, {0, 1, 2, 5})
        self.assertEqual({pair["measure"] for pair in comparisons}, {"used_mean_norm"})
        self.assertEqual(len(comparisons), 3 * 4)

        def mean_and_contributions(name, delay):
            members = numpy.flatnonzero(found["classes/signatures"][:, names.index(name)])
            counts = found["used/count"][members, delay].sum(axis=0).astype(float)
            norms = found["used/norm"][members, delay].sum(axis=0)
            mean = norms.sum() / counts.sum()
            there = counts > 0
            share = counts.sum() / counts[there]
            without = (norms.sum() - norms[there]) / (counts.sum() - counts[there])
            centre = there.sum() * mean - ((1 - 1 / share) * without).sum()
            out = numpy.zeros(len(counts))
            out[there] = (share * mean - (share - 1) * without - centre) / numpy.sqrt(
                there.sum() * (share - 1))
            return mean, out

        for pair in comparisons:
            first, of_first = mean_and_contributions(pair["first"], pair["delay"])
            second, of_second = mean_and_contributions(pair["second"], pair["delay"])
            self.assertAlmostEqual(pair["difference"] / (first - second), 1, places=6)
            error = numpy.sqrt(((of_first - of_second) ** 2).sum())
            self.assertAlmostEqual(pair["error"] / error, 1, places=6)
        least = 0
        for i, pair in enumerate(sorted(comparisons, key=lambda pair: pair["p"])):
            least = max(least, min(1, (len(comparisons) - i) * pair["p"]))
            self.assertAlmostEqual(pair["corrected_p"], least, places=12)
        rows = [row.split(",") for row in self.read("results/comparisons.csv").decode().splitlines()]
        used = [row for row in rows if row[6] == "used_mean_norm"]
        self.assertEqual([row[:2] for row in used], [["", ""]] * len(comparisons))
        self.analyze("without", "--no-used", "--frequency-bins", "3")
        self.assertNotIn("used_comparisons", json.loads(self.read("without/summary.json")))
        self.assertNotIn(b"used_mean_norm", self.read("without/comparisons.csv"))

    def test_shards_with_used_gradients_do_not_merge_with_others(self):
        self.analyze("part1", "--shard", "1/2")
        self.analyze("part2", "--shard", "2/2", "--no-used")
        self.fail_with(2, ["part2/statistics.h5: not of the same model"],
                       "merge", "part1", "part2", "-o", "merged")

    def test_a_missing_shard_is_told(self):
        self.analyze("part1", "--shard", "1/2")
        done = self.succeed("merge", "part1", "-o", "merged")
        self.assertIn("still to come from other shards", done.err)

    def test_one_shard_twice_is_refused(self):
        self.analyze("part1", "--shard", "1/2")
        self.fail_with(2, ["part1/statistics.h5: position 0 and"], "merge", "part1", "part1", "-o", "m")
        self.assertFalse(os.path.exists(self.path("m", "statistics.h5")))

    def test_results_are_not_replaced_unasked(self):
        self.analyze("results")
        self.fail_with(1, ["give --overwrite"], "analyze", "--model", "model", "-o", "results")
        self.analyze("results", "--overwrite")

    def test_a_folder_of_something_else_is_left_alone(self):
        before = self.files("model")
        self.fail_with(1, ["model", "no analysis"], "analyze", "--model", "model", "-o", "model")
        self.assertEqual(self.files("model"), before)

    def test_threads_change_rounding_only(self):
        self.analyze("one", "--threads", "1")
        self.analyze("two", "--threads", "2")
        self.assert_same("one", "two")

    def test_an_interrupted_pass_goes_on(self):
        with open(self.path("long.txt"), "wb") as file:
            file.write(self.read("data/train.txt") * 60)
        command = ["analyze", "--model", "model", "--text", "long.txt", "--max-delay", "30",
                   "--blocks", "40", "--sample", "50"]
        self.succeed(*command, "-o", "results")
        process = subprocess.Popen([PROGRAM, *command, "-o", "again"], cwd=self.folder,
                                   stderr=subprocess.PIPE)
        parts = self.path("again", "parts")
        deadline = time.monotonic() + 60
        while not (os.path.isdir(parts) and len(os.listdir(parts)) > 3):
            self.assertLess(time.monotonic(), deadline)
            self.assertIsNone(process.poll(), "ended before it was interrupted")
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertFalse(os.path.exists(self.path("again", "statistics.h5")))
        done = self.succeed(*command, "-o", "again")
        self.assertIn("going on with an interrupted analysis", done.err)
        self.assertFalse(os.path.exists(parts))
        self.assertEqual(self.read("results/statistics.h5"), self.read("again/statistics.h5"))

    def test_parts_of_another_analysis_are_refused(self):
        os.makedirs(self.path("results", "parts"))
        with open(self.path("results", "parts", "block_00000.h5"), "wb") as file:
            file.write(b"no part")
        self.fail_with(1, ["block_00000.h5"], "analyze", "--model", "model", "-o", "results")
        self.analyze("results", "--overwrite")

    def test_wrong_use_is_named(self):
        for arguments, message in (
            (["--shard", "3/2"], "--shard '3/2'"),
            (["--shard", "1/100000"], "words only"),
            (["--blocks", "1"], "--blocks"),
            (["--text", "missing.txt"], "missing.txt"),
        ):
            code = 1 if "missing.txt" in arguments else 2
            self.fail_with(code, [message], "analyze", "--model", "model", "-o", "out", *arguments)
            self.assertFalse(os.path.exists(self.path("out")))


if __name__ == "__main__":
    unittest.main()
