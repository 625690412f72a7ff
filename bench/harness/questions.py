# SPDX-License-Identifier: MIT
"""Questions are folders of bench/ with a question.py, which has

    TITLE           the question in a line
    CONTENDERS      a list of Contender; <name>.py stands in the folder
    cases(plan)     a list of cases: dicts with at least `name`, `unit`, `threads`, `samples` and
                    `seconds` (timing.py), and `contender` if only one contender takes part
    prepare(case, folder, stategrad)
                    makes models and texts in an empty folder and returns the case with their places

and contenders are files with

    answer(case)    {name: numpy array}: what is compared before anything is timed. Contenders may
                    lack names that others have.
    measure(case)   yields samples: seconds per unit of work (a word, a token)
    flops(case)     floating-point operations that it executes per unit, or None
    missing(case)   why it cannot take part here, or None (may be absent)
"""

import dataclasses
import importlib.util
import pathlib

NAMES = ("state_gradients", "training", "scaling")  # in the order in which they are asked
BENCH = pathlib.Path(__file__).resolve().parents[1]
TOLERANCE = 1e-4  # of answers: float32 against float32

# Freed memory is kept for the next step, in huge pages; threads sleep while they wait, so that
# those of OpenMP and those of OpenBLAS do not take the cores from each other.
TUNED = {
    "OMP_WAIT_POLICY": "passive",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4294967296:"
    "glibc.malloc.trim_threshold=4294967296",
}
PYTORCH = {"default": {}, "tuned": TUNED}


@dataclasses.dataclass(frozen=True)
class Contender:
    """A file beside question.py, run once in every one of its environments."""

    name: str
    about: str
    environments: dict = dataclasses.field(default_factory=lambda: {"": {}})


@dataclasses.dataclass(frozen=True)
class Plan:
    """What of the command line the cases depend on."""

    quick: bool = False
    threads: int = 1
    model: str = None
    text: str = None


@dataclasses.dataclass(frozen=True)
class Question:
    name: str
    module: object
    folder: pathlib.Path

    def contenders(self, case, wanted=None):
        """Those that take part in a case and are wanted (None: all)."""
        only = case.get("contender")
        return [
            contender
            for contender in self.module.CONTENDERS
            if only in (None, contender.name) and (wanted is None or contender.name in wanted)
        ]


def load_module(path):
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_questions():
    """The questions by name."""
    return {
        name: Question(name, load_module(BENCH / name / "question.py"), BENCH / name)
        for name in NAMES
    }


def select(questions, only):
    """{question: names of contenders, or None for all} of the arguments of --only.

    Raises ValueError with what there is when an argument names nothing.
    """
    if not only:
        return {name: None for name in questions}
    selected = {}
    for argument in only:
        name, _, contender = argument.partition("/")
        if name not in questions:
            raise ValueError(f"--only {argument}: the questions are {', '.join(questions)}")
        names = [c.name for c in questions[name].module.CONTENDERS]
        if contender and contender not in names:
            raise ValueError(f"--only {argument}: the contenders are {', '.join(names)}")
        if not contender:
            selected[name] = None
        elif selected.get(name, ()) is not None:
            selected[name] = [*selected.get(name, []), contender]
    return selected
