# SPDX-License-Identifier: MIT
"""The process of one contender: answers, waits for the word to go, measures.

    worker.py CONTENDER.py CASE.json ANSWER.npz

It writes a line of JSON when its answer is there, reads a line, and writes a line with the samples.
"""

import json
import pathlib
import sys

import numpy

BENCH = pathlib.Path(__file__).resolve().parents[1]


def say(**message):
    print(json.dumps(message), file=sys.__stdout__, flush=True)


def main(contender, case_file, answer_file):
    sys.path[:0] = [str(BENCH), str(pathlib.Path(contender).parent),
                    str(BENCH.parent / "tests" / "parity")]
    # Nothing but say() may write where the answers are read.
    sys.stdout = sys.stderr
    with open(case_file, encoding="utf-8") as file:
        case = json.load(file)
    from harness.questions import load_module

    try:
        module = load_module(pathlib.Path(contender))
    except ModuleNotFoundError as error:
        say(missing=f"no Python module {error.name}")
        return
    missing = getattr(module, "missing", lambda case: None)(case)
    if missing:
        say(missing=missing)
        return
    numpy.savez(answer_file, **module.answer(case))
    say(flops=module.flops(case), tolerance=getattr(module, "TOLERANCE", None))
    if sys.stdin.readline():
        say(samples=list(module.measure(case)))


if __name__ == "__main__":
    main(*sys.argv[1:])
