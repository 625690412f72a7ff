# SPDX-License-Identifier: MIT
"""The analysis of a language whose memory is known: a cue fixes the word L words later, so it is
needed in the state up to delay L - 1, and of no use after that."""

import json
import os
import subprocess
import tempfile
import unittest

from program import PROGRAM

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CONFIG = os.path.join(ROOT, "configs", "demo.config")
LAGS = (2, 5, 9)
# 99 per cent of Student's t with nine degrees of freedom, both sides.
SURE = 3.25


class Language(unittest.TestCase):
    """A language, a model of it and its analysis, made once for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="stategrad-synthetic-")
        cls.addClassCleanup(cls.folder.cleanup)

    @classmethod
    def run_program(cls, *arguments):
        subprocess.run([PROGRAM, *arguments, "--quiet", "--threads", "1"], cwd=cls.folder.name,
                       stdout=subprocess.DEVNULL, check=True)

    @classmethod
    def analyze(cls, tags, *arguments):
        """The summary of an analysis with a class for each of these tags."""
        classes = [f"--tag-class={name}=data/demo/classes/{tag}" for name, tag in tags.items()]
        cls.run_program("analyze", "--model", "models/demo", "--text", "data/demo/valid.txt",
                        "--tags", "data/demo/tags.txt", *classes, "--sample", "400",
                        "-o", "results", *arguments)
        with open(os.path.join(cls.folder.name, "results", "summary.json"), encoding="utf-8") as file:
            return json.load(file)


class SyntheticLanguage(Language):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_program("synth", "-o", "data/demo")
        cls.run_program("train", "--config", CONFIG)
        summary = cls.analyze({**{f"cues {lag}": f"cues_{lag}" for lag in LAGS},
                               "fillers": "fillers"}, "--max-delay", "20")
        cls.classes = {c["name"]: {d["delay"]: d for d in c["delays"]}
                       for c in summary["states"][0]["classes"]}

    def measure(self, name, delay, measure="raw_leading_cross_validated"):
        found = self.classes[name][delay][measure]
        return found["estimate"], found["error"]

    def times_fillers(self, lag, delay):
        return self.measure(f"cues {lag}", delay)[0] / self.measure("fillers", delay)[0]

    def test_cues_are_stored_better_than_fillers_while_they_are_needed(self):
        for lag in LAGS:
            for delay in range(1, lag):
                for measure in ("raw_leading_cross_validated", "normalised_leading_cross_validated"):
                    cue, cue_error = self.measure(f"cues {lag}", delay, measure)
                    filler, filler_error = self.measure("fillers", delay, measure)
                    self.assertGreater(cue - filler, SURE * (cue_error**2 + filler_error**2) ** 0.5,
                                       f"{measure} of cues of lag {lag} at delay {delay}")

    def test_cues_are_forgotten_when_they_are_of_no_use_any_more(self):
        for lag in LAGS:
            last, after = self.measure(f"cues {lag}", lag - 1), self.measure(f"cues {lag}", lag + 1)
            self.assertLess(after[0] + SURE * after[1], 0.5 * (last[0] - SURE * last[1]))
            self.assertGreater(self.times_fillers(lag, lag - 1), self.times_fillers(lag, lag + 1))

    def test_what_is_stored_stands_above_the_noise(self):
        for lag in LAGS:
            found = self.classes[f"cues {lag}"][lag - 1]["raw_leading"]
            self.assertGreater(found["estimate"] - SURE * found["error"], found["noise"])

    def test_of_needed_cues_averaging_cancels_least(self):
        for lag in LAGS:
            cue, cue_error = self.measure(f"cues {lag}", lag - 1, "kept_by_mean")
            filler, filler_error = self.measure("fillers", lag - 1, "kept_by_mean")
            self.assertGreater(cue - filler, 2 * (cue_error**2 + filler_error**2) ** 0.5)


class OneLag(Language):
    """Cues that fix the word LAG words later, and nothing else to remember: a small model learns all
    of it."""

    LAG = 4

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        settings = ["size=32", "embedding_size=16", "max_epoch=3", "max_max_epoch=6"]
        cls.run_program("synth", "-o", "data/demo", "--lags", str(cls.LAG))
        cls.run_program("train", "--config", CONFIG,
                        *(word for setting in settings for word in ("--set", setting)))
        tags = {"cues": f"cues_{cls.LAG}", "fillers": "fillers", "a": f"cues_{cls.LAG}a",
                "b": f"cues_{cls.LAG}b", "frequent": "fillers_frequent", "rare": "fillers_rare"}
        summary = cls.analyze(tags, "--max-delay", "16", "--probe-sample", "0",
                              *(f"--difference={d}" for d in ("cues-fillers", "a-b", "frequent-rare")))
        cls.used = {u["class"]: [d["mean_norm"] for d in u["delays"]] for u in summary["used"]}
        cls.differences = {d["name"]: [delay["relative_memory"] for delay in d["delays"]]
                           for d in summary["differences"] if d["class"] == "all"}
        cls.chance = [d["chance"]["relative_memory"] for d in summary["differences"][0]["delays"]]

    def excess(self, delay):
        """How much more the gradients to cues are used than those to fillers, and its error."""
        cue, filler = self.used["cues"][delay], self.used["fillers"][delay]
        return (cue["estimate"] - filler["estimate"],
                (cue["error"] ** 2 + filler["error"] ** 2) ** 0.5)

    def test_cues_are_used_more_than_fillers_shortly_before_their_answer(self):
        excess, error = self.excess(self.LAG - 2)
        self.assertGreater(excess, SURE * error)

    def test_no_change_of_a_cue_makes_a_certain_answer_likelier(self):
        cue, filler = (self.used[name][self.LAG - 1]["estimate"] for name in ("cues", "fillers"))
        self.assertLess(cue, 0.2 * filler)

    def test_the_use_of_cues_falls_to_that_of_fillers_after_their_answer(self):
        largest = max(self.excess(delay)[0] for delay in range(1, self.LAG + 1))
        for delay in range(2 * self.LAG, 16):
            excess, error = self.excess(delay)
            self.assertLess(excess - SURE * error, 0.05 * largest, f"at delay {delay}")

    def test_what_tells_cues_apart_is_remembered_best_until_their_answer(self):
        for delay in range(self.LAG):
            fillers = self.differences["frequent-rare"][delay]
            for name in ("cues-fillers", "a-b"):
                cues = self.differences[name][delay]
                error = (cues["error"] ** 2 + fillers["error"] ** 2) ** 0.5
                self.assertGreater(cues["estimate"] - fillers["estimate"], SURE * error,
                                   f"{name} at delay {delay}")
                self.assertGreater(cues["estimate"] - SURE * cues["error"], self.chance[delay])

    def test_that_a_word_is_a_cue_is_forgotten_after_its_answer(self):
        needed = self.differences["cues-fillers"][self.LAG - 1]
        for delay in range(2 * self.LAG, 16):
            after = self.differences["cues-fillers"][delay]
            self.assertLess(after["estimate"] + SURE * after["error"],
                            0.7 * (needed["estimate"] - SURE * needed["error"]))


if __name__ == "__main__":
    unittest.main()
