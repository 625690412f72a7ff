# SPDX-License-Identifier: MIT
"""The program alone, one size changed at a time. The weights are random: the times of exact state
gradients and of training do not depend on their values."""

from harness import corpus, gradients, recipe
from harness.questions import Contender

TITLE = "How does the cost grow with the sizes of the model and the number of threads?"
CONTENDERS = [
    Contender("state_gradients", "stategrad gradients"),
    Contender("training", "stategrad train"),
]
FULL = {
    "base": {"cell": "LSTM", "layers": 1, "E": 64, "H": 256, "D": 50},
    "changes": {
        "H": (64, 128, 512, 1024), "E": (16, 32, 128), "D": (10, 25, 100, 200), "layers": (2, 3),
        "cell": ("GRU", "RNN"), "threads": (1,),
    },
    "other": [{"E": 650, "H": 650}, {"H": 512, "layers": 2}],
    "V": (1000, 5000, 20000, 50000),
    "training": {"E": 64, "H": 256, "B": 20, "T": 50},
    "work": {"epoch_words": 10000, "samples": 3, "seconds": 3},
    "operations": 5e11,  # of a sample: three seconds
}
QUICK = {
    "base": {"cell": "LSTM", "layers": 1, "E": 4, "H": 8, "D": 5},
    "changes": {"layers": (2,), "cell": ("RNN",)},
    "other": [],
    "V": (30,),
    "training": {"E": 4, "H": 8, "B": 2, "T": 5},
    "work": {"epoch_words": 60, "samples": 1, "seconds": 0},
    "operations": 1,
}


def cases(plan):
    sizes = QUICK if plan.quick else FULL
    base = {**sizes["base"], "threads": plan.threads}
    changed = [{}] + [{k: v} for k, values in sizes["changes"].items() for v in values]
    found = [gradient_case(base, change, sizes) for change in changed + sizes["other"]]
    for V in sizes["V"]:
        case = recipe.make_case("LSTM", {**sizes["training"], "V": V},
                                {"threads": plan.threads, **sizes["work"]})
        found.append({**case, "contender": "training"})
    return [case for case in found if case["threads"] <= plan.threads]


def gradient_case(base, change, sizes):
    case = {**base, **change}
    name = ", ".join(f"{key} {case[key]}" for key in ("E", "H", "D", "layers"))
    words = round(sizes["operations"] / gradients.flops(case))
    return {"contender": "state_gradients", "name": f"{case['cell']}, {name}", "unit": "ms/word",
            "words": case["D"] + min(2000, max(20, words)), "samples": 2 if words < 20 else 3,
            "seconds": 0, **case}


def prepare(case, folder, stategrad):
    if case["contender"] == "training":
        return recipe.prepare(case, folder, stategrad)
    (folder / "data").mkdir()
    for name in ("train", "valid", "test"):
        corpus.write_text(folder / "data" / f"{name}.txt", corpus.zipf_words(60, 20, seed=1))
    stategrad.train(
        {
            "save_path": folder / "model", "log_dir": folder / "logs", "data_path": folder / "data",
            "basic_cell": case["cell"], "num_layers": case["layers"], "size": case["H"],
            "embedding_size": case["E"], "batch_size": 1, "num_steps": 10, "max_max_epoch": 1,
        },
        case["threads"],
    )
    places = {"model": str(folder / "model")}
    for name, count in (("text", case["words"]), ("ring_text", case["D"])):
        places[name] = str(folder / f"{name}.txt")
        corpus.write_text(places[name], corpus.zipf_words(count, 20, seed=2))
    return {**case, **places}
