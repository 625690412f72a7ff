# SPDX-License-Identifier: MIT
"""A room includes rooms of lower floors only. The floors are those of src/*/CMakeLists.txt."""

import re
import unittest

from house import ROOT, Room, files, read, rooms

INCLUDE = re.compile(r'^\s*#\s*include\s+"([a-z_]+)/', re.M)


def included_rooms(text):
    return {name for name in INCLUDE.findall(text) if name != "stategrad"}


def violations(name, text, house):
    """What is wrong with the includes of a file of the room called name."""
    room, wrong = house[name], []
    for other in sorted(included_rooms(text) - {name}):
        if other not in house:
            wrong.append(f"includes {other}/, which is no room")
        elif house[other].floor >= room.floor:
            wrong.append(
                f"is on floor {room.floor} and includes {other}/ of floor {house[other].floor}"
            )
        elif other not in room.rooms:
            wrong.append(f"includes {other}/, which the ROOMS of its room do not name")
    return wrong


class Floors(unittest.TestCase):
    def test_includes_go_down(self):
        house, wrong = rooms(), []
        for path in files((".cc", ".h"), ("src",)):
            wrong += [f"{path} {text}" for text in violations(path.parts[1], read(path), house)]
        self.assertEqual(wrong, [])

    def test_links_go_down(self):
        house = rooms()
        for room in house.values():
            for other in room.rooms:
                self.assertLess(house[other].floor, room.floor, f"{room.name} links {other}")

    def test_a_folder_is_a_room(self):
        folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
        self.assertEqual(folders, set(rooms()))

    def test_rooms_are_built_from_the_ground(self):
        order = re.search(r"foreach\(room IN ITEMS ([a-z ]+)\)", read("CMakeLists.txt")).group(1)
        house = rooms()
        self.assertEqual(sorted(order.split()), sorted(house))
        floors = [house[name].floor for name in order.split()]
        self.assertEqual(floors, sorted(floors))

    def test_every_source_is_built(self):
        for name in rooms():
            listed = re.findall(r"[\w./]+", read(f"src/{name}/CMakeLists.txt"))
            for path in files((".cc",), (f"src/{name}",)):
                source = str(path.relative_to(f"src/{name}"))
                self.assertTrue(source in listed, f"src/{name}/CMakeLists.txt lacks {source}")

    def test_public_headers_include_no_room(self):
        for path in files((".h",), ("include",)):
            self.assertEqual(included_rooms(read(path)), set(), path)


class Rule(unittest.TestCase):
    """The rule itself, on a house of two floors."""

    HOUSE = {
        name: Room(f"stategrad_room(\n  NAME {name}\n  FLOOR {floor}\n  SOURCES\n  ROOMS {uses})\n")
        for name, floor, uses in (
            ("cellar", 0, ""), ("hall", 1, "cellar"), ("kitchen", 1, "cellar"), ("roof", 2, "hall"))
    }

    def check(self, name, included):
        return violations(name, f'#include "{included}/x.h"\n', self.HOUSE)

    def test_allows_lower_floors_and_the_room_itself(self):
        self.assertEqual(self.check("hall", "cellar"), [])
        self.assertEqual(self.check("hall", "hall"), [])
        self.assertEqual(self.check("hall", "stategrad"), [])

    def test_refuses_upper_floors_neighbours_strangers_and_what_is_not_linked(self):
        self.assertRegex(self.check("cellar", "hall")[0], "floor 0 and includes hall/ of floor 1")
        self.assertRegex(self.check("hall", "kitchen")[0], "floor 1 and includes kitchen/")
        self.assertRegex(self.check("hall", "garage")[0], "no room")
        self.assertRegex(self.check("roof", "kitchen")[0], "ROOMS")


if __name__ == "__main__":
    unittest.main()
