# SPDX-License-Identifier: MIT
"""`--dry-run` and `--memory-limit` of gradients, train and run."""

import json
import os
import re
import unittest

from program import ProgramTest

COLUMNS = ["step", "words", "seconds", "memory_bytes", "disk_bytes", "disk_at_most", "files"]


def peak_of(outcome):
    """The most memory that the program held, as it says at its end."""
    number, unit = re.search(r"peak memory ([\d.]+) ([kMG]B)", outcome.err).groups()
    return int(float(number) * {"kB": 1e3, "MB": 1e6, "GB": 1e9}[unit])


class DryRun(ProgramTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()

    def forecast(self, *arguments):
        """The rows of a dry run, which must change no file."""
        before = self.snapshot()
        rows = json.loads(self.succeed(*arguments, "--dry-run", "--json").out)
        self.assertEqual(self.snapshot(), before)
        for row in rows:
            self.assertEqual(list(row), COLUMNS)
            self.assertGreater(row["memory_bytes"], 1_000_000)
        return rows

    def snapshot(self):
        return {name: (os.stat(self.path(name)).st_mtime_ns, self.read(name))
                for name in self.files()}

    def bytes_of(self, folder):
        return sum(os.path.getsize(self.path(folder, name)) for name in self.files(folder))

    def test_gradients_says_what_npy_files_take_to_the_byte(self):
        command = ["gradients", "--model", "model", "--time-step", "4", "--max-delay", "3",
                   "--output", "out"]
        [row] = self.forecast(*command)
        self.assertEqual(row["step"], "gradients")
        self.assertGreater(row["seconds"], 0)
        self.assertFalse(row["disk_at_most"])
        self.succeed(*command)
        self.assertEqual(row["disk_bytes"], self.bytes_of("out"))
        self.assertEqual(row["files"], len(self.files("out")))

    def test_gradients_forecasts_every_format(self):
        for formats in ("npz", "hdf5", "statistics", "null", "npy,npz,hdf5,statistics"):
            [row] = self.forecast("gradients", "--model", "model", "--format", formats, "--output",
                                  "out")
            self.assertEqual(row["files"] == 0, formats == "null")
            self.assertEqual(row["disk_bytes"] == 0, formats == "null")

    def test_people_get_a_table(self):
        outcome = self.succeed("gradients", "--model", "model", "--format", "statistics",
                               "--output", "out", "--dry-run")
        self.assertRegex(outcome.out, r"step +words +time +memory +disk +files\n")
        self.assertRegex(outcome.out, r"gradients +\d+ +\d+ s +[\d.]+ MB +at most [\d.]+ kB +1\n")

    def test_train_forecasts_all_epochs(self):
        [row] = self.forecast("train", "--config", "small.config", "--set", "save_path=new")
        self.assertEqual(row["step"], "train")
        [longer] = self.forecast("train", "--config", "small.config", "--set", "save_path=new",
                                 "--set", "max_max_epoch=20", "--set", "save_dict=words.txt")
        self.assertEqual(longer["words"], 10 * row["words"])
        self.assertGreater(longer["seconds"], 0)
        self.succeed("train", "--config", "small.config", "--set", "save_path=new")
        self.assertLessEqual(self.bytes_of("new"), row["disk_bytes"] + 20_000)
        self.assertEqual(row["files"], len(self.files("new")))

    def test_run_forecasts_the_steps_that_it_would_take(self):
        def steps(*arguments):
            return [row["step"] for row in self.forecast("run", "--config", "small.config",
                                                         *arguments)]

        new = ("--set", "save_path=new")
        gradients = ("--set", "grad_interm=cell", "--set", "grad_dir=out")
        self.assertEqual(steps(*new), ["train", "test"])
        self.assertEqual(steps(*new, "--notest"), ["train"])
        self.assertEqual(steps(*new, "--set", "save_embedding=emb.npy"), ["train", "embedding"])
        self.assertEqual(steps("--notrain"), ["valid", "test"])
        self.assertEqual(steps("--notrain", "--notest", *gradients), ["valid", "gradients"])
        self.assertEqual(steps("--notrain", "--novalid", *gradients), ["test"])
        self.fail_with(2, ["--json", "--dry-run"], "run", "--config", "small.config", "--json")

    def test_what_would_be_refused_is_refused(self):
        os.makedirs(self.path("full"))
        self.write("full/note.txt", "mine")
        model = ["gradients", "--model", "model", "--dry-run"]
        self.fail_with(1, ["full", "--overwrite"], *model, "--output", "full")
        self.fail_with(2, ["--output"], *model)
        self.fail_with(2, ["npy", "windowed"], *model, "--continuous", "--output", "out")
        self.fail_with(1, ["memory"], *model, "--format", "null", "--max-delay", "1000000",
                       "--windowed", "--set", "num_steps=5", "--memory-limit", "1MB")
        train = ["train", "--config", "small.config", "--dry-run"]
        self.fail_with(1, ["model", "--overwrite"], *train)
        self.fail_with(2, ["memory"], *train, "--set", "save_path=new", "--set", "size=900000")
        self.fail_with(2, ["dropout"], *train, "--set", "dropout=7")
        self.fail_with(1, ["model", "--overwrite"], "run", "--config", "small.config", "--dry-run")

    def test_memory_is_that_of_the_pass_and_its_training(self):
        shape = ["--set", "size=400", "--set", "embedding_size=200", "--set", "save_path=large",
                 "--set", "max_max_epoch=1", "--set", "batch_size=2"]
        [row] = self.forecast("train", "--config", "small.config", *shape)
        real = peak_of(self.succeed("train", "--config", "small.config", *shape))
        self.assertAlmostEqual(row["memory_bytes"] / real, 1, delta=0.3)
        for formats in ("statistics", "null", "hdf5"):
            command = ["gradients", "--model", "large", "--format", formats, "--continuous",
                       "--max-delay", "20", "--output", formats]
            if formats == "hdf5":
                self.write("short.txt", "the cat\na dog\n")
                command += ["--text", "short.txt"]
            [row] = self.forecast(*command)
            real = peak_of(self.succeed(*command))
            self.assertAlmostEqual(row["memory_bytes"] / real, 1, delta=0.3, msg=formats)


class MemoryLimit(ProgramTest):
    def test_statistics_read_the_text_several_times_and_stay_within(self):
        self.succeed("train", "--config", "small.config", "--quiet", "--set", "size=256", "--set",
                     "embedding_size=128", "--set", "max_max_epoch=1")
        self.write("short.txt", "the cat\na dog\nwe sleep\n" * 20)
        command = ["gradients", "--model", "model", "--text", "short.txt", "--max-delay", "150",
                   "--blocks", "1", "--json"]
        whole = self.succeed(*command, "--format", "null")
        peak = peak_of(whole)
        limit = f"{peak * 3 // 5 // 1_000_000}MB"
        parts = self.succeed(*command, "--format", "null", "--memory-limit", limit)
        self.assertRegex(parts.err, r"reads the text \d+ times")
        self.assertLessEqual(peak_of(parts), peak * 3 // 5)
        self.succeed(*command, "--format", "statistics", "--output", "whole")
        [row] = json.loads(self.succeed(*command, "--format", "statistics", "--output", "parts",
                                        "--dry-run").out)
        limit = f"{row['memory_bytes'] * 23 // 25 // 1000}kB"
        parts = self.succeed(*command, "--format", "statistics", "--output", "parts",
                             "--memory-limit", limit)
        self.assertRegex(parts.err, r"reads the text \d+ times")
        self.compare("whole", "parts")

    def compare(self, whole, parts):
        rows = [json.loads(self.succeed("info", f"{name}/statistics.h5", "--json").out)
                for name in (whole, parts)]
        for one, other in zip(*rows):
            self.assertEqual(one["count"], other["count"])
            self.assertEqual(one["norm_of_mean"], other["norm_of_mean"])

    def test_formats_of_whole_matrices_are_refused(self):
        self.use_trained_model()
        for formats in ("npy", "npz", "hdf5", "statistics,hdf5"):
            self.fail_with(1, ["--memory-limit 2.0 MB", "statistics"], "gradients", "--model",
                           "model", "--format", formats, "--output", "out", "--memory-limit", "2MB")
        self.fail_with(1, ["--memory-limit 2.0 MB", "model, text and sums"], "gradients", "--model",
                       "model", "--format", "null", "--memory-limit", "2MB")
        self.assertNotIn("out", os.listdir(self.folder))
        self.succeed("gradients", "--model", "model", "--output", "out", "--memory-limit", "2GB")

    def test_training_beyond_the_limit_is_refused_before_it_begins(self):
        self.fail_with(1, ["memory limit is 3.0 MB", "weights", "windows", "reduce"], "train",
                       "--config", "small.config", "--memory-limit", "3MB")
        self.assertFalse(os.path.exists(self.path("model")))
        self.succeed("train", "--config", "small.config", "--memory-limit", "1GiB")

    def test_a_size_that_is_none_is_wrong_use(self):
        for size in ("2XB", "-1GB", "0", "much"):
            self.fail_with(2, ["--memory-limit", size], "train", "--config", "small.config",
                           "--memory-limit", size)


if __name__ == "__main__":
    unittest.main()
