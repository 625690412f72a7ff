# SPDX-License-Identifier: MIT
"""Epochs of a model in PyTorch, by the recipe of its configuration: the same layers, windows, loss,
clipping and dropout of the top layer, with random numbers of its own."""

import csv
import math
import time

import torch

from training.pytorch import Training


def initialise(model, scale):
    """As docs/reference.md says of init_scale: weights and the output bias uniform, the biases of
    gates 1 in a GRU, else 0."""
    torch.manual_seed(1)
    for name, parameter in model.named_parameters():
        if "bias" not in name or name == "output.bias":
            torch.nn.init.uniform_(parameter, -scale, scale)
        else:
            torch.nn.init.zeros_(parameter)
            if model.cell == "GRU" and "bias_ih" in name:
                parameter.data[: 2 * model.size] = 1


def one_epoch(training):
    training.model.train()
    training.state = training.model.start(training.shape.batch_size)
    start, losses = time.monotonic(), []
    for window in training.windows:
        losses.append(training.train(*window))
    words = len(losses) * training.shape.num_steps * training.shape.batch_size
    speed = words / (time.monotonic() - start)
    training.model.eval()
    training.state = training.model.start(training.shape.batch_size)
    with torch.no_grad():
        valid = [training.loss(*window).item() for window in training.valid]
    steps = training.shape.num_steps
    return [math.exp(sum(x) / (len(x) * steps)) for x in (losses, valid)] + [speed]


def train(folder, settings, epochs, threads, say):
    """Writes folder/pytorch.csv; goes on after the last epoch that folder/pytorch.pt holds. The
    folder has start, a model of the program whose shapes and words are taken, and data."""
    case = {"threads": threads, "folder": str(folder), "settings": settings,
            "cell": settings["basic_cell"], "H": int(settings["size"]),
            "B": int(settings["batch_size"]), "T": int(settings["num_steps"])}
    training = Training(case, "data", float(settings["dropout"]), float(settings["learning_rate"]))
    checkpoint, rows = folder / "pytorch.pt", []
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        training.model.load_state_dict(saved["model"])
        torch.set_rng_state(saved["random"])
        rows = saved["rows"]
    else:
        initialise(training.model, float(settings["init_scale"]))
    while len(rows) < epochs:
        rows.append(one_epoch(training))
        say(f"PyTorch, epoch {len(rows)}: train perplexity {rows[-1][0]:.2f}, "
            f"valid perplexity {rows[-1][1]:.2f}")
        unfinished = checkpoint.with_suffix(".new")
        torch.save({"model": training.model.state_dict(), "random": torch.get_rng_state(),
                    "rows": rows}, unfinished)
        unfinished.replace(checkpoint)
    with open(folder / "pytorch.new", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["epoch", "train_perplexity", "valid_perplexity", "tokens_per_second"])
        table.writerows([i + 1, *row] for i, row in enumerate(rows))
    (folder / "pytorch.new").replace(folder / "pytorch.csv")
