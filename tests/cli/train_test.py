# SPDX-License-Identifier: MIT
"""`stategrad train`, what it leaves behind, and `eval` and `info` on it."""

import csv
import io
import json
import math
import os
import shutil
import stat
import subprocess
import unittest

import numpy

from program import ProgramTest


class Train(ProgramTest):
    def train(self, *arguments):
        return self.succeed("train", "--config", "small.config", *arguments)

    def test_leaves_a_whole_model_directory(self):
        self.train()
        self.assertEqual(
            self.files("model"),
            ["best.safetensors", "labels.tsv", "metrics.csv", "model.json", "model.safetensors",
             "vocab.txt"],
        )
        rows = list(csv.DictReader(io.StringIO(self.read("model/metrics.csv").decode())))
        self.assertEqual([row["epoch"] for row in rows], ["1", "2"])
        self.assertEqual(
            list(rows[0]),
            ["epoch", "learning_rate", "train_perplexity", "valid_perplexity",
             "tokens_per_second", "seconds"],
        )
        description = json.loads(self.read("model/model.json"))
        self.assertEqual(self.read("model/labels.tsv"), self.read("model/vocab.txt"))
        self.assertIn("LSTM", json.dumps(description))

    def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(self):
        weights = []
        for name, seed in (("a", 3), ("b", 3), ("c", 4)):
            self.train("--seed", seed, "--set", f"save_path={name}", "--quiet")
            weights.append(self.read(f"{name}/model.safetensors"))
        self.assertEqual(weights[0], weights[1])
        self.assertNotEqual(weights[0], weights[2])

    def test_quiet_prints_nothing_on_standard_error(self):
        self.assertEqual(self.train("--quiet").err, "")

    def test_every_cell_optimizer_and_softmax_trains(self):
        for number, settings in enumerate((
            ["basic_cell=GRU"],
            ["basic_cell=GRU", "reset_after=True", "num_layers=2"],
            ["basic_cell=RNN", "optimizer=adam", "learning_rate=0.01"],
            ["optimizer=adagrad", "learning_rate=0.1", "dtype=float64"],
            ["softmax=sampled", "vocab_size=0", "num_layers=3"],
            ["trainer=earlyStopping", "early_stop=1", "max_max_epoch=8"],
        )):
            path = f"model_{number}"
            options = [part for s in [*settings, f"save_path={path}"] for part in ("--set", s)]
            if "softmax=sampled" in settings:
                # 32 negatives need more words than the small corpus has.
                self.write("words.tsv", "".join(f"word{i}\t{i}\n" for i in range(60)))
                options += ["--set", "read_vocab_from_file=words.tsv"]
            self.train("--quiet", *options)
            rows = list(csv.DictReader(io.StringIO(self.read(f"{path}/metrics.csv").decode())))
            self.assertTrue(all(math.isfinite(float(r["valid_perplexity"])) for r in rows))
            self.succeed("check-gradients", "--model", path, "--quiet")

    def test_diverged_training_stops_and_says_so(self):
        self.fail_with(1, ["epoch"], "train", "--config", "small.config", "--set",
                       "learning_rate=1e30", "--set", "max_grad_norm=1e30", "--quiet")

    def test_existing_model_needs_overwrite(self):
        self.use_trained_model()
        self.fail_with(1, ["model", "--overwrite"], "train", "--config", "small.config")
        self.fail_with(2, ["--resume", "--overwrite"], "train", "--config", "small.config",
                       "--resume", "--overwrite")
        self.train("--overwrite", "--quiet")

    def test_resume_without_anything_to_resume_is_an_error(self):
        self.fail_with(1, ["model"], "train", "--config", "small.config", "--resume")


