# SPDX-License-Identifier: MIT
"""What was measured where."""

import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def _version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.machine()


def _revision():
    try:
        return subprocess.run(
            ["git", "-C", ROOT, "describe", "--always", "--dirty"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _flags(build):
    """What CMake compiled with."""
    found = {}
    for line in (build / "CMakeCache.txt").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        name = name.partition(":")[0]
        if name in ("CMAKE_BUILD_TYPE", "CMAKE_CXX_FLAGS", "CMAKE_CXX_FLAGS_RELEASE",
                    "STATEGRAD_SANITIZE"):
            found[name] = value
    return found


def cores():
    return len(os.sched_getaffinity(0))


def load():
    """Of the last minute: how many processes wanted a core."""
    return os.getloadavg()[0]


def facts(build, stategrad, threads):
    program = json.loads(stategrad.run("info", "--json"))[0]
    program.pop("threads", None)
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": cores(),
        "system": platform.platform(),
        "threads": threads,
        "load_before": round(load(), 2),
        "revision": _revision(),
        "program": program,
        "flags": _flags(build),
        "python": platform.python_version(),
        "numpy": _version("numpy"),
        "torch": _version("torch"),
    }
