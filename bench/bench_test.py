# SPDX-License-Identifier: MIT
"""bench/run at tiny sizes: contenders agree, the report is whole. No test looks at times."""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

import numpy

from harness import answers, corpus, questions, report, runner, stategrad

BENCH = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ["STATEGRAD_BUILD"])


def run(*arguments):
    return subprocess.run(
        [sys.executable, BENCH / "run", "--build", BUILD, *arguments], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, check=False,
    )


class QuickRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="stategrad-bench-test-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        done = run("--quick", "-o", cls.folder, "--markdown", cls.folder / "table.md")
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.out = done.stdout
        cls.report = json.loads((cls.folder / "results.json").read_text(encoding="utf-8"))

    def test_says_what_was_measured_where(self):
        self.assertEqual(self.report["format"], "stategrad benchmark")
        self.assertEqual(self.report["version"], 1)
        self.assertTrue(self.report["quick"])
        machine = self.report["machine"]
        for key in ("date", "processor", "cores", "system", "threads", "load_before", "torch"):
            self.assertIsNotNone(machine[key], key)
        self.assertIn("CMAKE_CXX_FLAGS", machine["flags"])
        self.assertIn("instruction_set", machine["program"])
        self.assertEqual({p["question"] for p in self.report["peaks"]}, set(questions.NAMES))

    def test_has_every_contender_of_every_case(self):
        found = {(r["question"], r["case"], r["contender"]) for r in self.report["results"]}
        skipped = {(s["question"], s["case"], s["contender"]) for s in self.report["skipped"]}
        expected = set()
        for name, question in questions.load_questions().items():
            for case in question.module.cases(questions.Plan(quick=True)):
                expected |= {(name, case["name"], c.name) for c in question.contenders(case)}
        self.assertEqual(found | skipped, expected)
        # The rank tolerance is the one thing that a build may lack.
        self.assertLessEqual({contender for _, _, contender in skipped}, {"ours_rank"})

    def test_rows_are_whole(self):
        for row in self.report["results"]:
            with self.subTest(row["about"], case=row["case"]):
                self.assertGreaterEqual(len(row["samples"]), 1)
                self.assertLessEqual(row["lowest"], row["median"])
                self.assertLessEqual(row["median"], row["highest"])
                self.assertIn(row["unit"], ("ms/word", "words/s"))
                self.assertGreater(row["peak_gflops"], 0)
                if row["contender"] != "ours_rank":
                    self.assertGreater(row["flops_per_unit"], 0)
                    self.assertIsNotNone(row["percent_of_peak"])

    def test_contenders_agree(self):
        compared = 0
        for row in self.report["results"]:
            if row["largest_difference"] is not None:
                compared += 1
                self.assertLessEqual(row["largest_difference"], 1e-2)
                if row["contender"] != "ours_rank":
                    self.assertLessEqual(row["largest_difference"], questions.TOLERANCE)
        # Of state gradients three in PyTorch and the program, of training the program three times.
        self.assertGreaterEqual(compared, 4 + 3)

    def test_prints_the_tables_that_it_writes(self):
        self.assertEqual((self.folder / "results.txt").read_text(encoding="utf-8"), self.out)
        self.assertIn("stategrad train", self.out)
        table = (self.folder / "table.md").read_text(encoding="utf-8")
        self.assertRegex(table, r"(?m)^\| stategrad gradients +\|(.*\|){7}$")


class CommandLine(unittest.TestCase):
    def test_lists_questions_and_contenders(self):
        done = run("--list")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name, question in questions.load_questions().items():
            self.assertIn(f"{name}: {question.module.TITLE}", done.stdout)
            for contender in question.module.CONTENDERS:
                self.assertIn(f"  {contender.name}: ", done.stdout)
                self.assertTrue((question.folder / f"{contender.name}.py").exists())

    def test_every_folder_with_a_question_is_asked(self):
        found = {path.parent.name for path in BENCH.glob("*/question.py")}
        self.assertEqual(found, set(questions.NAMES))

    def test_wrong_names_are_told_with_the_right_ones(self):
        for argument, needle in (("speed", "state_gradients"), ("training/c", "pytorch, ours")):
            done = run("--only", argument)
            self.assertEqual(done.returncode, 2)
            self.assertIn(needle, done.stderr)

    def test_only_takes_questions_and_contenders(self):
        there = questions.load_questions()
        self.assertEqual(
            questions.select(there, ["training/ours", "scaling", "training/pytorch"]),
            {"training": ["ours", "pytorch"], "scaling": None})
        self.assertEqual(
            questions.select(there, ["training", "training/ours"]), {"training": None})


