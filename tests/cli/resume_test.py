# SPDX-License-Identifier: MIT
"""A training that is interrupted or killed goes on to the same weights, bit for bit."""

import os
import signal
import subprocess
import time
import unittest

import numpy

from program import PROGRAM, ProgramTest, write_config


class Resume(ProgramTest):
    def setUp(self):
        super().setUp()
        # Long enough to be caught in the middle on a fast machine.
        write_config(self.path("long.config"), size=48, embedding_size=24, max_max_epoch=30,
                     optimizer="adam", learning_rate=0.003, num_steps=5)

    def command(self, name, *arguments):
        return [PROGRAM, "train", "--config", "long.config", "--threads", "2", "--quiet", "--set",
                f"save_path={name}", *arguments]

    def weights(self, name):
        return {file: self.read(f"{name}/{file}")
                for file in ("model.safetensors", "best.safetensors", "vocab.txt")}

    def metrics(self, name):
        return [line.split(b",")[:4] for line in self.read(f"{name}/metrics.csv").splitlines()]

    def epochs(self, name):
        try:
            return self.read(f"{name}/metrics.csv").count(b"\n") - 1
        except FileNotFoundError:
            return -1

    def stop_after_epoch(self, process, name, epoch, sign):
        deadline = time.monotonic() + 120
        while self.epochs(name) < epoch and process.poll() is None:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.002)
        process.send_signal(sign)
        _, err = process.communicate(timeout=120)
        return process.returncode, err.decode()

    def start(self, *command):
        return subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)

    def test_interrupted_and_killed_trainings_resume_to_the_same_bytes(self):
        subprocess.run(self.command("whole"), cwd=self.folder, check=True,
                       stdout=subprocess.DEVNULL)
        for name, sign in (("interrupted", signal.SIGINT), ("terminated", signal.SIGTERM),
                           ("killed", signal.SIGKILL)):
            stops = 0
            for epoch in (2, 9, 17):
                arguments = ["--resume"] if epoch > 2 else []
                process = self.start(*self.command(name, *arguments))
                code, err = self.stop_after_epoch(process, name, epoch, sign)
                if code == 0:
                    break
                stops += 1
                if sign == signal.SIGKILL:
                    self.assertEqual(code, -signal.SIGKILL)
                else:
                    self.assertEqual(code, 130, err)
                    self.assertIn("--resume", err)
            self.assertGreater(stops, 0, "the training was over before it could be stopped")
            if code != 0:
                subprocess.run(self.command(name, "--resume"), cwd=self.folder, check=True,
                               stdout=subprocess.DEVNULL)
            self.assertEqual(self.weights(name), self.weights("whole"), name)
            self.assertEqual(self.metrics(name), self.metrics("whole"), name)
            self.assertEqual(self.files(name), self.files("whole"), name)

    def test_unfinished_model_asks_for_resume_or_overwrite(self):
        process = self.start(*self.command("model"))
        code, _ = self.stop_after_epoch(process, "model", 1, signal.SIGINT)
        self.assertEqual(code, 130)
        self.fail_with(1, ["--resume"], *self.command("model")[1:])
        self.fail_with(1, ["learning_rate", "0.5"], *self.command("model", "--resume")[1:],
                       "--set", "learning_rate=0.5")

    def resume_equals_whole(self, first, *settings):
        """A training begun with the options `first` goes on without them to the same bytes."""
        settings = [*settings, "--set", "max_max_epoch=9"]
        whole, part = self.command("whole", *settings)[1:], self.command("part", *settings)
        self.succeed(*whole, *first)
        code, err = self.stop_after_epoch(self.start(*part, *first), "part", 2, signal.SIGINT)
        self.assertEqual(code, 130, err)
        self.succeed(*part[1:], "--resume")
        self.assertEqual(self.weights("part"), self.weights("whole"))

    def test_seed_need_not_be_repeated(self):
        self.resume_equals_whole(["--seed", "5"])

    def test_seed_need_not_be_repeated_for_a_random_training(self):
        self.resume_equals_whole(["--seed", "5"], "--set", "random=True")

    def test_another_seed_is_refused(self):
        process = self.start(*self.command("model", "--seed", "5"))
        code, err = self.stop_after_epoch(process, "model", 1, signal.SIGINT)
        self.assertEqual(code, 130, err)
        self.fail_with(1, ["seed was 5 and is 6 now"],
                       *self.command("model", "--resume", "--seed", "6")[1:])

    def test_size_of_pretrained_embeddings_need_not_be_given(self):
        os.mkdir(self.path("emb"))
        words = ["the", "a", "we", "cat", "dog", "sleep", "</s>"]
        self.write("emb/dict", "".join(f"{word}\t{i}\n" for i, word in enumerate(words)))
        rows = numpy.random.default_rng(1).uniform(-0.1, 0.1, (len(words), 9))
        numpy.save(self.path("emb/all.npy"), rows.astype(numpy.float32))
        settings = ["--set", "pretrained_embeddings=emb", "--set", "embedding_size="]
        process = self.start(*self.command("model", *settings))
        code, err = self.stop_after_epoch(process, "model", 1, signal.SIGINT)
        self.assertEqual(code, 130, err)
        self.fail_with(1, ["unfinished training of this configuration", "--resume"],
                       *self.command("model", *settings)[1:])
        self.succeed(*self.command("model", *settings)[1:], "--resume")


if __name__ == "__main__":
    unittest.main()
