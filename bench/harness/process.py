# SPDX-License-Identifier: MIT
"""The other end of worker.py."""

import json
import os
import pathlib
import subprocess
import sys

import numpy

WORKER = pathlib.Path(__file__).with_name("worker.py")
# Settings of the caller's environment that would make "default" something else.
CLEARED = ("OMP_", "GOMP_", "OPENBLAS_", "GOTO_", "MKL_", "BLIS_", "MALLOC_", "GLIBC_TUNABLES",
           "ATEN_", "LD_PRELOAD")


def clean_environment(changes):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(CLEARED)}
    return {**kept, **changes, "PYTHONDONTWRITEBYTECODE": "1"}


class Worker:
    """A contender in a process of its own, for one case and environment. A context manager: the
    process ends with it."""

    def __init__(self, contender_file, case, environment, folder):
        case_file = folder / "case.json"
        case_file.write_text(json.dumps(case), encoding="utf-8")
        self._answer_file = folder / "answer.npz"
        self._errors = open(folder / "errors.txt", "w+", encoding="utf-8")
        threads = str(case["threads"])
        self._process = subprocess.Popen(
            [sys.executable, WORKER, contender_file, case_file, self._answer_file],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True,
            env=clean_environment(
                {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, **environment}),
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def _read(self):
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise RuntimeError(f"{' '.join(map(str, self._process.args[2:4]))} failed:\n"
                               f"{self._errors.read().strip()}")
        return json.loads(line)

    def answer(self):
        """(what worker.py says, the arrays or None if it cannot take part)."""
        said = self._read()
        if "missing" in said:
            return said, None
        with numpy.load(self._answer_file) as arrays:
            return said, dict(arrays)

    def measure(self):
        """The samples."""
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return self._read()["samples"]