class Eval(ProgramTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()

    def test_any_text_by_model_or_by_configuration(self):
        by_model = self.succeed("eval", "--model", "model", "--text", "data/test.txt", "--json")
        by_config = self.succeed(
            "eval", "--config", "small.config", "--text", "data/test.txt", "--json"
        )
        self.assertEqual(by_model.out, by_config.out)
        row = json.loads(by_model.out)[0]
        test_line = self.succeed(
            "run", "--config", "small.config", "--notrain", "--novalid", "--quiet"
        ).out
        self.assertEqual(row["perplexity"], float(test_line.split(": ")[1]))

    def test_per_word_adds_up_to_the_perplexity(self):
        out = self.succeed("eval", "--model", "model", "--text", "data/valid.txt", "--per-word",
                           "words.tsv", "--json").out
        row = json.loads(out)[0]
        lines = [line.split("\t") for line in self.read("words.tsv").decode().splitlines()]
        vocabulary = self.read("model/vocab.txt").decode().split("\n")
        for word, number, value in lines:
            self.assertEqual(vocabulary[int(number)], word)
            self.assertLessEqual(float(value), 0)
        self.assertEqual(len(lines), row["predictions"])
        mean = sum(float(line[2]) for line in lines) / len(lines)
        self.assertAlmostEqual(10 ** -mean, row["perplexity"], places=9)

    def test_unknown_words_are_counted(self):
        self.write("odd.txt", "the zebra sleep\nthe gnu run\n")
        row = json.loads(
            self.succeed("eval", "--model", "model", "--text", "odd.txt", "--json").out
        )[0]
        self.assertEqual(row["unknown"], 2)

    def test_best_weights_can_be_chosen(self):
        self.succeed("eval", "--model", "model", "--weights", "best")
        self.fail_with(2, ["--weights"], "eval", "--model", "model", "--weights", "first")

    def test_model_or_config_must_be_given(self):
        self.fail_with(2, ["--model", "--config"], "eval")


    def test_per_word_may_be_written_to_a_pipe_or_through_a_link(self):
        self.write("real.tsv", "old")
        os.symlink("real.tsv", self.path("link.tsv"))
        os.mkfifo(self.path("pipe"))
        with subprocess.Popen(["cat", "pipe"], cwd=self.folder, stdout=subprocess.PIPE) as reader:
            self.succeed("eval", "--model", "model", "--per-word", "pipe")
            piped = reader.stdout.read()
        self.succeed("eval", "--model", "model", "--per-word", "link.tsv")
        self.assertEqual(piped, self.read("real.tsv"))
        self.assertIn(b"\t", piped)
        self.assertTrue(os.path.islink(self.path("link.tsv")))
        self.assertTrue(stat.S_ISFIFO(os.stat(self.path("pipe")).st_mode))

    def test_text_whose_name_is_no_utf8_is_told_as_json(self):
        name = b"m\xe4rchen.txt"
        shutil.copy(self.path("data", "test.txt"), os.path.join(os.fsencode(self.folder), name))
        out = self.succeed("eval", "--model", "model", "--text", os.fsdecode(name), "--json").out
        self.assertEqual(json.loads(out)[0]["text"], "m\ufffdrchen.txt")

    def test_summary_tells_time_memory_and_seed(self):
        end = r"in \d+ s, peak memory [\d.]+ [kM]B, seed 1$"
        for command, counts in (
            (("eval", "--model", "model"), r"[\d,]+ words \(0 unknown\)"),
            (("embeddings", "--model", "model", "-o", "emb.npy"), r"\d+ embeddings of 5 dimensions"),
            (("train", "--config", "small.config", "--overwrite"), r"[\d,]+ words trained on"),
            (("check-gradients", "--model", "model"), r"[\d,]+ state gradients of \d+ words compared"),
            (("synth", "-o", "synth", "--words", "1000"), r"[\d,]+ words"),
            (("prepare", "data/train.txt", "-o", "prepared"), r"[\d,]+ words \(.* kept, 0 unknown\)"),
            (("man", "-o", "man"), r"\d+ pages"),
        ):
            self.assertRegex(self.succeed(*command).err.splitlines()[-1], f"^{counts} {end}")
            if command[0] in ("synth", "prepare"):
                command += ("--overwrite",)
            self.assertEqual(self.succeed(*command, "--quiet").err, "")


class Embeddings(ProgramTest):
    def test_matrix_and_words(self):
        self.use_trained_model()
        self.succeed("embeddings", "--model", "model", "-o", "emb.npy", "--dict", "dict")
        matrix = numpy.load(self.path("emb.npy"))
        words = [line.split("\t") for line in self.read("dict").decode().splitlines()]
        self.assertEqual(matrix.shape, (len(words), 5))
        self.assertEqual([int(number) for _, number in words], list(range(len(words))))
        vocabulary = self.read("model/vocab.txt").decode().splitlines()
        self.assertEqual([word for word, _ in words], vocabulary)


class Info(ProgramTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()

    def test_describes_every_kind_of_file_that_the_program_writes(self):
        self.succeed("gradients", "--model", "model", "--format", "npz,hdf5,statistics",
                     "--windowed", "--time-step", "4", "--max-delay", "3", "-o", "out", "--quiet")
        found = self.files("out")
        self.assertTrue(any(name.endswith(".npz") for name in found), found)
        self.assertEqual(sum(name.endswith(".h5") for name in found), 2, found)
        for name in ["model", "model/model.safetensors"] + ["out/" + n for n in found]:
            if name.endswith("mapping.txt"):
                continue
            outcome = self.succeed("info", name)
            self.assertGreater(len(outcome.out), 20, name)

    def test_refuses_what_it_does_not_know_and_what_is_damaged(self):
        self.write("letter.txt", "Dear Sir or Madam")
        self.write("empty.npy", b"")
        self.write("short.npy", b"\x93NUMPY\x01\x00v\x00{'descr'")
        self.write("short.h5", b"\x89HDF\r\n\x1a\n" + bytes(20))
        self.write("short.npz", b"PK\x03\x04" + bytes(9))
        for name in ("letter.txt", "empty.npy", "short.npy", "short.h5", "short.npz", "absent"):
            self.fail_with(1, [name], "info", name)

    def test_prints_the_instruction_set_in_use(self):
        self.assertIn("scalar", self.succeed("info", environment={"STATEGRAD_ISA": "scalar"}).out)
        self.fail_with(2, ["STATEGRAD_ISA", "z80"], "info", environment={"STATEGRAD_ISA": "z80"})


if __name__ == "__main__":
    unittest.main()
