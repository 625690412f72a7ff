# SPDX-License-Identifier: MIT
"""The program with rows of old sources compressed to the rank that they have, to a tolerance."""

from harness import gradients
from harness.stategrad import Stategrad

OPTIONS = ("--rank-tolerance", "1e-3")
TOLERANCE = 1e-2  # of sums at every delay; the tolerance is one of norms, per compression


def missing(case):
    if "--rank-tolerance" not in Stategrad(case["program"]).run("gradients", "--help"):
        return "this build has no --rank-tolerance"
    return None


def answer(case):
    return gradients.answer(case, *OPTIONS)


def measure(case):
    return gradients.measure(case, *OPTIONS)


def flops(case):
    del case  # they depend on the ranks found
    return None
