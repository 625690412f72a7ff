# SPDX-License-Identifier: MIT
"""The tables of docs/results.md, in Markdown, from what the study has so far."""

import memory_tables
import model_tables
import training_tables


def render(study):
    sections = [*training_tables.sections(study), *model_tables.sections(study),
                *memory_tables.sections(study)]
    return "\n".join(f"### {title}\n\n{markdown(header, rows)}"
                     for title, header, rows in sections if rows)


def markdown(header, rows):
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)
