# SPDX-License-Identifier: MIT
"""Cells in TorchScript (`--cell-module`) and vectors in place of words (`--inputs`, `--labels`)."""

import json
import os
import re
import unittest

import h5py
import numpy

from program import PROGRAM, ProgramTest, write_config

try:
    import torch
except ImportError:
    torch = None

PLUGIN = os.path.join(os.path.dirname(PROGRAM), "libstategrad_torch.so")
INPUTS, UNITS, WORDS = 3, 4, 30

if torch is not None:

    class PeepholeLstm(torch.nn.Module):
        """Gates that see the cell state: i, f of the old one, o of the new one."""

        def __init__(self, inputs: int, units: int):
            super().__init__()
            self.units = units
            self.state_size = 2 * units
            self.of_x = torch.nn.Linear(inputs, 4 * units)
            self.of_h = torch.nn.Linear(units, 4 * units, bias=False)
            self.peep = torch.nn.Parameter(torch.randn(3, units))

        @torch.jit.export
        def step(self, x: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
            h, c = state[:, : self.units], state[:, self.units :]
            i, f, g, o = (self.of_x(x) + self.of_h(h)).chunk(4, 1)
            i = torch.sigmoid(i + self.peep[0] * c)
            f = torch.sigmoid(f + self.peep[1] * c)
            c = f * c + i * torch.tanh(g)
            o = torch.sigmoid(o + self.peep[2] * c)
            return torch.cat([o * torch.tanh(c), c], 1)

    class MinimalGatedUnit(torch.nn.Module):
        """f = σ(W x + U h), h' = (1-f) h + f tanh(V x + R (f h)); no attribute state_size."""

        def __init__(self, inputs: int, units: int):
            super().__init__()
            self.gate = torch.nn.Linear(inputs + units, units)
            self.candidate = torch.nn.Linear(inputs + units, units)

        def forward(self, x: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
            f = torch.sigmoid(self.gate(torch.cat([x, state], 1)))
            n = torch.tanh(self.candidate(torch.cat([x, f * state], 1)))
            return (1 - f) * state + f * n

    class Gru(torch.nn.Module):
        """The GRU that is built in: reset before the product, h' = z h + (1-z) n."""

        def __init__(self, weights):
            super().__init__()
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                self.register_buffer(name, torch.from_numpy(weights[f"rnn.{name}_l0"].copy()))
            self.state_size = self.weight_hh.size(1)

        @torch.jit.export
        def step(self, x: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
            s = self.state_size
            wx = x @ self.weight_ih.t() + self.bias_ih + self.bias_hh
            gates = torch.sigmoid(wx[:, : 2 * s] + state @ self.weight_hh[: 2 * s].t())
            r, z = gates[:, :s], gates[:, s:]
            n = torch.tanh(wx[:, 2 * s :] + (r * state) @ self.weight_hh[2 * s :].t())
            return z * state + (1 - z) * n


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    return {
        name: numpy.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


class Case(ProgramTest):
    def setUp(self):
        super().setUp()
        numpy.save(self.path("x.npy"), self.vectors())

    def vectors(self, size=INPUTS):
        return numpy.random.default_rng(5).normal(size=(WORDS, size))

    def blocks(self, folder):
        """gradients.h5: {(delay, position): [H, R]} of the hidden state of layer 0."""
        found = {}
        with h5py.File(self.path(folder, "gradients.h5")) as file:
            for group in file["hidden/layer_0"].values():
                for position, block in zip(group["position"][()], group["gradients"][()]):
                    found[int(group.attrs["delay"]), int(position)] = block
        return found


@unittest.skipIf(torch is None, "PyTorch is missing")
@unittest.skipUnless(os.path.exists(PLUGIN), "the plugin was built without libtorch-dev")
class CellModule(Case):
    def save(self, module, name="cell.pt", double=True):
        module = module.double() if double else module.float()
        torch.jit.script(module).save(self.path(name))
        return module

    def module(self, kind, double=True):
        torch.manual_seed(3)
        return self.save(kind(INPUTS, UNITS), double=double)

    def autograd(self, step, size, delay, position):
        """d state after `position` / d input `delay` steps before, by PyTorch alone."""
        x = torch.from_numpy(self.vectors()).requires_grad_(True)
        state = torch.zeros(1, size, dtype=torch.float64)
        for t in range(position + 1):
            state = step(x[t : t + 1], state)
        rows = [torch.autograd.grad(state[0, k], x, retain_graph=True)[0][position - delay]
                for k in range(size)]
        return torch.stack(rows).numpy()

    def check_against_autograd(self, step, size, *arguments):
        self.succeed("gradients", "--cell-module", "cell.pt", "--inputs", "x.npy", "--continuous",
                     "--format", "hdf5", "--max-delay", "6", "-o", "out", *arguments)
        blocks = self.blocks("out")
        self.assertEqual(len(blocks), 6 * WORDS - 15)
        for delay, position in ((0, 0), (0, 17), (1, 9), (5, 5), (5, WORDS - 1)):
            expected = self.autograd(step, size, delay, position)
            found = blocks[delay, position]
            self.assertEqual(found.shape, expected.shape)
            self.assertGreater(numpy.abs(expected).max(), 1e-6)
            numpy.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-13)

    def test_peephole_lstm_has_the_gradients_of_autograd(self):
        module = self.module(PeepholeLstm)
        self.check_against_autograd(module.step, 2 * UNITS)

    def test_minimal_gated_unit_has_the_gradients_of_autograd(self):
        module = self.module(MinimalGatedUnit)
        self.check_against_autograd(module, UNITS, "--state-size", str(UNITS), "--threads", "3")

    def test_check_gradients_passes_in_either_precision(self):
        for double in (True, False):
            self.module(PeepholeLstm, double)
            rows = json.loads(self.succeed("check-gradients", "--cell-module", "cell.pt",
                                           "--inputs", "x.npy", "--json").out)
            self.assertEqual([row["state"] for row in rows], ["hidden"] * 10)
            self.assertTrue(all(row["passed"] for row in rows))
            self.assertTrue(all(row["adjoint_difference"] < 1e-9 for row in rows))

    def test_a_copy_of_the_built_in_cell_gives_the_same_numbers(self):
        write_config(self.path("gru.config"), basic_cell="GRU", max_epoch=1, max_max_epoch=1)
        self.succeed("train", "--config", "gru.config", "--quiet")
        weights = read_safetensors(self.path("model", "model.safetensors"))
        self.save(Gru(weights), double=False)
        numpy.save(self.path("e.npy"), weights["embedding.weight"])
        arguments = ("--text", "data/valid.txt", "--continuous", "--format", "hdf5", "--max-delay",
                     "5", "-o")
        self.succeed("gradients", "--model", "model", *arguments, "ours")
        self.succeed("gradients", "--cell-module", "cell.pt", "--embeddings", "e.npy", "--vocab",
                     "model/vocab.txt", *arguments, "theirs")
        ours, theirs = self.blocks("ours"), self.blocks("theirs")
        self.assertEqual(set(ours), set(theirs))
        self.assertGreater(len(ours), 500)
        for key, block in ours.items():
            numpy.testing.assert_allclose(theirs[key], block, rtol=1e-4, atol=1e-5)

    def test_analyses_run_on_it(self):
        self.module(PeepholeLstm)
        labels = "".join(f"{'ab'[i % 2] if i % 5 else ''}\n" for i in range(WORDS))
        self.write("x.labels", labels)
        arguments = ("analyze", "--cell-module", "cell.pt", "--inputs", "x.npy", "--labels",
                     "x.labels", "--max-delay", "4", "--blocks", "3", "--probe-sample", "0")
        self.succeed(*arguments, "-o", "out")
        summary = json.loads(self.read("out/summary.json"))
        self.assertEqual(summary["run"]["cell"], "module")
        self.assertEqual(summary["run"]["inputs"], "vectors")
        [state] = summary["states"]
        self.assertEqual(state["state"], "hidden")
        self.assertEqual([c["name"] for c in state["classes"] if c["name"] != "all"], ["a", "b"])
        self.succeed(*arguments, "--dry-run", "-o", "never")
        self.assertFalse(os.path.exists(self.path("never")))
        self.succeed("report", "out")
        # Another module is another model.
        torch.manual_seed(4)
        self.save(PeepholeLstm(INPUTS, UNITS))
        self.succeed(*arguments, "-o", "other")

        def fingerprint(folder):
            with h5py.File(self.path(folder, "statistics.h5")) as file:
                return file["run"].attrs["model_fingerprint"]

        self.assertNotEqual(fingerprint("out"), fingerprint("other"))

    def refuse(self, needles, body, *arguments, code=1, size=UNITS):
        """A module whose step is `body` is refused."""
        source = f"import torch\nclass Bad(torch.nn.Module):\n    state_size: int\n    def __init__(self):\n        super().__init__()\n        self.state_size = {size}\n        self.w = torch.nn.Parameter(torch.randn({INPUTS}, {UNITS}))\n"
        self.write("bad.py", source + body)
        script = ("import sys; sys.path.insert(0, '.'); import bad, torch; "
                  "torch.jit.script(bad.Bad()).save('bad.pt')")
        done = __import__("subprocess").run(["/usr/bin/python3", "-c", script], cwd=self.folder,
                                            capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.fail_with(code, ["bad.pt", *needles], "check-gradients", "--cell-module", "bad.pt",
                       "--inputs", "x.npy", *arguments)

    def method(self, expression, name="forward"):
        export = "    @torch.jit.export\n" if name != "forward" else ""
        return (f"{export}    def {name}(self, x: torch.Tensor, state: torch.Tensor):\n"
                f"        return {expression}\n")

    def test_what_is_no_cell_is_refused(self):
        self.refuse(["no method 'step' or 'forward'"], self.method("state", "other"))
        self.refuse(["returns [2, 3]", "x [B, 3] and state [B, 4]"], self.method("x"))
        self.refuse(["returns numbers of type Double"], self.method("(x.float() @ self.w + state.float()).double()"))
        self.refuse(["returns Tuple"], self.method("(state, state)"))
        self.refuse(["finite", "nan"], self.method("torch.log(x @ self.w * 0 - 1) + state"))
        self.refuse(["rows must not depend"], self.method("x @ self.w + state.mean(0)"))
        self.refuse(["autograd"], self.method("(x @ self.w + state).detach()"))
        self.refuse(["it was given x [B, 3] and state [B, 5]"], self.method("x @ self.w + state"),
                    "--state-size", "5")
        self.refuse(["--state-size S"], self.method("x @ self.w + state"), size=0)

    def test_files_that_are_no_torchscript_are_refused(self):
        self.write("junk.pt", b"PK\x03\x04 not really")
        for name, needles in (("junk.pt", ["no cell in TorchScript"]),
                              ("none.pt", ["No such file"])):
            self.fail_with(1, [name, *needles], "check-gradients", "--cell-module", name,
                           "--inputs", "x.npy")

    def test_a_state_that_grows_without_bound_is_refused(self):
        self.save(Growing(), double=True)
        self.fail_with(1, ["cell.pt", "inf"], "gradients", "--cell-module", "cell.pt", "--inputs",
                       "x.npy", "--format", "null")

    def test_a_missing_plugin_is_named(self):
        self.module(PeepholeLstm)
        self.fail_with(1, ["elsewhere.so", "cannot be loaded"], "check-gradients", "--cell-module",
                       "cell.pt", "--inputs", "x.npy",
                       environment={"STATEGRAD_TORCH_PLUGIN": "elsewhere.so"})

    def test_the_program_does_not_link_pytorch(self):
        with open(PROGRAM, "rb") as file:
            self.assertIsNone(re.search(rb"libtorch(_cpu)?\.so", file.read()))


if torch is not None:

    class Growing(torch.nn.Module):
        """Overflows after some steps."""

        def __init__(self):
            super().__init__()
            self.state_size = INPUTS
            self.factor = torch.nn.Parameter(torch.tensor(1e60))

        def forward(self, x: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
            return self.factor * state + x


class Inputs(Case):
    def setUp(self):
        super().setUp()
        self.use_trained_model()

    def test_rows_of_the_embedding_are_words(self):
        """A model that reads the vectors of a text has the state gradients of that text."""
        weights = read_safetensors(self.path("model", "model.safetensors"))
        words = self.read("model/vocab.txt").decode().split("\n")
        text = self.read("data/valid.txt").decode().replace("\n", " <eos> ").split()
        numpy.save(self.path("v.npy"), weights["embedding.weight"][[words.index(w) for w in text]])
        arguments = ("--model", "model", "--state", "hidden", "--continuous", "--format", "hdf5",
                     "--max-delay", "4", "-o")
        self.succeed("gradients", *arguments, "ours")
        self.succeed("gradients", "--inputs", "v.npy", *arguments, "theirs")
        ours, theirs = self.blocks("ours"), self.blocks("theirs")
        self.assertEqual(set(ours), set(theirs))
        for key, block in ours.items():
            numpy.testing.assert_array_equal(theirs[key], block)

    def test_labels_are_classes(self):
        numpy.save(self.path("v.npy"), self.vectors(5).astype("<f4"))
        self.write("labels", "".join(f"{'high' if i % 3 else 'low'}\n" for i in range(WORDS)))
        arguments = ("analyze", "--model", "model", "--inputs", "v.npy", "--max-delay", "3",
                     "--blocks", "2", "-o")
        done = self.succeed(*arguments, "out", "--labels", "labels")
        self.assertIn("no used gradients: cells and inputs from elsewhere", done.err)
        summary = json.loads(self.read("out/summary.json"))
        names = [c["name"] for c in summary["states"][0]["classes"]]
        self.assertEqual([name for name in names if name != "all"], ["high", "low"])
        self.assertNotIn("used", summary)
        self.write("few", "a\nb\n")
        self.fail_with(1, ["few: has 2 lines for 30 inputs"], *arguments, "no", "--labels", "few")

    def test_wrong_inputs_are_refused(self):
        bad = self.vectors(5)
        bad[7, 2] = numpy.nan
        numpy.save(self.path("nan.npy"), bad)
        numpy.save(self.path("flat.npy"), numpy.zeros(5))
        for name, needles in (("x.npy", ["vectors of 3 numbers", "vectors of 5"]),
                              ("nan.npy", ["row 7", "nan"]), ("flat.npy", ["[N, E]"]),
                              ("none.npy", ["none.npy"])):
            self.fail_with(1, [name, *needles], "check-gradients", "--model", "model", "--inputs",
                           name)

    def test_options_that_do_not_fit_are_wrong_use(self):
        for needles, arguments in (
            (["--text"], ("--model", "model", "--inputs", "x.npy", "--text", "data/valid.txt")),
            (["--cell-module", "--model"], ("--model", "model", "--cell-module", "c.pt")),
            (["--embeddings", "--inputs"], ("--cell-module", "c.pt")),
            (["--vocab"], ("--cell-module", "c.pt", "--embeddings", "e.npy")),
            (["--inputs"], ("--cell-module", "c.pt", "--embeddings", "e.npy", "--inputs", "x.npy")),
        ):
            outcome = self.run_program("check-gradients", *arguments)
            if "--text" in arguments:
                self.assertEqual(outcome.code, 1 if "3 numbers" in outcome.err else 2, outcome)
                continue
            self.fail_with(2, needles, "check-gradients", *arguments)
        self.fail_with(2, ["--labels", "--inputs"], "analyze", "--model", "model", "--labels", "l",
                       "-o", "out")


if __name__ == "__main__":
    unittest.main()
