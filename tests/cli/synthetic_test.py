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
LAGS = (2, 5, 9)


class SyntheticLanguage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="stategrad-synthetic-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.run_program("synth", "-o", "data/demo")
        config = os.path.join(ROOT, "configs", "demo.config")
        cls.run_program("train", "--config", config)
        classes = [f"--tag-class=cues {lag}=data/demo/classes/cues_{lag}" for lag in LAGS]
        cls.run_program("analyze", "--config", config, "--tags", "data/demo/tags.txt", *classes,
                        "--tag-class=fillers=data/demo/classes/fillers", "--sample", "400",
                        "-o", "results")
        with open(os.path.join(cls.folder.name, "results", "summary.json"), encoding="utf-8") as file:
            classes = json.load(file)["states"][0]["classes"]
        cls.classes = {c["name"]: {d["delay"]: d for d in c["delays"]} for c in classes}

    @classmethod
    def run_program(cls, *arguments):
        subprocess.run([PROGRAM, *arguments, "--quiet", "--threads", "1"], cwd=cls.folder.name,
                       stdout=subprocess.DEVNULL, check=True)

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
                    # 3.25: 99 per cent of Student's t with nine degrees of freedom, both sides.
                    self.assertGreater(cue - filler, 3.25 * (cue_error**2 + filler_error**2) ** 0.5,
                                       f"{measure} of cues of lag {lag} at delay {delay}")

    def test_cues_are_forgotten_when_they_are_of_no_use_any_more(self):
        for lag in LAGS:
            last, after = self.measure(f"cues {lag}", lag - 1), self.measure(f"cues {lag}", lag + 1)
            self.assertLess(after[0] + 3.25 * after[1], 0.5 * (last[0] - 3.25 * last[1]))
            self.assertGreater(self.times_fillers(lag, lag - 1), self.times_fillers(lag, lag + 1))

    def test_what_is_stored_stands_above_the_noise(self):
        for lag in LAGS:
            found = self.classes[f"cues {lag}"][lag - 1]["raw_leading"]
            self.assertGreater(found["estimate"] - 3.25 * found["error"], found["noise"])

    def test_of_needed_cues_averaging_cancels_least(self):
        for lag in LAGS:
            cue, cue_error = self.measure(f"cues {lag}", lag - 1, "kept_by_mean")
            filler, filler_error = self.measure("fillers", lag - 1, "kept_by_mean")
            self.assertGreater(cue - filler, 2 * (cue_error**2 + filler_error**2) ** 0.5)


if __name__ == "__main__":
    unittest.main()
