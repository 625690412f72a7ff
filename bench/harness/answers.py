# SPDX-License-Identifier: MIT
"""Contenders must agree before one of them is timed."""

import numpy


class Disagreement(Exception):
    """Two contenders gave different answers."""


def difference(found, expected):
    """The largest difference of two arrays as a part of the largest entry of every slice along the
    first axis, so that small slices (long delays) count as much as large ones."""
    found = numpy.asarray(found, dtype=float)
    expected = numpy.asarray(expected, dtype=float)
    if found.shape != expected.shape:
        return numpy.inf
    found = found.reshape(len(found), -1)
    expected = expected.reshape(len(expected), -1)
    largest = numpy.maximum(abs(expected).max(axis=1), numpy.finfo(float).tiny)
    # NaN must not pass for small.
    worst = (abs(found - expected).max(axis=1) / largest).max()
    return float(numpy.nan_to_num(worst, nan=numpy.inf))


def compare(answers, tolerances):
    """Compares every array with that of the first contender which has one of its name.

    answers = {contender: {name: array}}, tolerances = {contender: largest allowed difference}.
    Returns {contender: largest difference, None where there was nothing to compare}.
    """
    first, differences = {}, {}
    for contender, arrays in answers.items():
        found = None
        for name, array in arrays.items():
            if name not in first:
                first[name] = contender
                if not numpy.isfinite(array).all():
                    raise Disagreement(f"{contender}: {name} is not finite")
                continue
            one = difference(array, answers[first[name]][name])
            if not one <= tolerances[contender]:
                raise Disagreement(
                    f"{contender} differs from {first[name]}: {name} by {one:.2g} of its largest "
                    f"entry, {tolerances[contender]:.2g} is allowed"
                )
            found = max(one, found or 0)
        differences[contender] = found
    return differences
