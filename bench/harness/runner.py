# SPDX-License-Identifier: MIT
"""Asks the questions: for every case all answers, their comparison, then the times, one contender
after another."""

import contextlib
import json
import pathlib
import statistics
import subprocess
import tempfile

from harness.answers import compare
from harness.process import Worker, clean_environment
from harness.questions import TOLERANCE


class Runner:
    """Collects `results`, `skipped` and `peaks`, lists of rows for the report."""

    def __init__(self, build, stategrad, quick, say):
        self.peak_program = build / "bench" / "stategrad_peak"
        self.stategrad, self.quick, self.say = stategrad, quick, say
        self.results, self.skipped, self.peaks = [], [], []

    def ask(self, question, cases, wanted):
        """Every case of a question, the speed limit before and after."""
        threads = sorted({case["threads"] for case in cases})
        self.measure_peaks(question, threads)
        for case in cases:
            if question.contenders(case, wanted):
                with tempfile.TemporaryDirectory(prefix="stategrad-bench-") as folder:
                    self.ask_case(question, case, wanted, pathlib.Path(folder))
        self.measure_peaks(question, threads)
        self.set_percentages(question)

    def ask_case(self, question, case, wanted, folder):
        self.say(f"{question.name}: {case['name']}, {case['threads']} threads")
        (folder / "case").mkdir()
        case = {**question.module.prepare(case, folder / "case", self.stategrad),
                "program": str(self.stategrad.path)}
        with contextlib.ExitStack() as stack:
            workers, said, answers = {}, {}, {}
            for contender, environment, changes in self.entries(question, case):
                key = contender.name + (f" ({environment})" if environment else "")
                (folder / key).mkdir()
                file = question.folder / f"{contender.name}.py"
                worker = stack.enter_context(Worker(file, case, changes, folder / key))
                message, arrays = worker.answer()
                if arrays is None:
                    self.skip(question, case, key, message["missing"])
                    continue
                workers[key] = contender, environment, worker
                said[key], answers[key] = message, arrays
            differences = compare(answers, {
                key: message["tolerance"] or TOLERANCE for key, message in said.items()})
            for key, (contender, environment, worker) in workers.items():
                if wanted is None or contender.name in wanted:
                    row = self.row(question, case, contender, environment)
                    row["flops_per_unit"] = said[key]["flops"]
                    row["largest_difference"] = differences[key]
                    self.add(row, worker.measure())

    def entries(self, question, case):
        """(contender, environment, its changes); quick runs take the first environment alone."""
        for contender in question.contenders(case):
            environments = list(contender.environments.items())
            for name, changes in environments[: 1 if self.quick else None]:
                yield contender, name, changes

    def skip(self, question, case, key, reason):
        self.say(f"  {key}: skipped, {reason}")
        self.skipped.append({"question": question.name, "case": case["name"], "contender": key,
                             "reason": reason})

    @staticmethod
    def row(question, case, contender, environment):
        # Where the files of this run were is nobody's business later.
        sizes = {k: v for k, v in case.items()
                 if isinstance(v, (int, float)) or k in ("cell", "given_model", "given_text")}
        return {"question": question.name, "case": case["name"], "sizes": sizes,
                "contender": contender.name, "about": contender.about, "environment": environment,
                "threads": case["threads"], "unit": case["unit"]}

    def add(self, row, seconds):
        """Completes a row: samples are seconds per unit of work."""
        value = {"ms/word": lambda s: 1e3 * s, "words/s": lambda s: 1 / s}[row["unit"]]
        row["samples"] = [value(s) for s in seconds]
        row["median"] = statistics.median(row["samples"])
        row["lowest"], row["highest"] = min(row["samples"]), max(row["samples"])
        row["gflops"] = None
        if row["flops_per_unit"] is not None:
            row["gflops"] = 1e-9 * row["flops_per_unit"] / statistics.median(seconds)
        self.results.append(row)
        name = row["contender"] + (f" ({row['environment']})" if row["environment"] else "")
        self.say(f"  {name}: {row['median']:.4g} {row['unit']}")

    def measure_peaks(self, question, threads):
        size, seconds = (64, 0) if self.quick else (2048, 1)
        for count in threads:
            done = subprocess.run(
                [self.peak_program, "--threads", str(count), "--size", str(size), "--seconds",
                 str(seconds)],
                stdout=subprocess.PIPE, text=True, check=True, env=clean_environment({}),
            )
            self.peaks.append({"question": question.name, **json.loads(done.stdout)})

    def set_percentages(self, question):
        """Of the median product with as many threads, before and after the question."""
        for row in self.results:
            if row["question"] != question.name:
                continue
            peak = statistics.median(
                value for p in self.peaks for value in p["gflops"]
                if p["question"] == question.name and p["threads"] == row["threads"])
            row["peak_gflops"] = peak
            row["percent_of_peak"] = row["gflops"] and 100 * row["gflops"] / peak
