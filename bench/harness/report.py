# SPDX-License-Identifier: MIT
"""Results as JSON, as a table to read, and as Markdown for the documents."""

import json
import os
import pathlib

HEAD = ("contender", "median", "lowest", "highest", "unit", "GFLOPS", "% of peak", "difference")


def replace_file(path, text):
    """The file appears whole or not at all."""
    path = pathlib.Path(path)
    temporary = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def number(value, digits=3):
    if value is None:
        return "-"
    if value >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:.{digits}g}"


def cells_of(row):
    name = row["about"] + (f", {row['environment']}" if row["environment"] else "")
    difference = row["largest_difference"]
    return (
        name, *(number(row[key]) for key in ("median", "lowest", "highest")), row["unit"],
        number(row["gflops"]), number(row["percent_of_peak"], 2),
        "-" if difference is None else f"{difference:.0e}",
    )


def groups(results):
    """Rows by case, and cases with one contender each in one table: [(title, head, rows)]."""
    cases = {}
    for row in results:
        cases.setdefault(row["case"], []).append(row)
    if any(len(rows) > 1 for rows in cases.values()):
        return [(case, HEAD, [cells_of(row) for row in rows]) for case, rows in cases.items()]
    named = {}
    for row in results:
        cells = (f"{row['case']}, threads {row['threads']}", *cells_of(row)[1:])
        named.setdefault(row["about"], []).append(cells)
    return [(about, ("case", *HEAD[1:]), rows) for about, rows in named.items()]


def machine_lines(report):
    machine = report["machine"]
    program = machine["program"]
    flags = " ".join(value for value in machine["flags"].values() if value)
    lines = [
        f"Processor: {machine['processor']}, {machine['cores']} cores; threads: "
        f"{machine['threads']}; kernels: {program['instruction_set']}",
        f"System: {machine['system']}",
        f"Program: {program['version']}, revision {machine['revision']}, {program['compiler']}, "
        f"{flags}; {program['openblas']}",
        f"PyTorch: {machine['torch']}; numpy: {machine['numpy']}; Python: {machine['python']}",
        f"Run: {machine['date']}, {report['seconds']:.0f} seconds; load of the machine before: "
        f"{machine['load_before']}",
    ]
    for threads in sorted({peak["threads"] for peak in report["peaks"]}):
        values = [v for p in report["peaks"] if p["threads"] == threads for v in p["gflops"]]
        size = report["peaks"][0]["size"]
        lines.append(f"Peak, {threads} threads: {min(values):.0f} to {max(values):.0f} GFLOPS "
                     f"(float32 products of {size} x {size} matrices)")
    return lines


def _as_text(head, rows):
    widths = [max(map(len, column)) for column in zip(head, *rows)]
    lines = []
    for row in (head, *rows):
        cells = [c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _as_markdown(head, rows):
    line = "| " + " | ".join("---" if i == 0 else "---:" for i in range(len(head))) + " |"
    return "\n".join(["| " + " | ".join(head) + " |", line,
                      *("| " + " | ".join(row) + " |" for row in rows)])


def render(report, markdown):
    """The whole report, in Markdown or in plain text."""
    table = _as_markdown if markdown else _as_text
    mark = (lambda level, text: f"{'#' * level} {text}") if markdown else (lambda _, text: text)
    parts = [mark(1, "Measured speed")] if markdown else []
    parts.append("\n".join(f"- {line}" if markdown else line for line in machine_lines(report)))
    for name, title in report["questions"].items():
        results = [row for row in report["results"] if row["question"] == name]
        if results:
            parts.append(mark(2, title))
        for case, head, rows in groups(results):
            parts += [mark(3, case), table(head, rows)]
    skipped = [f"- {s['contender']} ({s['case']}): {s['reason']}" for s in report["skipped"]]
    if skipped:
        parts += [mark(2, "Skipped"), "\n".join(skipped)]
    return "\n\n".join(parts) + "\n"


def write(report, folder, markdown=None):
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / "results.json", json.dumps(report, indent=1) + "\n")
    replace_file(folder / "results.txt", render(report, markdown=False))
    if markdown:
        replace_file(markdown, render(report, markdown=True))
