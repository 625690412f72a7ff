# SPDX-License-Identifier: MIT
"""`stategrad gradients`, `pack` and `check-gradients`."""

import json
import os
import re
import unittest

import h5py
import numpy

from program import ProgramTest, write_config


class Gradients(ProgramTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()

    def gradients(self, *arguments):
        return self.succeed("gradients", "--model", "model", *arguments)

    def words(self):
        text = self.read("data/valid.txt").decode().replace("\n", " <eos> ")
        return text.split()

    def test_tree_of_one_time_step_is_the_original_s_to_the_byte(self):
        self.gradients("--format", "npy", "--time-step", "3", "--max-delay", "9", "--output", "out")
        words = self.words()
        windows = len(words) // 10 - 1
        self.assertEqual(
            self.files("out"),
            sorted(f"delay_{d}/{n}" for d in range(4)
                   for n in ["mapping.txt"] + [f"{k}.npy" for k in range(windows)]),
        )
        for delay in range(4):
            expected = "".join(
                f"{k}\t{words[10 * k + 3 - delay]}\t"
                + "".join(w + "-" for w in words[10 * k + 3 - delay : 10 * k + 4]) + "\n"
                for k in range(windows)
            )
            self.assertEqual(self.read(f"out/delay_{delay}/mapping.txt").decode(), expected)

    def test_several_steps_states_and_layers_get_folders_of_their_own(self):
        self.gradients("--format", "npy", "--time-step", "0,2-3", "--max-delay", "2", "--state",
                       "both", "--output", "out")
        folders = {os.path.dirname(name) for name in self.files("out")}
        self.assertEqual(
            folders,
            {f"{state}/layer_0/timestep_{t}/delay_{d}" for state in ("cell", "hidden")
             for t in (0, 2, 3) for d in range(2) if d <= t},
        )

    def test_formats_agree(self):
        arguments = ("--time-step", "all", "--max-delay", "4", "--state", "both")
        for kind in ("npy", "npz", "hdf5", "statistics"):
            self.gradients("--format", kind, "--windowed", *arguments, "--output", kind)
        trees = [name for name in self.files("npy") if name.endswith("/0.npy")]
        self.assertGreater(len(trees), 10)
        sums = {}
        for name in trees:
            folder = os.path.dirname(name)
            count = sum(1 for f in os.listdir(self.path("npy", folder)) if f.endswith(".npy"))
            stack = numpy.stack(
                [numpy.load(self.path("npy", folder, f"{k}.npy")) for k in range(count)])
            packed = numpy.load(self.path("npz", folder, "all.npz"))["arr_0"]
            numpy.testing.assert_array_equal(stack, packed)
            self.assertEqual(self.read(f"npy/{folder}/mapping.txt"),
                             self.read(f"npz/{folder}/mapping.txt"))
            state, delay = folder.split("/")[0], int(folder.rsplit("_", 1)[1])
            total, n = sums.get((state, delay), (0, 0))
            sums[state, delay] = (total + stack.astype(numpy.float64).sum(axis=0), n + count)
        self.check_statistics(sums)
        self.check_hdf5(sums)

    def check_statistics(self, sums):
        rows = json.loads(self.succeed("info", "statistics/statistics.h5", "--json").out)
        by_key = {(row["state"], row["delay"]): row for row in rows}
        for (state, delay), (total, count) in sums.items():
            row = by_key[state, delay]
            self.assertEqual(row["count"], count)
            mean = numpy.linalg.norm(total / count)
            self.assertAlmostEqual(row["norm_of_mean"] / mean, 1, places=5)

    def check_hdf5(self, sums):
        found = {}

        def visit(name, item):
            if isinstance(item, h5py.Dataset) and item.ndim == 3:
                state = "cell" if "cell" in name else "hidden"
                delay = int(re.search(r"delay_(\d+)", name).group(1))
                found[state, delay] = item[()].astype(numpy.float64)

        [name] = self.files("hdf5")
        with h5py.File(self.path("hdf5", name)) as file:
            file.visititems(visit)
        self.assertEqual(set(found), set(sums))
        for key, stack in found.items():
            total, count = sums[key]
            self.assertEqual(len(stack), count)
            numpy.testing.assert_allclose(stack.sum(axis=0), total, rtol=1e-5, atol=1e-7)

    def test_says_how_much_it_will_write_before_it_does(self):
        outcome = self.gradients("--format", "npy", "--time-step", "3", "--max-delay", "2",
                                 "--output", "out")
        files = len(self.files("out"))
        self.assertRegex(outcome.err, rf"{files:,} files|{files} files")

    def statistics(self, name, *arguments):
        outcome = self.gradients("--format", "statistics", "--max-delay", "4", "--json", "--output",
                                 name, *arguments)
        [row] = json.loads(outcome.out)
        return row

    def arrays(self, name):
        """Sources, counts [D, K] and sums [D, K, H, R] of a statistics.h5."""
        with h5py.File(self.path(name, "statistics.h5")) as file:
            sources = file["run/sources"][()] if "sources" in file["run"] else None
            group = file["cell/layer_0"]
            return sources, group["count"][()], group["sum"][()]

    def test_a_sample_of_positions_has_one_in_each_stretch(self):
        words = len(self.words())
        row = self.statistics("some", "--positions", "40")
        self.assertEqual((row["positions"], row["words"]), (40, words))
        sources, count, _ = self.arrays("some")
        self.assertEqual(len(sources), 40)
        for stretch, source in enumerate(sources):
            self.assertIn(source, range(stretch * words // 40, (stretch + 1) * words // 40))
        self.assertEqual(count[0].sum(), 40)
        self.assertEqual(row["state_gradients"], count.sum())
        self.assertIn("a sample of 40", self.succeed("info", "some/statistics.h5").out)
        self.statistics("same", "--positions", "40", "--seed", "1")
        self.assertEqual(self.read("same/statistics.h5"), self.read("some/statistics.h5"))
        self.statistics("other", "--positions", "40", "--seed", "2")
        self.assertNotEqual(self.arrays("other")[0].tolist(), sources.tolist())

    def test_all_positions_are_no_sample(self):
        words = len(self.words())
        self.statistics("all", "--positions", words)
        self.statistics("none")
        self.assertEqual(self.read("all/statistics.h5"), self.read("none/statistics.h5"))
        self.assertIsNone(self.arrays("all")[0])

    def test_a_sample_takes_its_sums_from_the_single_matrices(self):
        self.gradients("--format", "hdf5", "--continuous", "--max-delay", "4", "--output", "every")
        self.statistics("some", "--positions", "25", "--blocks", "3")
        words = len(self.words())
        sources, count, total = self.arrays("some")
        with h5py.File(self.path("every/gradients.h5")) as file:
            for delay in range(4):
                group = file[f"cell/layer_0/delay_{delay}"]
                source = group["position"][()] - delay
                for block in range(3):
                    chosen = numpy.isin(source, sources) & (source * 3 // words == block)
                    self.assertEqual(count[delay, block], chosen.sum())
                    numpy.testing.assert_allclose(
                        total[delay, block],
                        group["gradients"][()][chosen].astype(numpy.float64).sum(axis=0),
                        rtol=1e-5, atol=1e-7)

    def test_until_an_error_tells_what_was_reached(self):
        row = self.statistics("loose", "--until-error", "1000", "--blocks", "2")
        self.assertLess(row["error_percent"], 1000)
        self.assertLess(row["positions"], row["words"])
        self.assertEqual(len(self.arrays("loose")[0]), row["positions"])
        outcome = self.gradients("--format", "statistics", "--output", "said", "--until-error",
                                 "1000", "--blocks", "2", "--seed", "7")
        self.assertRegex(outcome.err, r"to a sample of \d+, error [\d.]+ %.*seed 7")

    def test_an_error_that_cannot_be_reached_takes_all_positions(self):
        outcome = self.gradients("--format", "statistics", "--max-delay", "4", "--json", "--output",
                                 "strict", "--until-error", "1e-9", "--quiet")
        [row] = json.loads(outcome.out)
        self.assertEqual(row["positions"], row["words"])
        self.assertGreater(row["error_percent"], 1e-9)
        self.assertIn("a longer text", outcome.err)

    def test_wrong_samples_are_wrong_use(self):
        words = str(len(self.words()))
        for needles, arguments in (
            (["--positions"], ["--positions", "0"]),
            (["--positions"], ["--positions", "-3"]),
            (["--positions", "1000000", words], ["--positions", "1000000"]),
            (["--until-error"], ["--until-error", "0"]),
            (["--until-error"], ["--until-error", "nan"]),
            (["--until-error", "--blocks 2"], ["--until-error", "5", "--blocks", "1"]),
            (["--blocks"], ["--blocks", "0"]),
            (["--positions", "statistics"], ["--positions", "5", "--format", "npy"]),
            (["--blocks", "statistics"], ["--blocks", "5", "--format", "hdf5"]),
            (["--until-error", "statistics"], ["--until-error", "5", "--format", "null"]),
        ):
            if "--format" not in arguments:
                arguments = ["--format", "statistics", *arguments]
            self.fail_with(2, needles, "gradients", "--model", "model", "--output", "out",
                           *arguments)
        self.assertFalse(os.path.exists(self.path("out")))

    def test_rank_tolerance_changes_little_and_is_recorded(self):
        # Trained for long enough that a few directions of the embeddings matter most.
        write_config(self.path("wide.config"), embedding_size=16, size=32, dropout=1, max_epoch=12,
                     max_max_epoch=12, save_path="wide")
        self.succeed("train", "--config", "wide.config", "--quiet")
        tolerance = 0.05
        allowed = 3 * tolerance  # up to delay 29 there are nine delays of compression
        arguments = ("gradients", "--model", "wide", "--format", "statistics", "--max-delay", "30")
        self.succeed(*arguments, "--output", "exact")
        self.succeed(*arguments, "--rank-tolerance", "0", "--output", "zero")
        self.succeed(*arguments, "--rank-tolerance", tolerance, "--output", "fast")
        self.assertEqual(self.read("exact/statistics.h5"), self.read("zero/statistics.h5"))
        with h5py.File(self.path("exact/statistics.h5")) as exact, \
                h5py.File(self.path("fast/statistics.h5")) as fast:
            self.assertNotIn("rank_tolerance", exact["run"])
            self.assertEqual(fast["run/rank_tolerance"][0], tolerance)
            exact, fast = exact["cell/layer_0"], fast["cell/layer_0"]
            norms, kept = (file["squared_norm"][()].sum(axis=1) for file in (exact, fast))
            self.assertTrue((kept[10:] < norms[10:] * (1 - 1e-6)).any(), "nothing was compressed")
            self.assertTrue((kept <= norms * (1 + 1e-5)).all())
            self.assertTrue((kept >= norms * (1 - allowed**2)).all())
            # Of the sum of the norms of n blocks, which is at most the root of n sums of squares.
            bound = allowed * numpy.sqrt(norms * exact["count"][()].sum(axis=1))
            differences = (fast["sum"][()] - exact["sum"][()]).sum(axis=1)
            lost = numpy.sqrt((differences**2).sum(axis=(1, 2)))
            self.assertTrue((lost <= bound).all())
        self.assertIn(str(tolerance), self.succeed("info", "fast/statistics.h5").out)
        for bad in ("1", "-0.5", "nan"):
            self.fail_with(2, ["--rank-tolerance", bad], "gradients", "--model", "wide", "--format",
                           "null", "--rank-tolerance", bad)

    def test_null_needs_no_output(self):
        self.gradients("--format", "null")
        self.fail_with(2, ["--output"], "gradients", "--model", "model", "--format", "npy")

    def test_wrong_combinations_are_wrong_use(self):
        for needles, arguments in (
            (["npy", "windowed"], ["--format", "npy", "--continuous", "--output", "out"]),
            (["--time-step", "10"], ["--format", "npy", "--time-step", "10", "--output", "out"]),
            (["--time-step"], ["--format", "null", "--time-step", "3", "--continuous"]),
            (["--max-delay", "0"], ["--format", "null", "--max-delay", "0"]),
            (["--layer", "1"], ["--format", "null", "--layer", "1"]),
            (["--format", "hdf6", "hdf5"], ["--format", "hdf6", "--output", "out"]),
            (["--state", "both"], ["--format", "null", "--state", "gate"]),
            (["--windowed", "--continuous"], ["--format", "null", "--windowed", "--continuous"]),
        ):
            self.fail_with(2, needles, "gradients", "--model", "model", *arguments)
        self.fail_with(2, ["--model", "--config"], "gradients", "--format", "null")
        self.assertFalse(os.path.exists(self.path("out")))

    def test_configuration_gives_the_defaults(self):
        self.succeed(
            "gradients", "--config", "small.config", "--set", "grad_interm=hidden", "--set",
            "time_step=5", "--set", "max_delay=2", "--set", "grad_dir=from_config/timestep_5",
        )
        folders = {os.path.dirname(name) for name in self.files("from_config")}
        self.assertEqual(folders, {"timestep_5/delay_0", "timestep_5/delay_1"})

    def test_same_command_writes_the_same_bytes(self):
        for name in ("a", "b"):
            self.gradients("--format", "npy,hdf5,npz", "--time-step", "4", "--max-delay", "3",
                           "--output", name, "--threads", "2")
        self.assertEqual(self.files("a"), self.files("b"))
        for name in self.files("a"):
            self.assertEqual(self.read("a/" + name), self.read("b/" + name), name)

    def test_text_of_less_than_a_window_is_named(self):
        self.write("short.txt", "the cat\n" * 4)
        arguments = ("gradients", "--model", "model", "--text", "short.txt", "--output", "out")
        self.fail_with(1, ["short.txt: 12 words", "at least 20"], *arguments)
        self.assertFalse(os.path.exists(self.path("out")))
        self.succeed(*arguments, "--format", "statistics")
        self.write("short.txt", "the cat\n")
        self.fail_with(1, ["short.txt: 3 words", "--max-delay 10"], "check-gradients", "--model",
                       "model", "--text", "short.txt")

    def test_summary_tells_time_memory_seed_and_what_was_left_out(self):
        err = self.gradients("--output", "out", "--seed", "4").err
        self.assertRegex(err.splitlines()[-1], r"^state gradients of [\d,]+ words \([\d,]+ at the "
                         r"end left out\) at [\d.]+ ms each in \d+ s, peak memory [\d.]+ [kM]B, "
                         r"seed 4$")
        self.assertEqual(self.gradients("--format", "null", "--quiet").err, "")
        err = self.succeed("pack", "out").err
        self.assertRegex(err.splitlines()[-1],
                         r"^[\d,]+ files of \d+ folders packed in \d+ s, peak memory .*, seed 1$")

    def test_pack_makes_what_numpy_reads(self):
        self.gradients("--format", "npy", "--time-step", "3", "--max-delay", "2", "--output", "out")
        self.succeed("pack", "out/delay_1")
        packed = numpy.load(self.path("out/delay_1/all.npz"))["arr_0"]
        count = sum(1 for name in self.files("out/delay_1") if re.fullmatch(r"\d+\.npy", name))
        self.assertEqual(packed.shape, (count, 7, 5))
        numpy.testing.assert_array_equal(
            packed[count - 1], numpy.load(self.path(f"out/delay_1/{count - 1}.npy")))
        self.fail_with(1, ["all.npz", "--overwrite"], "pack", "out/delay_1")

    def test_pack_names_the_matrix_of_another_shape(self):
        self.gradients("--format", "npy", "--time-step", "3", "--max-delay", "1", "--output", "out")
        numpy.save(self.path("out/delay_0/5.npy"), numpy.zeros((2, 2), numpy.float32))
        self.fail_with(1, ["5.npy"], "pack", "out/delay_0")
        self.assertNotIn("delay_0/all.npz", self.files("out"))

    def test_check_gradients_passes_and_prints_a_row_per_delay(self):
        outcome = self.succeed("check-gradients", "--model", "model", "--json")
        rows = json.loads(outcome.out)
        self.assertEqual({row["state"] for row in rows}, {"cell", "hidden"})
        self.assertTrue(all(row["passed"] for row in rows))


if __name__ == "__main__":
    unittest.main()
