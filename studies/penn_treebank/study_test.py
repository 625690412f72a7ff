# SPDX-License-Identifier: MIT
"""The study on a small text: every step, and again, when nothing is left to do."""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import pathlib
import random
import sys
import tempfile
import unittest
import unittest.mock

STUDY = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(STUDY))
sys.dont_write_bytecode = True

loader = importlib.machinery.SourceFileLoader("study_run", str(STUDY / "run"))
study_run = importlib.util.module_from_spec(importlib.util.spec_from_loader("study_run", loader))
loader.exec_module(study_run)

from memory_tables import holm  # noqa: E402

FREQUENT = {"cat": "NN", "cats": "NNS", "dog": "NN"}
# More words than an embedding has numbers, as whitening needs.
RARE = {f"thing{i}": "NN" if i % 2 else "NNS" for i in range(80)}


class StudyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="stategrad-study-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data, self.output = self.folder / "data", self.folder / "out"
        self.data.mkdir()
        lexicon = "".join(f"{word}\t['{tag}']\n" for word, tag in {**FREQUENT, **RARE}.items())
        (self.data / "ptb_words+pos.txt").write_text(lexicon, encoding="utf-8")

    def write_texts(self, **words):
        draw = random.Random(1)
        for name, count in words.items():
            words = [draw.choice(list(FREQUENT if draw.random() < 0.7 else RARE))
                     for _ in range(count)]
            text = "".join(word + draw.choice((" ", " ", " ", "\n")) for word in words)
            (self.data / f"{name}.txt").write_text(text + "\n", encoding="utf-8")

    def run_study(self, *arguments):
        """Exit code, and what it printed on standard output and standard error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            with unittest.mock.patch.multiple("steps", MAX_DELAY=4, PROBE_SAMPLE=300):
                code = study_run.main(
                    ["--data", str(self.data), "-o", str(self.output), "--program",
                     os.environ["STATEGRAD_PROGRAM"], "--epochs", "1", "--threads", "1", *arguments])
        return code, out.getvalue(), err.getvalue()

    def make_tables(self, *arguments):
        """What is printed; the second time nothing is left to do."""
        code, printed, told = self.run_study(*arguments)
        self.assertEqual(code, 0, told)
        self.assertEqual(self.run_study(*arguments), (0, printed, ""))
        return printed

    def test_tells_what_is_remembered(self):
        self.write_texts(train=3000, valid=2100, test=300)
        printed = self.make_tables("--only", "lstm")
        for title in ("Models", "Learning curve of lstm", "Spectrum over delays: lstm",
                      "Laws of decay: lstm", "Frequency: lstm", "Kinds of words: lstm",
                      "Relative memory of difference vectors: lstm", "Directions in common: lstm",
                      "Used gradients, mean norm: lstm"):
            self.assertIn(f"### {title}", printed)

    def test_compares_the_models_that_it_analyses(self):
        self.write_texts(train=3000, valid=2100, test=300)
        printed = self.make_tables("--only", "rnn-50", "--only", "lstm", "--step", "train",
                                   "--step", "analyze", "--step", "tables")
        for title in ("Memory of the models", "Rare against frequent words in the models",
                      "Kinds of words in the models", "Linear validity in the models"):
            self.assertRegex(printed, f"### {title}[^#]*\n\\| lstm, cell[^#]*\n\\| rnn-50, hidden")
        self.assertRegex(printed, r"### Directions in common of the models[^#]*\n\| rnn-50, hidden "
                                  r"state, and lstm ")
        self.assertRegex(printed, r"### Directions in common: rnn-50[^#]*\n\| with lstm ")

    def test_a_model_of_a_share_of_the_text_reads_its_first_lines(self):
        self.write_texts(train=36000, valid=8400, test=300)
        printed = self.make_tables("--only", "lstm-128-quarter", "--step", "train", "--step", "tables")
        self.assertIn("first 1/4 of the text", printed)
        whole = (self.data / "train.txt").read_bytes()
        part = (self.output / "text" / "first-of-4" / "train.txt").read_bytes()
        self.assertTrue(whole.startswith(part))
        self.assertEqual(part.count(b"\n"), whole.count(b"\n") // 4)

    @unittest.skipUnless(importlib.util.find_spec("torch"), "needs PyTorch")
    def test_trains_beside_pytorch(self):
        self.write_texts(train=9000, valid=8400, test=300)
        printed = self.make_tables("--only", "gru", "--step", "train", "--step", "pytorch",
                                   "--step", "tables")
        self.assertRegex(printed, r"Perplexities beside PyTorch's\n\n.*\n.*\n\| gru, epoch 1 ")

    def test_names_what_is_missing(self):
        self.write_texts(train=100, valid=100)
        told = io.StringIO()
        with self.assertRaises(SystemExit) as exit, contextlib.redirect_stderr(told):
            study_run.main(["--data", str(self.data), "--program", sys.executable])
        self.assertEqual(exit.exception.code, 2)
        self.assertIn("test.txt", told.getvalue())


class Holm(unittest.TestCase):
    def test_corrects_as_in_a_worked_example(self):
        for found, wanted in zip(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02]):
            self.assertAlmostEqual(found, wanted)


if __name__ == "__main__":
    unittest.main()