class Answers(unittest.TestCase):
    FIRST = {"x": numpy.array([[1.0, 2.0], [1e-6, 3e-6]])}

    def compare(self, second):
        return answers.compare({"a": self.FIRST, "b": second}, {"a": 1e-4, "b": 1e-4})

    def test_that_agree_are_measured_by_the_largest_entry(self):
        found = self.compare({"x": self.FIRST["x"] + [[0, 1e-4], [0, 0]]})
        self.assertIsNone(found["a"])
        self.assertAlmostEqual(found["b"], 5e-5)

    def test_that_disagree_are_told(self):
        for change in ([[0, 3e-4], [0, 0]], [[0, 0], [4e-10, 0]], [[numpy.nan, 0], [0, 0]]):
            with self.assertRaisesRegex(answers.Disagreement, "b differs from a: x by"):
                self.compare({"x": self.FIRST["x"] + change})
        with self.assertRaises(answers.Disagreement):
            self.compare({"x": numpy.ones(3)})

    def test_that_are_not_finite_have_no_second_opinion(self):
        with self.assertRaisesRegex(answers.Disagreement, "not finite"):
            answers.compare({"a": {"x": numpy.array([numpy.inf])}}, {"a": 1})

    def test_may_lack_what_others_have(self):
        self.assertIsNone(self.compare({"y": numpy.ones(1)})["b"])


CONTENDER = """
import numpy, pathlib
def answer(case): return {{"x": numpy.array([{answer}])}}
def flops(case): return 2e6
def measure(case):
    pathlib.Path(case["mark"]).touch()
    yield 0.25
    yield 0.5
    yield 1
"""


class OneCase(unittest.TestCase):
    """A question of two contenders."""

    def ask(self, answer):
        folder = tempfile.TemporaryDirectory(prefix="stategrad-bench-test-")
        self.addCleanup(folder.cleanup)
        folder = pathlib.Path(folder.name)
        self.mark = folder / "timed"
        for name, value in (("one", 1.0), ("two", answer)):
            (folder / f"{name}.py").write_text(CONTENDER.format(answer=value), encoding="utf-8")
        (folder / "three.py").write_text("import no_such_module\n", encoding="utf-8")
        module = types.SimpleNamespace(
            CONTENDERS=[questions.Contender(name, name) for name in ("one", "two", "three")],
            prepare=lambda case, folder, program: {**case, "mark": str(self.mark)})
        case = {"name": "case", "unit": "words/s", "threads": 1, "samples": 1, "seconds": 0}
        program = types.SimpleNamespace(path="stategrad")
        ran = runner.Runner(BUILD, program, True, lambda text: None)
        ran.ask(questions.Question("question", module, folder), [case], None)
        return ran

    def test_is_not_timed_when_answers_differ(self):
        with self.assertRaises(answers.Disagreement):
            self.ask(1.001)
        self.assertFalse(self.mark.exists())

    def test_gives_rates_and_their_spread(self):
        ran = self.ask(1.00001)
        self.assertTrue(self.mark.exists())
        self.assertEqual([row["contender"] for row in ran.results], ["one", "two"])
        row = ran.results[1]
        self.assertEqual((row["lowest"], row["median"], row["highest"]), (1, 2, 4))
        self.assertAlmostEqual(row["gflops"], 0.004)
        self.assertAlmostEqual(row["percent_of_peak"], 0.4 / row["peak_gflops"])
        self.assertEqual(ran.skipped[0]["reason"], "no Python module no_such_module")


class Program(unittest.TestCase):
    def test_failures_are_told_in_its_words(self):
        program = stategrad.Stategrad(BUILD / "src" / "cli" / "stategrad")
        with self.assertRaisesRegex(RuntimeError, "gradients: stategrad: --model"):
            program.run("gradients")


class Text(unittest.TestCase):
    def test_has_frequencies_of_a_language_and_comes_back_from_its_file(self):
        words = corpus.zipf_words(5000, 100, seed=1)
        self.assertEqual(words, corpus.zipf_words(5000, 100, seed=1))
        self.assertNotEqual(words, corpus.zipf_words(5000, 100, seed=2))
        self.assertEqual(words.count("<eos>"), 250)
        self.assertAlmostEqual(words.count("w3") / words.count("w6"), 4, delta=1)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "text.txt")
            corpus.write_text(path, words)
            self.assertEqual(corpus.read_words(path), words)


class Numbers(unittest.TestCase):
    def test_have_three_digits(self):
        shown = [report.number(x) for x in (None, 0.0123456, 4.6789, 45.67, 123.4, 9123.4)]
        self.assertEqual(shown, ["-", "0.0123", "4.68", "45.7", "123", "9,123"])


if importlib.util.find_spec("torch") is None:
    if os.environ.get("STATEGRAD_REQUIRE_TORCH") == "1":
        raise ModuleNotFoundError("torch")
    print("skipped: this Python has no torch (Debian: python3-torch)")
    sys.exit(77)

if __name__ == "__main__":
    unittest.main()
