# SPDX-License-Identifier: MIT
"""The models beside each other: of each, one row."""

import math

from classes import FREQUENCY_NAMES
from memory_tables import CROSS, KEY_DELAYS, by_delay, number, ranked, shown
from models import MODELS


def sections(study):
    """None of one model alone."""
    found = {}
    for model in MODELS:
        summary = study.summary(model)
        if summary is not None:
            found[f"{model.name}, {summary['states'][0]['state']} state"] = summary
    if len(found) < 2:
        return []
    return [
        ("Memory of the models", MEMORY_HEADER, rows(found, memory)),
        ("Rare against frequent words in the models", RATIO_HEADER, rows(found, rare_to_frequent)),
        ("Kinds of words in the models", RANKS_HEADER, ranks(found)),
        ("Relative memory of difference vectors in the models", DIFFERENCE_HEADER,
         differences(found)),
        ("Linear validity in the models", VALIDITY_HEADER, rows(found, validity)),
        ("Directions in common of the models", ANGLE_HEADER, angles(found)),
    ]


def rows(found, cells):
    return [[name, *cells(summary)] for name, summary in found.items()]


def classes_of(summary):
    return {entry["name"]: entry for entry in summary["states"][0]["classes"]}


def quotient(above, below):
    """Of two estimates, their errors taken as independent."""
    if above["estimate"] is None or not below["estimate"]:
        return ""
    value = above["estimate"] / below["estimate"]
    halves = [(entry["high"] - entry["estimate"]) / entry["estimate"] for entry in (above, below)]
    return f"{value:.3g} ± {abs(value) * math.hypot(*halves):.2g}"


MEMORY_HEADER = ["model", *(f"mean norm, delay {d}" for d in (0, 1, 10, 49)), "half", "tenth",
                 "hundredth", "law of the mean norm", "ΔAICc of the exponential",
                 "kept by the mean, delay 1", "… 10", "effective rank, delay 49"]


def memory(summary):
    of_all = classes_of(summary)["all"]
    delays = by_delay(of_all)
    norm = {entry["measure"]: entry for entry in of_all["memory"]}["mean_norm"]
    fits = {fit["law"]: fit for fit in norm["fits"] if fit["aicc"] is not None}
    worse = (fits["exponential"]["aicc"] - min(fit["aicc"] for fit in fits.values())
             if "exponential" in fits else None)

    def at(delay, measure):
        return shown(delays[delay].get(measure)) if delay in delays else ""

    return [*(at(d, "mean_norm") for d in (0, 1, 10, 49)), number(norm["half"]),
            number(norm["tenth"]), number(norm["hundredth"]), norm["law"] or "", number(worse),
            at(1, "kept_by_mean"), at(10, "kept_by_mean"), at(49, "raw_effective_rank")]


RATIO_HEADER = ["model", *(f"delay {d}" for d in KEY_DELAYS), "half-life, rare", "… frequent"]


def rare_to_frequent(summary):
    classes = classes_of(summary)
    rare, frequent = (classes[name] for name in (FREQUENCY_NAMES[0], FREQUENCY_NAMES[-1]))
    above, below = by_delay(rare), by_delay(frequent)
    half = [number(entry["half"]) for of in (rare, frequent) for entry in of["memory"]
            if entry["measure"] == "mean_norm"]
    return [*(quotient(above[d][CROSS], below[d][CROSS]) if d in above and d in below else ""
              for d in KEY_DELAYS), *half]


RANKS_HEADER = ["model and delay", "remembered best", "remembered least"]


def ranks(found, most=4):
    lines = []
    for name, summary in found.items():
        classes = classes_of(summary)
        for delay in (1, 10, 49):
            kinds = [kind for kind in ranked(classes, delay) if delay in by_delay(classes[kind])]

            def told(kind):
                return f"{kind} {shown(by_delay(classes[kind])[delay][CROSS], 2)}"

            if kinds:
                lines.append([f"{name}, delay {delay}", "; ".join(map(told, kinds[:most])),
                              "; ".join(map(told, kinds[-most:]))])
    return lines


DIFFERENCE_HEADER = ["model and difference", *(f"delay {d}" for d in KEY_DELAYS)]


def differences(found):
    lines = []
    for name, summary in found.items():
        state = summary["states"][0]["state"]
        of_all = [d for d in summary.get("differences", [])
                  if d["class"] == "all" and d["state"] == state]
        for difference in of_all:
            at = by_delay(difference)
            lines.append([f"{name}: {difference['name']}",
                          *(times_chance(at.get(d)) for d in KEY_DELAYS)])
    return lines


def times_chance(entry):
    """How many times that of a random direction: the models have different spectra."""
    if entry is None:
        return ""
    value, chance = entry["relative_memory"], entry["chance"]["relative_memory"]
    half = (value["high"] - value["estimate"]) / chance
    return f"{value['estimate'] / chance:.3g} ± {half:.2g}"


VALIDITY_HEADER = ["model", *(f"wrong by, delay {d}" for d in (0, 1, 10, 49)),
                   *(f"cosine, delay {d}" for d in (0, 1, 10, 49))]


def validity(summary):
    state = summary["states"][0]["state"]
    at = next((by_delay(entry) for entry in summary.get("validity", [])
               if entry["class"] == "all" and entry["state"] == state), {})
    return [shown(at[d][measure]) if d in at else "" for measure in ("relative_error", "cosine")
            for d in (0, 1, 10, 49)]


ANGLE_HEADER = ["models", *(f"delay {d}" for d in KEY_DELAYS), "by chance"]


def angles(found):
    lines = {}
    for name, summary in found.items():
        state = summary["states"][0]["state"]
        for angle in summary.get("angles", []):
            if angle["kind"] == "models" and angle["state"] == state \
                    and angle["first"]["class"] == "all":
                other = angle["second"]["results"].rsplit("/", 1)[-1]
                line = lines.setdefault((name, other), {"chance": angle["chance"]})
                line[angle["first"]["delay"]] = angle["overlap"]
    return [[f"{name}, and {other}", *(shown(line.get(d)) for d in KEY_DELAYS),
             number(line["chance"])] for (name, other), line in lines.items()]
