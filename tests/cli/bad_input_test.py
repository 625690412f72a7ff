# SPDX-License-Identifier: MIT
"""Bad input is normal input: an exit code, one line that names file and value, nothing lost."""

import os
import resource
import shutil
import signal
import struct
import subprocess
import unittest

import numpy

from program import PROGRAM, ProgramTest, write_config


class Text(ProgramTest):
    def train(self, *arguments):
        return ("train", "--config", "small.config", *arguments)

    def test_missing_file_is_named(self):
        os.remove(self.path("data", "train.txt"))
        self.fail_with(1, ["data/train.txt"], *self.train())
        self.assertFalse(os.path.exists(self.path("model")))

    def test_missing_folder_is_named(self):
        self.fail_with(1, ["nowhere/train.txt"], *self.train("--set", "data_path=nowhere"))

    def test_directory_in_place_of_a_file(self):
        os.remove(self.path("data", "valid.txt"))
        os.mkdir(self.path("data", "valid.txt"))
        self.fail_with(1, ["data/valid.txt", "directory"], *self.train())

    def test_empty_file(self):
        self.write("data/train.txt", "")
        self.fail_with(1, ["data/train.txt"], *self.train())

    def test_file_of_blanks(self):
        self.write("data/valid.txt", "   \t  ")
        self.fail_with(1, ["data/valid.txt"], *self.train())

    def test_binary_file(self):
        self.write("data/train.txt", b"one two\nthree \x00\x01\x02 four\n" * 99)
        self.fail_with(1, ["data/train.txt", "line 2"], *self.train())

    def test_bytes_that_are_no_utf8_name_the_line(self):
        self.write("data/train.txt", b"good line\n" * 50 + b"caf\xe9 au lait\n")
        self.fail_with(1, ["data/train.txt", "line 51", "utf-8"], *self.train())

    def test_text_shorter_than_a_window(self):
        self.write("data/valid.txt", "the cat\n" * 3)
        self.fail_with(1, ["data/valid.txt", "window"], *self.train())
        self.assertFalse(os.path.exists(self.path("model")))

    def test_word_list_with_duplicate_ids(self):
        self.write("words.tsv", "the\t0\na\t1\ncat\t1\n")
        self.fail_with(
            1, ["words.tsv", "line 3", "1"], *self.train("--set", "read_vocab_from_file=words.tsv")
        )

    def test_word_list_that_is_no_list(self):
        self.write("words.tsv", "just words\n")
        self.fail_with(
            1, ["words.tsv", "line 1"], *self.train("--set", "read_vocab_from_file=words.tsv")
        )


