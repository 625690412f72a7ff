# SPDX-License-Identifier: MIT
"""Figures for papers: every one of them drawn, in all formats, from the results of a real analysis."""

import atexit
import functools
import json
import os
import shutil
import struct
import tempfile
import unittest
import xml.etree.ElementTree

import program

FIGURES = ["memory", "spectrum", "classes", "words", "sentence", "differences", "angles",
           "cancellation", "used", "timescales", "validity", "embeddings", "confusion", "training"]
ODD = """a's "x"<b>& $H `id` %s_^{Ä"""


@functools.lru_cache(maxsize=1)
def analysed():
    """The folder of an analysis of a small model that has every part, and a class of an odd name."""
    folder = tempfile.mkdtemp(prefix="stategrad-plot-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    model = program.trained_model()
    for name, words in (("animals", "cat\ndog\n"), ("short", "the\na\nwe\n")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(words)

    def analyze(output, *arguments):
        program.subprocess.run(
            [program.PROGRAM, "analyze", "--model", model, "--text",
             os.path.join(os.path.dirname(model), "data", "valid.txt"), "--max-delay", "8",
             "--state", "both", "--blocks", "5", "--word-list", f"{ODD}=animals",
             "--word-list", "short=short", "--threads", "1", "--quiet", "-o", output, *arguments],
            cwd=folder, check=True, stdout=program.subprocess.DEVNULL)

    analyze("other", "--no-used", "--validity-sample", "0", "--probe-sample", "0")
    analyze("results", "--frequency-bins", "2", "--difference", f"mine={ODD},short",
            "--sentence", "the cat a dog", "--compare", "other")
    return os.path.join(folder, "results")


class Plot(program.ProgramTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(analysed(), self.path("results"))
        self.summary = json.loads(self.read("results/summary.json"))

    def plot(self, figure, output, *arguments):
        self.succeed("plot", "results", "--figure", figure, "-o", output, "--quiet", *arguments)
        return self.read(output)

    def texts(self, svg):
        """What an SVG says, piece by piece."""
        root = xml.etree.ElementTree.fromstring(svg)
        return ["".join(element.itertext()).strip() for element in root.iter()
                if element.tag.endswith("text")]

    def test_every_figure_in_every_format(self):
        expected = {"memory": [ODD, "to 1/10"],
                    "spectrum": ["leading singular value of the mean", "all", "delay (words)"],
                    "classes": [ODD, "short", "leading singular value, cross-validated"],
                    "words": ["occurrences in the text"],
                    "sentence": ["dog", "word read last", "norm of the state gradient"],
                    "differences": ["mine", "relative memory"],
                    "angles": ["with delay 0", "random directions"],
                    "cancellation": ["share that the mean keeps"],
                    "used": ["all", "short"], "timescales": ["timescale (words)"],
                    "validity": ["cosine of predicted and true change", "perfect prediction"],
                    "embeddings": ["count 0-46", "count 47+"],
                    "confusion": ["count 0-46", "true class"],
                    "training": ["training text", "validation text", "perplexity"]}
        self.assertEqual(list(expected), FIGURES)
        before = self.files("results")
        for figure, labels in expected.items():
            with self.subTest(figure):
                texts = self.texts(self.plot(figure, figure + ".svg"))
                for label in labels:
                    self.assertIn(label, texts)
                pdf = self.plot(figure, figure + ".pdf")
                self.assertTrue(pdf.startswith(b"%PDF-1."))
                self.assertIn(b"%%EOF", pdf[-10:])
                png = self.plot(figure, figure + ".png")
                self.assertTrue(png.startswith(b"\x89PNG\r\n\x1a\n"))
                width, height = struct.unpack(">II", png[16:24])
                self.assertEqual(width, 1004)  # 8.5 cm at 300 dots per inch
                self.assertGreater(height, 300)
                self.assertGreater(len(png), 5000)
        self.assertEqual(self.files("results"), before)

    def test_sizes_are_those_asked_for(self):
        png = self.plot("classes", "a.png", "--width", "12.7", "--height", "5.08")
        self.assertEqual(struct.unpack(">II", png[16:24]), (1500, 600))
        svg = xml.etree.ElementTree.fromstring(
            self.plot("classes", "a.svg", "--width", "12.7", "--height", "5.08"))
        self.assertEqual((svg.get("width"), svg.get("height")), ("480", "192"))

    def test_choices(self):
        names = [c["name"] for c in self.summary["states"][0]["classes"]]
        texts = self.texts(self.plot("classes", "a.svg", "--class", names[2], "--class", names[1],
                                     "--state", "hidden", "--layer", 0, "--measure", "mean_norm",
                                     "--log"))
        self.assertIn("mean norm of single state gradients", texts)
        self.assertLess(texts.index(names[2]), texts.index(names[1]))
        self.assertNotIn("all", texts)

    def test_choices_of_single_figures(self):
        for figure, arguments, label in (
            ("words", ("--delay", 2), "mean norm of the state gradient at delay 2"),
            ("sentence", ("--sentence", "cat a"), "dog"),
            ("embeddings", ("--measure", "lda"), "axis 1 (100 % of the variance between classes)"),
            ("angles", ("--compare", "other"), "short"),
            ("angles", ("--class", "short"), ODD),
            ("differences", ("--class", "short"), "mine (short)"),
            ("confusion", ("--state", "hidden", "--delay", 1, "--group", "words"), "short"),
        ):
            with self.subTest(figure=figure, arguments=arguments):
                self.assertIn(label, self.texts(self.plot(figure, "a.svg", *arguments)))

    def test_notes_say_what_was_left_to_choose(self):
        outcome = self.succeed("plot", "results", "--figure", "classes", "-o", "a.svg")
        self.assertIn("drawn for the cell of layer 0", outcome.err)
        self.assertEqual(outcome.out, "")

    def test_the_list_of_figures(self):
        rows = json.loads(self.succeed("plot", "--figure", "list", "--json").out)
        self.assertEqual([row["figure"] for row in rows], FIGURES)

    def test_the_same_results_give_the_same_bytes(self):
        self.assertEqual(self.plot("memory", "a.svg"), self.plot("memory", "b.svg"))

    def test_what_was_not_computed_is_refused_with_the_way_to_it(self):
        for key in ("differences", "used", "timescales", "validity", "probe", "training",
                    "coordinates", "word_delays", "angles"):
            del self.summary[key]
        os.remove(self.path("results", "sentences.json"))
        self.write("results/summary.json", json.dumps(self.summary))
        for figure, needle in (("differences", "--difference"), ("used", "--no-used"),
                               ("timescales", "LSTM or GRU"), ("validity", "--validity"),
                               ("confusion", "with classes"), ("training", "trained here"),
                               ("embeddings", "with classes"), ("words", "word_delays"),
                               ("angles", "'stategrad analyze' makes it"),
                               ("sentence", "--sentence")):
            with self.subTest(figure):
                self.fail_with(2, [needle], "plot", "results", "--figure", figure, "-o", "a.svg")
        self.assertFalse(os.path.exists(self.path("a.svg")))

    def test_wrong_use(self):
        for needles, arguments in (
            (["did you mean 'spectrum'"], ("--figure", "spectrun", "-o", "a.svg")),
            ([".svg, .pdf or .png"], ("--figure", "classes", "-o", "a.gif")),
            (["--class 'NOUN'"], ("--figure", "classes", "-o", "a.svg", "--class", "NOUN")),
            (["kept_by_mean"], ("--figure", "classes", "-o", "a.svg", "--measure", "warmth")),
            (["--measure 'zz'", "raw_leading"],
             ("--figure", "spectrum", "-o", "a.svg", "--measure", "zz")),
            (["--class: no option"], ("--figure", "training", "-o", "a.svg", "--class", "short")),
            (["none of the", "--sentence"],
             ("--figure", "sentence", "-o", "a.svg", "--sentence", "zz")),
            (["--compare 'zz'", "other"], ("--figure", "angles", "-o", "a.svg", "--compare", "zz")),
            (["--log"], ("--figure", "classes", "-o", "a.svg", "--log", "--linear")),
            (["hidden of layer 0"], ("--figure", "classes", "-o", "a.svg", "--layer", 4)),
            (["--output FILE"], ("--figure", "classes")),
        ):
            with self.subTest(arguments):
                self.fail_with(2, needles, "plot", "results", *arguments)

    def test_bad_results(self):
        arguments = ("plot", "results", "--figure", "classes", "-o", "a.svg")
        for content in ("{", "[]", '{"states": [{"state": 3}]}', '{"states": 7}'):
            with self.subTest(content):
                self.write("results/summary.json", content)
                self.assertIn(self.run_program(*arguments).code, (1, 2))
                self.assertFalse(os.path.exists(self.path("a.svg")))
        self.write("results/sentences.json", "{")
        self.fail_with(1, ["sentences.json"], "plot", "results", "--figure", "sentence", "-o",
                       "a.svg")
        self.fail_with(1, ["nowhere"], "plot", "nowhere", "--figure", "classes", "-o", "a.svg")

    def test_without_gnuplot_it_says_what_to_install(self):
        os.makedirs(self.path("empty"))
        self.fail_with(1, ["gnuplot-nox"], "plot", "results", "--figure", "classes", "-o", "a.svg",
                       environment={"PATH": self.path("empty")})
        self.assertFalse(os.path.exists(self.path("a.svg")))

    def test_a_folder_that_is_not_there_is_an_error(self):
        self.fail_with(1, ["no/a.svg"], "plot", "results", "--figure", "classes", "-o", "no/a.svg")


if __name__ == "__main__":
    unittest.main()
