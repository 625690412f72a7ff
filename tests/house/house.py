# SPDX-License-Identifier: MIT
"""What the tests of the house share: the source tree, its files and its rooms."""

import os
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("STATEGRAD_BUILD", ROOT / "build" / "check"))

# Everything that the project wrote itself.
FOLDERS = ("cmake", "include", "src", "tests", "tools", "bench", "studies", "examples", "web")
CODE = (".cc", ".h", ".py", ".sh", ".cmake", ".in", ".js", ".ts", ".css")
GENERATED = {"node_modules", "__pycache__", "dist", "build"}


def files(suffixes=CODE, folders=FOLDERS):
    """The project's own files as paths relative to the root, sorted."""
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in folders:
        found += [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    relative = (path.relative_to(ROOT) for path in found)
    return sorted(
        path
        for path in relative
        if (path.suffix in suffixes or path.name == "CMakeLists.txt" and ".cmake" in suffixes)
        and not GENERATED.intersection(path.parts)
    )


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


class Room:
    """What src/<room>/CMakeLists.txt says."""

    def __init__(self, text):
        call = re.search(r"^stategrad_room\((.*?)\)$", text, re.S | re.M).group(1)
        words = re.sub(r"#.*", "", call).split()
        values, keyword = {}, None
        for word in words:
            if word in ("NAME", "FLOOR", "SOURCES", "TESTS", "ROOMS", "LINKS", "PRIVATE_LINKS"):
                keyword = word
                values[keyword] = []
            else:
                values[keyword].append(word)
        self.name = values["NAME"][0]
        self.floor = int(values["FLOOR"][0])
        self.rooms = values.get("ROOMS", [])
        self.tests = values.get("TESTS", [])


def rooms():
    """The rooms by name."""
    found = [Room(path.read_text(encoding="utf-8")) for path in ROOT.glob("src/*/CMakeLists.txt")]
    return {room.name: room for room in found}
