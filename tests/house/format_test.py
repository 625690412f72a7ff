# SPDX-License-Identifier: MIT
"""C++ is formatted as .clang-format says."""

import shutil
import subprocess
import unittest

from house import ROOT, files


class Format(unittest.TestCase):
    @unittest.skipIf(shutil.which("clang-format") is None, "clang-format is not installed")
    def test_clang_format_changes_nothing(self):
        sources = [str(path) for path in files((".cc", ".h"))]
        done = subprocess.run(
            ["clang-format", "--dry-run", "-Werror", *sources],
            cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False,
        )
        wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines() if "error:" in line})
        self.assertEqual(done.returncode, 0, f"run clang-format -i {' '.join(wrong)}")


if __name__ == "__main__":
    unittest.main()
