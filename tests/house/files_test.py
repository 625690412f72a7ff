# SPDX-License-Identifier: MIT
"""Every file: its licence, its size, its name, its test, nothing left over."""

import fnmatch
import re
import unittest

from house import CODE, ROOT, files, read

LICENCE = "SPDX-License-Identifier: MIT"
LINES = 400
LINES_OF_TEST = 600
# Written so that this file does not hold what it looks for.
LEFT_OVER = re.compile("|".join((r"\bTO" + "DO", r"\bFIX" + "ME", r"\bXX" + r"X\b")))
MACHINE_PATH = re.compile(r"""(?<![\w.)}/-])/(wor[k]|tm[p]|roo[t]|hom[e]|User[s])\b""")


def is_test(path):
    return path.parts[0] == "tests" or path.stem.endswith(("_test", "_test_util"))


class Files(unittest.TestCase):
    FILES = files()

    def check(self, found):
        self.assertEqual([str(path) for path in found], [])

    def test_start_with_the_licence(self):
        self.check(p for p in self.FILES if LICENCE not in "".join(read(p).splitlines()[:2]))

    def test_are_short(self):
        self.check(
            f"{path}: {lines} lines"
            for path in self.FILES
            for lines in [len(read(path).splitlines())]
            if lines > (LINES_OF_TEST if is_test(path) else LINES)
        )

    def test_have_names_in_snake_case(self):
        named = re.compile(r"[a-z0-9_.]+|CMakeLists\.txt|[A-Z][A-Za-z]+\.cmake|.*\.in")
        folders = ("src", "include", "tests", "tools")
        self.check(p for p in files(folders=folders) if not named.fullmatch(p.name))

    def test_hold_nothing_left_over(self):
        self.check(p for p in files((*CODE, ".md")) if LEFT_OVER.search(read(p)))

    def test_name_no_place_of_one_machine(self):
        self.check(p for p in files((*CODE, ".md", ".config")) if MACHINE_PATH.search(read(p)))

    def test_end_with_one_newline_and_no_line_with_a_blank(self):
        wrong = re.compile(r"[ \t]\n|\t|\r|\n\n\Z|[^\n]\Z")
        self.check(p for p in self.FILES if wrong.search(read(p)))


class Tests(unittest.TestCase):
    """src/x.cc has src/x_test.cc, or a line of tested_elsewhere.txt says what tests it."""

    SOURCES = [
        str(path) for path in files((".cc",), ("src",)) if not path.stem.endswith("_test")
    ]
    ELSEWHERE = [
        line.split(maxsplit=2)
        for line in read("tests/house/tested_elsewhere.txt").splitlines()
        if line and not line.startswith("#")
    ]

    def untested(self):
        return [s for s in self.SOURCES if not (ROOT / s.replace(".cc", "_test.cc")).exists()]

    def test_stand_beside_the_code(self):
        patterns = [pattern for pattern, _, _ in self.ELSEWHERE]
        self.assertEqual(
            [s for s in self.untested() if not any(fnmatch.fnmatch(s, p) for p in patterns)],
            [],
            "no test of that name and no line in tested_elsewhere.txt",
        )

    def test_that_stand_elsewhere_exist_and_are_needed(self):
        for pattern, place, reason in self.ELSEWHERE:
            self.assertTrue((ROOT / place).exists(), f"{pattern}: there is no {place}")
            self.assertGreater(len(reason.split()), 3, pattern)
            self.assertTrue(fnmatch.filter(self.untested(), pattern), f"{pattern}: not needed")


class Kernels(unittest.TestCase):
    def test_are_tested_at_every_instruction_set_level(self):
        """The test of src/kernels/x_isa.cc runs every level that this processor has."""
        elsewhere = dict(line[:2] for line in Tests.ELSEWHERE)
        sources = [s for s in Tests.SOURCES if s.endswith("_isa.cc")]
        self.assertGreater(len(sources), 3)
        for source in sources:
            test = elsewhere.get(source, source.replace(".cc", "_test.cc"))
            self.assertRegex(read(test), r"for_each_isa\(|ValuesIn\(available_isas\(\)\)", test)


class Documentation(unittest.TestCase):
    def test_describes_every_key_of_the_configuration(self):
        text = read("docs/reference.md")
        keys = re.findall(r'_key\(\s*"([a-z_]+)"', read("src/base/config_table.cc"))
        self.assertGreater(len(keys), 40)
        self.assertEqual([key for key in keys if f"`{key}`" not in text], [])


if __name__ == "__main__":
    unittest.main()
