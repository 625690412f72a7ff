# SPDX-License-Identifier: MIT
"""clang-tidy over the sources of the rooms (or the files given), on all cores.

A file that passed is not looked at again until it, a header that it includes or the rules change:
what passed is kept in <build>/tidy.
"""

import concurrent.futures
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys

from house import BUILD, ROOT, files, read

SKIPPED = 77  # ctest's SKIP_RETURN_CODE
PASSED = BUILD / "tidy"
# The build is GCC's: what its Clang does not know.
FOR_CLANG = [
    "--extra-arg=-Wno-unknown-warning-option",
    "--extra-arg=-Wno-unknown-pragmas",
    "--extra-arg=-USTATEGRAD_X86_LEVELS",
]

# Rooms that include headers, PyTorch's, which this Clang cannot read.
UNREADABLE = ("torch",)


@functools.lru_cache(maxsize=None)
def included(path):
    """The files of the project that a file includes, itself too."""
    found = {path}
    for name in re.findall(r'^#include "(.*)"', read(path), re.M):
        for folder in ("src", "include"):
            header = os.path.join(folder, name)
            if (ROOT / header).exists():
                found |= included(header)
    return frozenset(found)


def digest(path, version):
    rules = [str(p.relative_to(ROOT)) for p in ROOT.glob("src/*/.clang-tidy")]
    names = [".clang-tidy", *sorted(rules), *sorted(included(path))]
    return hashlib.sha256("".join([version, *map(read, names)]).encode()).hexdigest()


def tidy(path, version):
    """None, or the path of a file with findings, which are printed."""
    mark = PASSED / digest(path, version)
    if mark.exists():
        return None
    done = subprocess.run(
        ["clang-tidy", "--quiet", "-p", str(BUILD), *FOR_CLANG, path],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, text=True,
    )
    if done.returncode == 0:
        mark.touch()
        return None
    print(done.stdout or done.stderr, flush=True)
    return path


def main(arguments):
    if shutil.which("clang-tidy") is None:
        print("skipped: clang-tidy is not installed")
        return SKIPPED
    version = subprocess.run(
        ["clang-tidy", "--version"], stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    PASSED.mkdir(parents=True, exist_ok=True)
    sources = arguments or [
        str(path)
        for path in files((".cc",), ("src",))
        if not path.name.endswith("_test.cc") and path.parts[1] not in UNREADABLE
    ]
    cores = len(os.sched_getaffinity(0))
    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        answers = list(pool.map(lambda path: tidy(path, version), sources))
    findings = [answer for answer in answers if answer is not None]
    print(f"{len(sources)} files, {len(findings)} of them with findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