class Configuration(ProgramTest):
    def refuse(self, needles, *settings):
        arguments = [part for setting in settings for part in ("--set", setting)]
        return self.fail_with(
            2, needles, "train", "--config", "small.config", *arguments
        )

    def test_unknown_cell(self):
        self.refuse(["basic_cell", "LTSM", "LSTM, GRU"], "basic_cell=LTSM")

    def test_sizes_that_are_zero_negative_or_huge(self):
        for key in ("size", "embedding_size", "num_layers", "num_steps", "batch_size"):
            for value in ("0", "-3", "99999999999999"):
                if key == "embedding_size" and value == "0":
                    continue
                self.refuse([key, value], f"{key}={value}")

    def test_model_that_no_memory_can_hold(self):
        self.refuse(["--set: size is 900000", "memory"], "size=900000")
        outcome = self.run_program("train", "--config", "small.config", "--set", "size=900000",
                                   "--set", "dropout=2")
        self.assertEqual(outcome.code, 2, outcome)
        self.assertIn("size is 900000", outcome.err)
        self.assertIn("dropout is 2", outcome.err)
        self.assertFalse(os.path.exists(self.path("model")))

    def test_misspelt_required_key_is_named_beside_the_missing_one(self):
        write_config(self.path("odd.config"), save_path=None, save_pth="model")
        outcome = self.run_program("train", "--config", "odd.config")
        self.assertEqual(outcome.code, 2, outcome)
        self.assertIn("save_path is missing", outcome.err)
        self.assertIn("unknown key save_pth, did you mean 'save_path'?", outcome.err)

    def test_seed_that_is_no_natural_number(self):
        for seed in ("-1", "1.5", "x", str(2**64)):
            self.fail_with(2, ["--seed", seed], "train", "--config", "small.config",
                           f"--seed={seed}")
        self.assertFalse(os.path.exists(self.path("model")))

    def test_numbers_that_are_none(self):
        for key in ("learning_rate", "init_scale", "max_grad_norm", "lr_decay"):
            for value in ("0", "-1", "nan", "inf", "fast"):
                self.refuse([key], f"{key}={value}")

    def test_dropout_outside_its_range(self):
        for value in ("0", "1.01", "-0.5"):
            self.refuse(["dropout", value], f"dropout={value}")

    def test_time_step_outside_the_window(self):
        self.refuse(["time_step", "10", "num_steps"], "grad_interm=cell", "time_step=10",
                    "max_delay=3", "grad_dir=g")
        self.refuse(["time_step", "-1"], "grad_interm=cell", "time_step=-1")

    def test_max_delay_zero(self):
        self.refuse(["max_delay", "0"], "max_delay=0")

    def test_all_violations_come_at_once_with_their_lines(self):
        write_config(self.path("bad.config"), basic_cell="XYZ", size=-1, dropout=3)
        outcome = self.run_program("train", "--config", "bad.config")
        self.assertEqual(outcome.code, 2, outcome)
        for needle in ("bad.config:4", "bad.config:6", "bad.config:10", "XYZ", "-1", "3"):
            self.assertIn(needle, outcome.err)

    def test_unknown_key_in_a_file_is_a_warning_with_the_nearest(self):
        write_config(self.path("odd.config"), num_layer=2)
        outcome = self.succeed("train", "--config", "odd.config", "--set", "max_max_epoch=1")
        self.assertIn("num_layer", outcome.err)
        self.assertIn("num_layers", outcome.err)

    def test_unknown_key_in_set_is_an_error(self):
        self.refuse(["num_layer", "num_layers"], "num_layer=2")

    def test_missing_required_keys_are_both_named(self):
        write_config(self.path("bare.config"), save_path=None, data_path=None)
        outcome = self.run_program("train", "--config", "bare.config")
        self.assertEqual(outcome.code, 2, outcome)
        self.assertIn("save_path", outcome.err)
        self.assertIn("data_path", outcome.err)


