# SPDX-License-Identifier: MIT
"""How the models were trained."""

import csv
import statistics

from models import EPOCHS_BESIDE_PYTORCH, MODELS
from json_files import read_json


def read_rows(path):
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def sections(study):
    curves = {m: read_rows(study.folder(m) / "metrics.csv") for m in MODELS}
    return [models(study, curves), *learning_curves(curves), beside_pytorch(study, curves)]


def models(study, curves):
    rows = []
    for model, curve in curves.items():
        if not curve:
            continue
        description = read_json(study.folder(model) / "model.json")
        best = min(curve, key=lambda row: row["valid_perplexity"])
        tests = read_json(study.output / "perplexity" / f"{model.name}.json")
        test = f"{tests[-1]['perplexity']:.2f}" if tests else ""
        speed = statistics.median(row["tokens_per_second"] for row in curve)
        minutes = sum(row["seconds"] for row in curve) / 60
        name = ", ".join([f"`{model.config}`", *(f"`{setting}`" for setting in model.settings),
                          *([f"first 1/{model.share} of the text"] if model.share > 1 else [])])
        rows.append([f"{model.name} ({name})", description["epochs_done"],
                     f"{curve[-1]['train_perplexity']:.2f}", f"{curve[-1]['valid_perplexity']:.2f}",
                     f"{best['valid_perplexity']:.2f} ({best['epoch']:.0f})", test,
                     f"{speed:,.0f}", f"{minutes:.0f}"])
    return ("Models", ["model", "epochs", "train", "valid", "best valid (epoch)", "test",
                       "words/s, median", "minutes"], rows)


def learning_curves(curves):
    for model, curve in curves.items():
        shown = [row for row in curve if row["epoch"] <= 13 or row["epoch"] % 3 == 0]
        yield (f"Learning curve of {model.name}", ["epoch", "learning rate", "train", "valid"],
               [[f"{row['epoch']:.0f}", f"{row['learning_rate']:.4g}",
                 f"{row['train_perplexity']:.2f}", f"{row['valid_perplexity']:.2f}"]
                for row in shown])


def beside_pytorch(study, curves):
    rows = []
    for model, curve in curves.items():
        theirs = read_rows(study.output / "pytorch" / model.name / "pytorch.csv")
        for ours, other in zip(curve[:EPOCHS_BESIDE_PYTORCH], theirs):
            rows.append([f"{model.name}, epoch {ours['epoch']:.0f}",
                         f"{ours['train_perplexity']:.2f}", f"{other['train_perplexity']:.2f}",
                         f"{ours['valid_perplexity']:.2f}", f"{other['valid_perplexity']:.2f}",
                         f"{ours['valid_perplexity'] / other['valid_perplexity']:.3f}"])
    return ("Perplexities beside PyTorch's", ["", "train", "PyTorch", "valid", "PyTorch",
                                              "valid, ratio"], rows)
