# SPDX-License-Identifier: MIT
"""What the tests of the command line share: the program, a small corpus, a small trained model."""

import atexit
import functools
import os
import random
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["STATEGRAD_PROGRAM"]

CONFIG = {
    "save_path": "model",
    "log_dir": "logs",
    "data_path": "data",
    "basic_cell": "LSTM",
    "num_layers": 1,
    "size": 7,
    "embedding_size": 5,
    "num_steps": 10,
    "batch_size": 4,
    "dropout": 0.8,
    "max_epoch": 2,
    "max_max_epoch": 2,
}


class Outcome:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode("utf-8")
        self.err = done.stderr.decode("utf-8")

    def __repr__(self):
        return f"exit code {self.code}\nstdout: {self.out}\nstderr: {self.err}"


def sentences(count, seed):
    """Lines in which the second word depends on the first."""
    draw = random.Random(seed)
    follow = {"the": ["cat", "dog", "Äpfel"], "a": ["cat", "dog"], "we": ["sleep", "run", "eat"]}
    lines = []
    for _ in range(count):
        words = []
        for _ in range(draw.randint(1, 4)):
            first = draw.choice(list(follow))
            words += [first, draw.choice(follow[first])]
        lines.append(" ".join(words))
    return lines


def write_corpus(folder):
    os.makedirs(folder)
    for name, count, seed in (("train", 220, 1), ("valid", 60, 2), ("test", 50, 3)):
        with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in sentences(count, seed)))


def write_config(path, **changes):
    values = {**CONFIG, **changes}
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(f"{k} {v}\n" for k, v in values.items() if v is not None))


class ProgramTest(unittest.TestCase):
    """Every test runs in an empty folder that holds the small corpus and small.config."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="stategrad-cli-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        write_corpus(self.path("data"))
        write_config(self.path("small.config"))

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, content):
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        with open(self.path(name), "wb") as file:
            file.write(data)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def run_program(self, *arguments, **options):
        environment = {**os.environ, **options.pop("environment", {})}
        return Outcome(
            subprocess.run(
                [PROGRAM, *map(str, arguments)],
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                timeout=300,
                **options,
            )
        )

    def succeed(self, *arguments, **options):
        outcome = self.run_program(*arguments, **options)
        self.assertEqual(outcome.code, 0, f"{arguments}: {outcome}")
        return outcome

    def fail_with(self, code, needles, *arguments, **options):
        """The command fails with this code, one line on standard error that holds all needles."""
        outcome = self.run_program(*arguments, **options)
        self.assertEqual(outcome.code, code, f"{arguments}: {outcome}")
        messages = [l for l in outcome.err.splitlines() if l.startswith("stategrad: ")]
        self.assertEqual(len(messages), 1, f"{arguments}: {outcome}")
        for needle in needles:
            self.assertIn(needle, outcome.err, f"{arguments}: {outcome}")
        self.assertNotIn("internal error", outcome.err)
        return outcome

    def files(self, folder="."):
        """Every file below a folder, as sorted relative names."""
        found = []
        for base, _, names in os.walk(self.path(folder)):
            found += [os.path.relpath(os.path.join(base, n), self.path(folder)) for n in names]
        return sorted(found)

    def use_trained_model(self, name="model"):
        shutil.copytree(trained_model(), self.path(name))


@functools.lru_cache(maxsize=1)
def trained_model():
    """The model of small.config, trained once for all tests of a process."""
    folder = tempfile.mkdtemp(prefix="stategrad-cli-model-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    write_corpus(os.path.join(folder, "data"))
    write_config(os.path.join(folder, "small.config"))
    subprocess.run(
        [PROGRAM, "train", "--config", "small.config", "--quiet"], cwd=folder, check=True
    )
    return os.path.join(folder, "model")
