# SPDX-License-Identifier: MIT
"""Training of an LSTM."""

from harness.recipe import flops, measure

__all__ = ["answer", "flops", "measure"]


def answer(case):
    del case  # no other contender: nothing to compare
    return {}
