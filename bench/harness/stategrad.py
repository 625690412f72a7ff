# SPDX-License-Identifier: MIT
"""The program under test."""

import json
import subprocess


class Stategrad:
    """Runs commands of the program; a failure is a RuntimeError with what it said."""

    def __init__(self, path):
        self.path = path

    def run(self, *arguments):
        command = [str(self.path), *map(str, arguments)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def table(self, *arguments):
        """The rows that a command prints."""
        return json.loads(self.run(*arguments, "--json", "--quiet"))

    def train(self, settings, threads, seed=1):
        """Trains as a dict of configuration keys says; a row per epoch."""
        path = f"{settings['save_path']}.config"
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(f"{key} {value}\n" for key, value in settings.items()))
        return self.table("train", "--config", path, "--threads", threads, "--seed", seed,
                          "--overwrite")
