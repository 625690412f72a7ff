# SPDX-License-Identifier: MIT
"""What the models remember, from the summary.json of each."""

import math

from classes import FREQUENCY_NAMES, KINDS
from models import MODELS

DELAYS = (0, 1, 2, 5, 10, 20, 30, 40, 49)
KEY_DELAYS = (1, 5, 10, 20, 49)
# Leading singular values of the mean that noise does not raise: classes of all sizes compare.
CROSS = "raw_leading_cross_validated"


def sections(study):
    found = []
    for model in MODELS:
        summary = study.summary(model)
        if summary is None:
            continue
        state = summary["states"][0]
        classes = {entry["name"]: entry for entry in state["classes"]}
        of = f"{model.name}, {state['state']} state"
        found += [
            (f"Spectrum over delays: {of}", SPECTRUM_HEADER, spectrum(classes["all"])),
            (f"Laws of decay: {of}", LAW_HEADER, laws(classes["all"])),
            (f"Frequency: {of}", CLASS_HEADER, over_delays(classes, FREQUENCY_NAMES)),
            (f"Rare against frequent at equal kind: {of}", EQUAL_KIND_HEADER,
             rare_against_frequent(state)),
            (f"Kinds of words: {of}", CLASS_HEADER, over_delays(classes, ranked(classes, 10))),
            *others(summary, of),
        ]
    return found


def shown(entry, digits=3):
    """Estimate and half the width of its interval of 95 per cent."""
    if entry is None or entry.get("estimate") is None:
        return ""
    text = f"{entry['estimate']:.{digits}g}"
    if entry.get("high") is not None:
        text += f" ± {entry['high'] - entry['estimate']:.2g}"
    return text


def number(value, digits=3):
    return "" if value is None else f"{value:.{digits}g}"


SPECTRUM_HEADER = ["delay", "leading of the mean", "noise alone", "normalised leading",
                   "normalised sum", "effective rank", "mean norm of single", "kept by the mean"]


def spectrum(of_class):
    return [[d["delay"], shown(d["raw_leading"]), number(d["raw_leading"]["noise"]),
             shown(d.get("normalised_leading")), shown(d.get("normalised_sum")),
             shown(d["raw_effective_rank"]), shown(d["mean_norm"]), shown(d.get("kept_by_mean"))]
            for d in of_class["delays"] if d["delay"] in DELAYS]


LAW_HEADER = ["measure", "from delay", "half", "tenth", "hundredth", "law chosen",
              "χ² of it per degree of freedom", "ΔAICc of the exponential"]


def laws(of_class):
    rows = []
    for memory in of_class["memory"]:
        fits = {fit["law"]: fit for fit in memory["fits"]}
        chosen = fits.get(memory["law"])
        if chosen is None:
            continue
        best = min(fit["aicc"] for fit in fits.values() if fit["aicc"] is not None)
        chi = chosen["chi_squared"] / max(1, chosen["degrees_of_freedom"])
        parameters = ", ".join(f"{name} {number(value['estimate'])}"
                               for name, value in chosen["parameters"].items())
        rows.append([memory["measure"], memory["from"], number(memory["half"]),
                     number(memory["tenth"]), number(memory["hundredth"]),
                     f"{memory['law']}: {parameters}", number(chi),
                     number(fits["exponential"]["aicc"] - best) if "exponential" in fits else ""])
    return rows


CLASS_HEADER = ["class", "words", *(f"delay {d}" for d in KEY_DELAYS), "half-life of the mean norm"]


def by_delay(entry):
    return {d["delay"]: d for d in entry["delays"]}


def at_delays(of_class, measure, delays):
    entries = by_delay(of_class)
    return [shown(entries[d].get(measure)) if d in entries else "" for d in delays]


def over_delays(classes, names):
    rows = []
    for name in names:
        if name not in classes or not classes[name]["delays"]:
            continue
        of_class = classes[name]
        half = {memory["measure"]: memory["half"] for memory in of_class["memory"]}
        rows.append([name, f"{of_class['delays'][0]['count']:,}",
                     *at_delays(of_class, CROSS, KEY_DELAYS), number(half.get("mean_norm"))])
    return rows


def ranked(classes, delay):
    """Kinds of words, those first that are remembered best at this delay."""
    def strength(name):
        entries = by_delay(classes[name])
        return entries[delay][CROSS]["estimate"] if delay in entries else 0
    return sorted((kind for kind in KINDS if kind in classes), key=strength, reverse=True)


EQUAL_KIND_HEADER = ["kind", "delay", "rare - frequent, 95 %", "p", "corrected p"]


