# SPDX-License-Identifier: MIT
"""`stategrad run` behaves as the original's main.py."""

import math
import os
import re
import unittest

import numpy

from program import ProgramTest, write_config

NUMBER = r"([0-9.e+-]+)"


class Run(ProgramTest):
    def run_config(self, *arguments):
        return self.succeed("run", "--config", "small.config", "--quiet", *arguments)

    def test_training_prints_the_lines_of_the_original(self):
        outcome = self.run_config()
        expected = "".join(
            rf"Learning rate: {NUMBER}\nEpoch: {epoch} Train Perplexity: {NUMBER}\n"
            rf"Epoch: {epoch} Valid Perplexity: {NUMBER}\n"
            for epoch in (1, 2)
        ) + rf"Test Perplexity: {NUMBER}\n"
        match = re.fullmatch(expected, outcome.out)
        self.assertIsNotNone(match, outcome.out)
        self.assertTrue(all(math.isfinite(float(x)) and float(x) > 0 for x in match.groups()))
        self.assertLess(float(match.group(7)), 14)

    def test_notest_leaves_out_the_test(self):
        self.assertNotIn("Test", self.run_config("--notest").out)

    def test_notrain_validates_and_tests_the_last_weights(self):
        trained = self.run_config().out.splitlines()
        again = self.run_config("--notrain").out.splitlines()
        self.assertEqual(len(again), 2)
        last_valid = float(trained[-2].split(": ")[2])
        self.assertAlmostEqual(float(again[0].split(": ")[1]), last_valid, delta=1e-4 * last_valid)
        self.assertEqual(again[1], trained[-1])

    def test_notrain_does_not_need_the_training_text(self):
        self.use_trained_model()
        os.remove(self.path("data", "train.txt"))
        self.run_config("--notrain")

    def test_notrain_novalid_only_tests(self):
        self.use_trained_model()
        outcome = self.run_config("--notrain", "--novalid")
        self.assertRegex(outcome.out, rf"^Test Perplexity: {NUMBER}\n$")

    def test_training_needs_validation(self):
        self.fail_with(2, ["--novalid", "--notrain"], "run", "--config", "small.config", "--novalid")

    def test_valid_as_test_and_other_test_choose_the_text(self):
        self.use_trained_model()
        plain = self.run_config("--notrain", "--novalid").out
        os.rename(self.path("data", "test.txt"), self.path("elsewhere.txt"))
        other = self.run_config("--notrain", "--novalid", "--set", "other_test=elsewhere.txt").out
        self.assertEqual(plain, other)
        valid = self.run_config("--notrain", "--novalid", "--set", "valid_as_test=True").out
        self.assertNotEqual(plain, valid)

    def test_grad_interm_writes_gradients_when_validation_runs_alone(self):
        self.use_trained_model()
        outcome = self.run_config(
            "--notrain", "--notest", "--set", "grad_interm=cell", "--set", "time_step=4",
            "--set", "max_delay=3", "--set", "grad_dir=gradients/timestep_4",
        )
        self.assertRegex(outcome.out, rf"Valid Perplexity: {NUMBER}\n")
        lines = self.read("gradients/timestep_4/delay_2/mapping.txt").decode().splitlines()
        self.assertEqual(
            self.files("gradients/timestep_4"),
            sorted(
                f"delay_{d}/{name}"
                for d in range(3)
                for name in ["mapping.txt"] + [f"{k}.npy" for k in range(len(lines))]
            ),
        )
        matrix = numpy.load(self.path("gradients/timestep_4/delay_0/0.npy"))
        self.assertEqual((matrix.shape, matrix.dtype), ((7, 5), numpy.float32))

    def gradients(self, *arguments):
        return ("run", "--config", "small.config", "--notrain", "--notest", "--set",
                "grad_interm=cell", "--set", "max_delay=3", *arguments)

    def test_existing_gradients_are_refused_before_work_unless_overwrite_is_given(self):
        self.use_trained_model()
        arguments = self.gradients("--set", "grad_dir=gradients")
        self.succeed(*arguments)
        before = self.files("gradients")
        logs = self.files("logs")
        refused = self.fail_with(1, ["gradients", "--overwrite"], *arguments)
        self.assertEqual(refused.out, "")
        self.assertEqual(self.files("logs"), logs)
        self.succeed(*arguments, "--overwrite")
        self.assertEqual(self.files("gradients"), before)

    def test_missing_grad_dir_is_found_before_work(self):
        self.use_trained_model()
        refused = self.fail_with(2, ["grad_dir"], *self.gradients())
        self.assertEqual(refused.out, "")
        self.assertFalse(os.path.exists(self.path("logs")))

    def test_text_of_less_than_a_window_is_named(self):
        self.use_trained_model()
        self.write("data/valid.txt", "the cat\n" * 4)
        self.fail_with(1, ["data/valid.txt", "window"],
                       *self.gradients("--set", "grad_dir=gradients"))
        self.assertFalse(os.path.exists(self.path("gradients")))

    def test_options_that_a_run_without_training_has_no_use_for_are_refused(self):
        self.use_trained_model()
        self.fail_with(2, ["--resume"], "run", "--config", "small.config", "--notrain", "--resume")
        self.fail_with(2, ["--overwrite", "grad_interm"], "run", "--config", "small.config",
                       "--notrain", "--overwrite")
        self.assertFalse(os.path.exists(self.path("logs")))

    def test_summary_counts_everything_that_was_done(self):
        err = self.succeed("run", "--config", "small.config").err
        self.assertRegex(err.splitlines()[-1], r"^[\d,]+ words trained on, [\d,]+ words tested on "
                         r"\(0 unknown\) in \d+ s, peak memory [\d.]+ [kM]B, seed 1$")
        err = self.succeed(*self.gradients("--set", "grad_dir=gradients", "--seed", "3")).err
        self.assertRegex(err.splitlines()[-1], r"^[\d,]+ words validated on \(0 unknown\), state "
                         r"gradients of [\d,]+ words.* at [\d.]+ ms each in .* seed 3$")

    def test_grad_interm_does_nothing_while_training(self):
        self.run_config("--notest", "--set", "grad_interm=cell", "--set", "time_step=4",
                        "--set", "max_delay=3", "--set", "grad_dir=gradients")
        self.assertFalse(os.path.exists(self.path("gradients")))

    def test_save_embedding_writes_the_matrix_and_stops(self):
        self.use_trained_model()
        outcome = self.run_config(
            "--notrain", "--novalid", "--set", "save_embedding=out/emb.npy", "--set",
            "save_dict=out/dict",
        )
        self.assertEqual(outcome.out, "")
        matrix = numpy.load(self.path("out/emb.npy"))
        words = self.read("model/vocab.txt").decode().split()
        self.assertEqual(matrix.shape, (len(words), 5))
        self.assertEqual(self.read("out/dict").decode(),
                         "".join(f"{word}\t{id}\n" for id, word in enumerate(words)))

    def test_existing_model_is_not_overwritten(self):
        self.use_trained_model()
        before = self.read("model/model.safetensors")
        self.fail_with(1, ["model", "--overwrite"], "run", "--config", "small.config")
        self.assertEqual(self.read("model/model.safetensors"), before)
        self.assertFalse(os.path.exists(self.path("logs")))

    def test_log_has_the_printed_lines_and_is_never_overwritten(self):
        out = self.run_config("--notest").out
        logs = self.files("logs")
        self.assertEqual(len(logs), 1)
        for line in out.splitlines():
            self.assertIn(line, self.read("logs/" + logs[0]).decode())
        before = self.read("logs/" + logs[0])
        self.run_config("--notrain", "--notest")
        self.assertEqual(self.read("logs/" + logs[0]), before)
        self.assertEqual(len(self.files("logs")), 2)

    def test_stray_tokens_of_the_published_files_are_harmless(self):
        write_config(self.path("small.config"), size="`       7")
        self.use_trained_model()
        self.run_config("--notrain")

    def test_device_other_than_the_cpu_is_refused(self):
        self.fail_with(2, ["cpu"], "run", "--config", "small.config", "--device", "gpu")

    def test_configuration_of_another_shape_is_refused(self):
        self.use_trained_model()
        self.fail_with(2, ["embedding_size", "5", "6"], "run", "--config", "small.config",
                       "--notrain", "--set", "embedding_size=6")
        self.run_config("--notrain", "--set", "batch_size=2", "--set", "num_steps=5")


if __name__ == "__main__":
    unittest.main()
