# SPDX-License-Identifier: MIT
"""How long a contender is measured."""

import time


def repeat(case, action):
    """Yields what action() returns until `seconds` of the case are over, `samples` times or more."""
    start, done = time.monotonic(), 0
    while done < case["samples"] or time.monotonic() - start < case["seconds"]:
        yield action()
        done += 1


def stopwatch(action, units):
    """Seconds per unit of one call of action()."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) / units
