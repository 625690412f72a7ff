# SPDX-License-Identifier: MIT
"""A training that is interrupted or killed goes on to the same weights, bit for bit."""

import os
import signal
import subprocess
import time
import unittest

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


if __name__ == "__main__":
    unittest.main()
