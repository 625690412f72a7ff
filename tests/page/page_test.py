# SPDX-License-Identifier: MIT
"""Runs the tests of web/test, which are bundled where the page is.

    page_test.py texts      the sentences
    page_test.py browser    the demo's page in Chromium; skipped (77) without it
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ["STATEGRAD_PROGRAM"]
PAGE = pathlib.Path(os.environ["STATEGRAD_PAGE_FOLDER"])
NODE = os.environ["STATEGRAD_NODE"]
SKIPPED = 77


def make_results(folder):
    """What ./demo makes, of a model that was trained for one epoch, beside another model."""

    def run(*arguments):
        subprocess.run([PROGRAM, *arguments, "--quiet", "--threads", "1"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)

    config = ("--config", str(ROOT / "configs" / "demo.config"), "--set", "max_max_epoch=1")
    run("synth", "-o", "data/demo")
    classes = [f"--tag-class=cues {lag}=data/demo/classes/cues_{lag}" for lag in (2, 5, 9)]
    other = (*config, "--set", "basic_cell=GRU", "--set", "save_path=models/gru")
    run("train", *config)
    run("train", *other)
    run("analyze", *other, "-o", "results-gru")
    run("analyze", *config, "--tags", "data/demo/tags.txt", *classes,
        "--tag-class=fillers=data/demo/classes/fillers", "--frequency-bins", "4",
        "--state", "both", "--sample", "200",
        "--sentence", "cue5a1 filler1 filler2 cue9d1 filler3 filler1", "--compare", "results-gru",
        "-o", "results")
    return pathlib.Path(folder) / "results"


def run_tests(*names, **environment):
    bundle = subprocess.run([NODE, "build.mjs", "--tests"], cwd=PAGE, check=False)
    if bundle.returncode != 0:
        return bundle.returncode
    command = [NODE, "--test", *(f"build/tests/{name}_test.mjs" for name in names)]
    return subprocess.run(command, cwd=PAGE, env={**os.environ, **environment}, check=False).returncode


def main(name):
    if name != "browser":
        return run_tests("texts", "parts")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        print("skipped: chromium is not installed (apt-get install chromium)")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="stategrad-page-") as folder:
        results = make_results(folder)
        return run_tests("page", "charts", "reading", "sentences", CHROMIUM=chromium, STATEGRAD_RESULTS=str(results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
