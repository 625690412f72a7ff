# SPDX-License-Identifier: MIT
"""What the study does with a model."""

import os
import subprocess
import sys

import classes
import tables
from json_files import read_json
from models import EPOCHS_BESIDE_PYTORCH
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# Of the words that the cell state still holds: delays 0 to 49, as in the papers.
MAX_DELAY = 50
# Words, and states, of which probes are made.
PROBE_SAMPLE = 5000


def say(text):
    print(text, file=sys.stderr, flush=True)


def read_config(path):
    with open(path, encoding="utf-8") as file:
        pairs = [line.split(maxsplit=1) for line in file if len(line.split()) > 1]
    return {key: value.strip("` \n") for key, value in pairs}


def epochs_of(folder):
    description = read_json(folder / "model.json")
    return description["epochs_done"] if description else 0


class Study:
    def __init__(self, program, data, output, threads):
        self.program, self.data, self.output = program, data, output
        self.threads = threads or os.cpu_count()
        output.mkdir(parents=True, exist_ok=True)

    def run(self, *arguments, **options):
        command = [str(self.program), *map(str, arguments), "--threads", str(self.threads)]
        say("$ " + " ".join(command[1:]))
        return subprocess.run(command, cwd=self.output, check=True, text=True, **options)

    def folder(self, model):
        return self.output / "models" / model.folder

    def text_of(self, model):
        """The folder of the texts of a model."""
        if model.share == 1:
            return self.data
        folder = self.output / "text" / f"first-of-{model.share}"
        if not folder.exists():
            made = folder.with_name(folder.name + ".tmp")
            made.mkdir(parents=True, exist_ok=True)
            lines = (self.data / "train.txt").read_bytes().splitlines(keepends=True)
            (made / "train.txt").write_bytes(b"".join(lines[:len(lines) // model.share]))
            for name in ("valid.txt", "test.txt"):
                (made / name).write_bytes((self.data / name).read_bytes())
            made.rename(folder)
        return folder

    def train(self, model):
        """Goes on with a training that has begun; then the perplexities of its last weights."""
        folder = self.folder(model)
        if epochs_of(folder) < model.epochs:
            resume = ["--resume"] if (folder / "checkpoint").exists() else []
            settings = [f"data_path={self.text_of(model)}", f"max_max_epoch={model.epochs}",
                        f"save_path=models/{model.folder}/", *model.settings]
            self.run("train", "--config", ROOT / "configs" / f"{model.config}.config",
                     *(word for setting in settings for word in ("--set", setting)),
                     *resume, stdout=subprocess.DEVNULL)
        perplexities = self.output / "perplexity" / f"{model.name}.json"
        if not perplexities.exists():
            done = self.run("eval", "--model", f"models/{model.folder}", "--json", "--quiet",
                            "--text", self.data / "test.txt", stdout=subprocess.PIPE)
            perplexities.parent.mkdir(exist_ok=True)
            perplexities.write_text(done.stdout, encoding="utf-8")

    def pytorch(self, model):
        import pytorch_epochs
        folder = self.output / "pytorch" / model.name
        if not model.pytorch or (folder / "pytorch.csv").exists():
            return
        epochs = min(model.epochs, EPOCHS_BESIDE_PYTORCH)
        if epochs_of(self.folder(model)) < epochs:
            raise RuntimeError(f"{model.name}: --step train has to come first")
        folder.mkdir(parents=True, exist_ok=True)
        for name, target in (("start", self.folder(model).resolve()), ("data", self.data)):
            if not (folder / name).exists():
                (folder / name).symlink_to(target)
        settings = read_config(ROOT / "configs" / f"{model.config}.config")
        pytorch_epochs.train(folder, settings, epochs, self.threads, say)

    def analyze(self, model):
        results = self.output / "results" / model.name
        if not model.analyzed or (results / "summary.json").exists():
            return
        listed, differences = classes.write(self.data, self.output / "classes")
        others = [other.parent for other in sorted(self.output.glob("results/*/summary.json"))]
        self.run("analyze", "--model", f"models/{model.folder}", "--text", self.data / "valid.txt",
                 "--max-delay", MAX_DELAY, "--probe-sample", PROBE_SAMPLE, "--classes", listed.resolve(),
                 *(f"--difference={difference}" for difference in differences),
                 *(f"--compare={other.relative_to(self.output)}" for other in others),
                 "-o", results.relative_to(self.output), stdout=subprocess.DEVNULL)

    def tables(self, markdown):
        text = tables.render(self)
        print(text, end="")
        if markdown:
            markdown.write_text(text, encoding="utf-8")

    def summary(self, model):
        return read_json(self.output / "results" / model.name / "summary.json")