class Model(ProgramTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()

    def refuse(self, needles):
        return self.fail_with(
            1, needles, "gradients", "--model", "model", "--format", "null", "--quiet"
        )

    def test_missing_model(self):
        shutil.rmtree(self.path("model"))
        self.refuse(["model"])

    def test_truncated_weights(self):
        data = self.read("model/model.safetensors")
        for size in (0, 5, 200, len(data) - 1):
            self.write("model/model.safetensors", data[:size])
            self.refuse(["model.safetensors"])

    def test_altered_weights(self):
        data = bytearray(self.read("model/model.safetensors"))
        start = 8 + struct.unpack("<Q", data[:8])[0]
        data[start + 3] ^= 0x02
        for i in range(start, len(data), 4):
            data[i + 3] ^= 0x01
        self.write("model/model.safetensors", bytes(data))
        self.refuse(["model.safetensors"])

    def test_weights_that_are_not_numbers(self):
        data = bytearray(self.read("model/model.safetensors"))
        data[-4:] = struct.pack("<f", float("nan"))
        self.write("model/model.safetensors", bytes(data))
        self.refuse(["model.safetensors"])

    def test_vocabulary_of_another_size(self):
        self.write("model/vocab.txt", self.read("model/vocab.txt") + b"more\n")
        self.refuse(["model"])

    def test_broken_description(self):
        self.write("model/model.json", '{"format":')
        self.refuse(["model.json"])

    def test_vocabulary_with_duplicates(self):
        lines = self.read("model/vocab.txt").split(b"\n")
        lines[1] = lines[0]
        self.write("model/vocab.txt", b"\n".join(lines))
        self.refuse(["vocab.txt"])

    def test_pretrained_embeddings_of_the_wrong_shape(self):
        os.mkdir(self.path("emb"))
        numpy.save(self.path("emb", "all.npy"), numpy.zeros((3, 5, 2), numpy.float32))
        self.write("emb/dict", "the\t0\na\t1\nwe\t2\n")
        self.fail_with(1, ["emb/all.npy"], "train", "--config", "small.config", "--set",
                       "save_path=other", "--set", "pretrained_embeddings=emb")

    def test_configuration_that_differs_from_the_model(self):
        self.fail_with(2, ["size", "7", "9"], "run", "--config", "small.config", "--notrain",
                       "--set", "size=9")

    def test_configuration_whose_defaults_differ_from_the_model(self):
        write_config(self.path("short.config"), dropout=None)
        needles = ["dropout is 0.5", "the default", "0.8"]
        self.fail_with(2, needles, "run", "--config", "short.config", "--notrain")
        self.fail_with(2, needles, "eval", "--config", "short.config")
        self.succeed("eval", "--model", "model", "--quiet")

    def test_another_save_path_beside_the_model_is_refused(self):
        self.fail_with(2, ["save_path=other", "--model"], "eval", "--model", "model", "--set",
                       "save_path=other")

    def test_model_folder_whose_name_has_a_blank(self):
        shutil.move(self.path("model"), self.path("my model"))
        self.succeed("eval", "--model", "my model", "--quiet")

    def test_save_path_that_cannot_hold_a_model_is_refused_before_work(self):
        self.write("precious", "x")
        os.remove(self.path("data", "train.txt"))
        for path, needle in (("precious", "is a file"), ("precious/model", "is a file"),
                             ("/proc/model", "cannot write")):
            for flags in ([], ["--overwrite"]):
                self.fail_with(1, [path.split("/model")[0], needle], "train", "--config",
                               "small.config", "--set", f"save_path={path}", *flags)
        self.assertEqual(self.read("precious"), b"x")


class Output(ProgramTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()

    def gradients(self, *arguments):
        return ("gradients", "--model", "model", "--max-delay", "3", "--quiet", *arguments)

    def test_output_folder_that_is_a_file(self):
        self.write("out", "precious")
        self.fail_with(1, ["out"], *self.gradients("--format", "npy", "--output", "out"))
        self.assertEqual(self.read("out"), b"precious")

    def test_output_below_a_file(self):
        self.write("out", "precious")
        self.fail_with(1, ["out"], *self.gradients("--format", "statistics", "--output", "out/x"))

    def test_read_only_place(self):
        self.fail_with(1, ["/proc"], *self.gradients("--format", "npy", "--output", "/proc/out"))

    def test_existing_output_is_kept_unless_overwrite_is_given(self):
        arguments = self.gradients("--format", "npy", "--time-step", "4", "--output", "out")
        self.succeed(*arguments)
        before = self.read("out/delay_0/0.npy")
        self.fail_with(1, ["out", "--overwrite"], *arguments)
        self.assertEqual(self.read("out/delay_0/0.npy"), before)
        self.succeed(*arguments, "--overwrite")
        self.assertEqual(self.read("out/delay_0/0.npy"), before)

    def with_file_limit(self, size):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        return limit

    def test_full_disk_leaves_no_partial_statistics(self):
        self.fail_with(
            1, ["out"], *self.gradients("--format", "statistics", "--output", "out"),
            preexec_fn=self.with_file_limit(2000),
        )
        self.assertEqual(self.files("out") if os.path.exists(self.path("out")) else [], [])

    def test_full_disk_leaves_only_whole_matrices(self):
        self.fail_with(
            1, ["out"], *self.gradients("--format", "npy", "--output", "out"),
            preexec_fn=self.with_file_limit(150),
        )
        for name in self.files("out"):
            self.assertNotIn("tmp", name)
            if name.endswith(".npy"):
                numpy.load(self.path("out", name))

    def test_full_disk_during_training_keeps_what_was_there(self):
        before = {name: self.read("model/" + name) for name in self.files("model")}
        self.fail_with(
            1, ["model"], "train", "--config", "small.config", "--overwrite", "--quiet",
            preexec_fn=self.with_file_limit(1000),
        )
        for name in ("model.safetensors", "best.safetensors", "vocab.txt", "model.json"):
            self.assertEqual(self.read("model/" + name), before[name], name)

    def test_standard_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [PROGRAM, "info", "model"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE
            )
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"standard output", done.stderr)


if __name__ == "__main__":
    unittest.main()