def rare_against_frequent(state):
    """Of the comparisons of all pairs of combinations, those that ask this question, corrected for
    their own number."""
    wanted = {}
    for kind in KINDS:
        pair = {f"{kind} x {FREQUENCY_NAMES[0]}", f"{kind} x {FREQUENCY_NAMES[-1]}"}
        for comparison in state["comparisons"]:
            if {comparison["first"], comparison["second"]} == pair and comparison["delay"] > 0:
                wanted[kind, comparison["delay"]] = comparison
    corrected = holm([c["p"] for c in wanted.values()])
    rows = []
    for ((kind, delay), comparison), p in zip(wanted.items(), corrected):
        if delay not in KEY_DELAYS:
            continue
        sign = 1 if comparison["first"].endswith(FREQUENCY_NAMES[0]) else -1
        half_width = comparison["high"] - comparison["difference"]
        rows.append([kind, delay, f"{sign * comparison['difference']:.3g} ± {half_width:.2g}",
                     number(comparison["p"], 2), number(p, 2)])
    return rows


def holm(values):
    """Holm's correction (1979), as docs/method.md has it."""
    corrected, largest = [0.0] * len(values), 0.0
    for rank, index in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        largest = max(largest, min(1.0, (len(values) - rank) * values[index]))
        corrected[index] = largest
    return corrected


def others(summary, of):
    """What stands beside the states."""
    state = summary["states"][0]["state"]
    of_state = {key: [entry for entry in summary.get(key, []) if entry["state"] == state]
                for key in ("differences", "validity", "angles")}
    of_all = [d for d in of_state["differences"] if d["class"] == "all"]
    return [
        *((f"{title} of difference vectors: {of}", DIFFERENCE_HEADER, differences(of_all, measure))
          for measure, title in (("relative_memory", "Relative memory"),
                                 ("cosine", "Cosine to the remembered subspace"))),
        (f"Directions in common: {of}", ANGLE_HEADER, angles(of_state["angles"])),
        (f"Used gradients, mean norm: {of}", USED_HEADER, used(summary.get("used", []))),
        (f"Predicted and true change of the state: {of}", VALIDITY_HEADER,
         validity(of_state["validity"])),
        (f"Timescales of the units: {of}", TIMESCALE_HEADER, timescales(summary)),
    ]


DIFFERENCE_HEADER = ["difference", *(f"delay {d}" for d in KEY_DELAYS)]


def differences(of_all, measure):
    """A row per difference vector, and what chance gives."""
    rows = []
    for difference in of_all:
        rows.append([difference["name"], *at_delays(difference, measure, KEY_DELAYS)])
    if of_all:
        chance = {d["delay"]: d["chance"][measure] for d in of_all[0]["delays"]}
        rows.append(["any direction", *(number(chance.get(d)) for d in KEY_DELAYS)])
    return rows


ANGLE_HEADER = ["overlap", *(f"delay {d}" for d in KEY_DELAYS), "by chance"]


def angles(found):
    """Of all words: every delay with delay 1, and this model with the others."""
    rows = {}
    for angle in found:
        if angle["first"]["class"] != "all":
            continue
        if angle["kind"] == "delays" and angle["first"]["delay"] == 1:
            name = "with delay 1"
        elif angle["kind"] == "models":
            name = "with " + angle["second"]["results"].rsplit("/", 1)[-1]
        else:
            continue
        row = rows.setdefault(name, {"chance": angle["chance"]})
        row[angle["second"]["delay"]] = angle["overlap"]
    return [[name, *(shown(row.get(d)) for d in KEY_DELAYS), number(row["chance"])]
            for name, row in rows.items()]


USED_HEADER = ["class", *(f"delay {d}" for d in KEY_DELAYS)]


def used(found):
    wanted = {"all", *FREQUENCY_NAMES, *KINDS}
    return [[entry["class"], *at_delays(entry, "mean_norm", KEY_DELAYS)]
            for entry in found if entry["class"] in wanted]


VALIDITY_HEADER = ["delay", "samples", "wrong by, of the true change", "cosine", "ratio of the norms"]


def validity(found):
    return [[d["delay"], d["count"], shown(d["relative_error"]), shown(d["cosine"]),
             shown(d["norm_ratio"])]
            for entry in found if entry["class"] == "all"
            for d in entry["delays"] if d["delay"] in DELAYS]


TIMESCALE_HEADER = ["layer and gate", "10 %", "25 %", "50 %", "75 %", "90 %", "longest"]


def timescales(summary):
    """Quantiles over the units, in words."""
    rows = []
    for layer in summary.get("timescales", []):
        at = [quantile["timescale"] for quantile in layer["quantiles"]]
        at.append(max(math.inf if unit["timescale"]["estimate"] is None
                      else unit["timescale"]["estimate"] for unit in layer["units"]))
        rows.append([f"{layer['layer']}, {layer['gate']}",
                     *(number(math.inf if value is None else value) for value in at)])
    return rows
