# SPDX-License-Identifier: MIT
"""Files that steps and tables read."""

import json


def read_json(path):
    """None if there is no such file."""
    if not path.exists():
        return None
    with open(path, encoding="utf-8") as file:
        return json.load(file)
