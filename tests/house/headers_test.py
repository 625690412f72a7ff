# SPDX-License-Identifier: MIT
"""The public headers: few, each whole by itself, documented."""

import os
import re
import subprocess
import tempfile
import unittest

from house import BUILD, ROOT, files, read

AT_MOST = 15
PLAIN = re.compile(r"[{}();]*|#.*|namespace\b.*|(public|private|protected):")


def counts(text):
    """Lines with a comment, and lines with code that says something: no brace, no #include."""
    comments = code = 0
    for line in text.splitlines():
        statement, mark, _ = line.partition("//")
        comments += bool(mark)
        code += PLAIN.fullmatch(statement.strip()) is None
    return comments, code


class PublicHeaders(unittest.TestCase):
    HEADERS = files((".h",), ("include",))

    def test_are_few(self):
        self.assertLessEqual(len(self.HEADERS), AT_MOST)

    def test_compile_alone(self):
        for path in self.HEADERS:
            with tempfile.NamedTemporaryFile("w", suffix=".cc") as source:
                # Twice, for the sake of the include guard.
                source.write(f'#include "{path.relative_to("include")}"\n' * 2)
                source.flush()
                done = subprocess.run(
                    [os.environ.get("CXX", "c++"), "-std=c++20", "-fsyntax-only", "-Wall",
                     "-Wextra", "-Wpedantic", "-Werror", f"-I{ROOT / 'include'}",
                     f"-I{BUILD / 'include'}", source.name],
                    stderr=subprocess.PIPE, text=True, check=False,
                )
            self.assertEqual(done.returncode, 0, f"{path}: {done.stderr}")

    def test_have_at_least_as_many_lines_of_comment_as_of_code(self):
        for path in self.HEADERS:
            with self.subTest(path):
                comments, code = counts(read(path))
                self.assertGreaterEqual(comments, code, f"{path}: document what it promises")

    def test_counting(self):
        text = "// one\n#pragma once\n\nnamespace x {\nint f();  ///< two\n/// three\nint g();\n};\n"
        self.assertEqual(counts(text), (3, 2))


if __name__ == "__main__":
    unittest.main()
