# SPDX-License-Identifier: MIT
"""The demo's model learns the demo's language, and remembers for as long as the language needs it."""

import json
import os
import unittest

from program import ProgramTest

CONFIG = os.path.join(os.path.dirname(__file__), "..", "..", "configs", "demo.config")


class Demo(ProgramTest):
    def test_model_comes_within_five_per_cent_of_the_language_and_forgets_after_the_lags(self):
        rows = json.loads(self.succeed("synth", "-o", "data/demo", "--quiet", "--json").out)
        own = {row["split"]: row["perplexity"] for row in rows}
        self.succeed("train", "--config", CONFIG, "--quiet")
        reached = json.loads(self.succeed("eval", "--config", CONFIG, "--quiet", "--json").out)[0]
        self.assertLess(reached["perplexity"], 1.05 * own["test"])
        # The language's perplexity is a bound but for what chance allows on so many words.
        self.assertGreater(reached["perplexity"], 0.99 * own["test"])

        text = self.read("data/demo/test.txt").splitlines(keepends=True)
        self.write("part.txt", b"".join(text[:200]))
        self.succeed("gradients", "--config", CONFIG, "--text", "part.txt", "--format",
                     "statistics", "--quiet")
        delays = json.loads(self.succeed("info", "gradients/demo/statistics.h5", "--json").out)
        norm = [row["root_mean_square_norm"] for row in delays]
        # The last use of a cue of lag 9 is in the state that predicts its answer: at delay 8.
        self.assertGreater(norm[8], 0.05 * norm[0])
        self.assertLess(norm[12] / norm[8], norm[8] / norm[4])
        self.assertLess(norm[19], 0.25 * norm[8])


if __name__ == "__main__":
    unittest.main()
