# SPDX-License-Identifier: MIT
"""`prepare`, `synth` and the documentation that the program prints."""

import json
import os
import unittest

from program import ProgramTest, sentences


class Prepare(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("book.txt", "".join(line + " 1984\n" for line in sentences(400, 9)))

    def test_splits_and_replaces_rare_words(self):
        self.succeed("prepare", "book.txt", "-o", "mine", "--vocab-size", "6", "--lower",
                     "--numbers", "N")
        self.assertTrue({"test.txt", "train.txt", "valid.txt"} <= set(self.files("mine")))
        lines = {n: self.read(f"mine/{n}.txt").decode().splitlines()
                 for n in ("train", "valid", "test")}
        self.assertEqual([len(lines[n]) for n in ("train", "valid", "test")], [320, 40, 40])
        words = {word for part in lines.values() for line in part for word in line.split()}
        self.assertIn("<unk>", words)
        self.assertIn("N", words)
        self.assertNotIn("1984", words)

    def test_prepared_text_can_be_trained_on(self):
        self.succeed("prepare", "book.txt", "-o", "mine")
        self.succeed("train", "--config", "small.config", "--set", "data_path=mine", "--quiet")

    def test_existing_output_and_missing_input_are_refused(self):
        self.succeed("prepare", "book.txt", "-o", "mine")
        self.fail_with(1, ["mine", "--overwrite"], "prepare", "book.txt", "-o", "mine")
        self.fail_with(1, ["absent.txt"], "prepare", "absent.txt", "-o", "other")
        self.assertFalse(os.path.exists(self.path("other", "train.txt")))

    def test_texts_that_are_no_text_are_named_with_the_line(self):
        self.write("empty.txt", "")
        self.write("binary.txt", b"a\nb\x00\n")
        self.write("latin.txt", b"a\ngar\xe7on\n")
        self.write("short.txt", "one\ntwo\n")
        for name, problem in (("empty.txt", "no words"), ("binary.txt", "line 2"),
                              ("latin.txt", "line 2"), ("short.txt", "--split"),
                              ("data", "director")):
            self.fail_with(1, [name, problem], "prepare", name, "-o", "mine")
        self.assertFalse(os.path.exists(self.path("mine")))

    def test_contradicting_limits_are_wrong_use(self):
        self.fail_with(2, ["--vocab-size", "--min-count"], "prepare", "book.txt", "-o", "mine",
                       "--vocab-size", "5", "--min-count", "2")
        self.fail_with(2, ["--split", "80/30"], "prepare", "book.txt", "-o", "mine", "--split",
                       "80/30")


class Synth(ProgramTest):
    def test_same_seed_gives_the_same_corpus(self):
        for name, seed in (("a", 5), ("b", 5), ("c", 6)):
            self.succeed("synth", "-o", name, "--seed", seed, "--words", "20000")
        self.assertEqual(self.files("a"), self.files("b"))
        for name in self.files("a"):
            self.assertEqual(self.read("a/" + name), self.read("b/" + name), name)
        self.assertNotEqual(self.read("a/train.txt"), self.read("c/train.txt"))

    def test_prints_the_perplexity_of_the_language(self):
        rows = json.loads(self.succeed("synth", "-o", "a", "--words", "20000", "--json").out)
        for row in rows:
            self.assertGreater(row["perplexity"], 1)
            words = self.read(f"a/{row['split']}.txt").decode().replace("\n", " <eos> ").split()
            self.assertEqual(row["words"], len(words))
            self.assertAlmostEqual(row["perplexity"] / row["language_perplexity"], 1, delta=0.1)
        described = json.loads(self.read("a/description.json"))
        self.assertEqual(described["perplexity"], rows[0]["language_perplexity"])
        self.assertEqual(described["parts"]["test"]["perplexity"], rows[2]["perplexity"])

    def test_lags_decide_what_depends_on_what(self):
        self.succeed("synth", "-o", "a", "--words", "5000", "--lags", "3,7", "--classes", "2")
        words = self.read("a/train.txt").decode().replace("\n", " <eos> ").split()
        answers = {f"cue{lag}{c}": (lag, f"answer{lag}{c}") for lag in (3, 7) for c in "ab"}
        seen = set()
        for place, word in enumerate(words):
            if word.startswith("cue"):
                lag, answer = answers[word[:-1]]
                self.assertEqual(words[place + lag], answer)
                seen.add(answer)
        self.assertEqual(seen, {answer for _, answer in answers.values()})

    def test_impossible_languages_and_used_folders_are_refused(self):
        self.fail_with(2, ["lags has 2 twice", "classes = 1"], "synth", "-o", "a", "--lags", "2,2",
                       "--classes", "1")
        self.fail_with(2, ["--lags"], "synth", "-o", "a", "--lags", "two")
        self.fail_with(2, ["0 words for train.txt"], "synth", "-o", "a", "--words", "0")
        self.assertFalse(os.path.exists(self.path("a")))
        self.fail_with(1, ["data", "--overwrite"], "synth", "-o", "data", "--words", "500")
        self.fail_with(1, ["small.config", "is a file"], "synth", "-o", "small.config")
        self.succeed("synth", "-o", "data", "--words", "500", "--overwrite")


class Documentation(ProgramTest):
    def test_man_pages_of_every_command_are_written(self):
        self.succeed("man", "-o", "man1")
        pages = self.files("man1")
        self.assertIn("stategrad.1", pages)
        self.assertIn("stategrad-check-gradients.1", pages)

    def test_help_names_the_commands(self):
        outcome = self.succeed("--help")
        self.assertIn("gradients", outcome.out)


if __name__ == "__main__":
    unittest.main()
