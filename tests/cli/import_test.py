# SPDX-License-Identifier: MIT
"""`stategrad import`: files that PyTorch saved, compared with PyTorch; mistakes in using it."""

import argparse
import json
import math
import os
import struct
import unittest

import numpy
import torch

from importing import CELLS, V, WORDS, ImportTest, RNNModel, perplexity


class WeightDrop(torch.nn.Module):
    """As in AWD-LSTM: the weights before dropout have a name of their own."""

    def __init__(self, module):
        super().__init__()
        self.module = module
        raw = module.weight_hh_l0
        del module._parameters["weight_hh_l0"]
        module.register_parameter("weight_hh_l0_raw", torch.nn.Parameter(raw.data))


class StateDicts(ImportTest):
    def test_of_every_cell_and_depth_predict_as_pytorch(self):
        for cell in CELLS:
            for layers in (1, 2, 3):
                with self.subTest(cell, layers=layers):
                    name = f"{cell}{layers}"
                    model = RNNModel(cell, layers=layers)
                    self.save(name, model.state_dict())
                    self.bring(name, "--cell", cell.lower(), output=name + "_out")
                    self.assert_same(model, name + "_out")

    def test_of_half_and_bfloat16_and_double(self):
        for dtype in (torch.float16, torch.bfloat16, torch.float64):
            with self.subTest(str(dtype)):
                model = RNNModel("GRU", layers=2).to(dtype)
                self.save("model", model.state_dict())
                output = str(dtype)
                table = json.loads(self.bring("model", "--json", output=output).out)
                self.assertEqual({row["dtype"] for row in table}, {output.split(".")[1]})
                self.assert_same(model, output)
                wanted = "float64" if dtype == torch.float64 else "float32"
                self.assertEqual(json.loads(self.read(output + "/model.json"))["dtype"], wanted)

    def test_with_tied_weights_under_a_prefix_in_a_checkpoint(self):
        model = RNNModel("LSTM", embedding=5, size=5, layers=2, tied=True)
        state = {"module.net." + k: v for k, v in model.state_dict().items()}
        optimizer = torch.optim.Adam(model.parameters())
        model(torch.tensor([[1], [2]])).sum().backward()
        optimizer.step()
        self.save("model", {"epoch": 3, "optimizer": optimizer.state_dict(), "state_dict": state,
                            "best": numpy.float64(3.5)})
        table = json.loads(self.bring("model", "--json").out)
        sources = {row["weight"]: row["from"] for row in table}
        self.assertEqual(sources["embedding.weight"], "module.net.encoder.weight")
        self.assertEqual(sources["output.weight"], "module.net.decoder.weight")
        self.assertEqual(sources["rnn.bias_hh_l1"], "module.net.rnn.bias_hh_l1")
        self.assert_same(model)

    def test_whose_tied_matrix_is_stored_once_and_that_have_no_biases(self):
        model = RNNModel("LSTM", embedding=5, size=5, tied=True)
        with torch.no_grad():
            model.decoder.bias.zero_()
            model.rnn.bias_hh_l0.zero_()
        state = model.state_dict()
        for name in ("decoder.weight", "decoder.bias", "rnn.bias_hh_l0"):
            del state[name]
        self.save("model", state)
        outcome = self.bring("model")
        self.assertIn("encoder.weight is both embedding and output", outcome.err)
        self.assertIn("no bias of the output", outcome.err)
        self.assertIn("(zero)", outcome.out)
        self.assert_same(model)

    def test_whose_tensors_are_views_of_one_storage(self):
        model = RNNModel("RNN")
        state = {}
        for name, value in model.state_dict().items():
            if value.dim() == 2:
                storage = torch.full((value.shape[1] + 2, value.shape[0] + 1), 9.0)
                storage[1:-1, 1:] = value.T
                value = storage[1:-1, 1:].T
                self.assertFalse(value.is_contiguous())
            state[name] = value
        self.save("model", state)
        self.bring("model")
        self.assert_same(model)

    def test_of_awd_lstm_with_layers_of_different_sizes(self):
        sizes = [6, 9, 9, 6]

        class Awd(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.encoder = torch.nn.Embedding(V, 6)
                nets = [torch.nn.LSTM(sizes[i], sizes[i + 1]) for i in range(3)]
                self.rnns = torch.nn.ModuleList(nets)
                self.decoder = torch.nn.Linear(6, V)
                self.decoder.weight = self.encoder.weight

            def forward(self, ids):
                hidden = self.encoder(ids)
                for net in self.rnns:
                    hidden = net(hidden)[0]
                return self.decoder(hidden)

        model = Awd()
        dropped = Awd()
        dropped.load_state_dict(model.state_dict())
        dropped.rnns = torch.nn.ModuleList([WeightDrop(net) for net in dropped.rnns])
        state = dropped.state_dict()
        state["rnns.0.module.weight_hh_l0"] = state["rnns.0.module.weight_hh_l0_raw"] * 0
        self.save("model", state)
        outcome = self.bring("model")
        self.assertIn("layers of 9, 9, 6 units", outcome.err)
        self.assertIn("not used: rnns.0.module.weight_hh_l0", outcome.err)
        self.assert_same(model)

    def test_become_models_for_gradients_and_eval(self):
        self.save("model", RNNModel("GRU", layers=2).state_dict())
        self.bring("model")
        self.succeed("check-gradients", "--model", "out", "--text", "text")
        self.succeed("gradients", "--model", "out", "--text", "text", "-o", "gradients",
                     "--state", "hidden", "--max-delay", "3", "--format", "npz")
        self.succeed("analyze", "--model", "out", "--text", "text", "-o", "results",
                     "--max-delay", "3")
        self.assertIn("summary.json", self.files("results"))
        self.assertIn("reset", self.succeed("info", "out").out)


class NetsWithRelu(ImportTest):
    """torch.nn.RNN(nonlinearity="relu") has the weights of an RNN with tanh."""

    def setUp(self):
        super().setUp()
        self.model = RNNModel("RNN")
        self.model.rnn = torch.nn.RNN(6, 5, nonlinearity="relu")

    def refuse_relu(self, content, *needles):
        self.save("model", content)
        outcome = self.refuse("model", "only an RNN with tanh", "--cell-module", *needles)
        self.assertEqual(len(outcome.err.strip().splitlines()), 1)

    def test_are_refused_as_whole_modules(self):
        self.refuse_relu(self.model, "rnn.mode: is RNN_RELU")
        self.refuse_relu(torch.nn.DataParallel(self.model), "module.rnn.mode: is RNN_RELU")
        self.refuse_relu([self.model, torch.nn.CrossEntropyLoss()], "RNN_RELU")
        self.refuse_relu({"model": self.model, "epoch": 3}, "RNN_RELU")
        cell = RNNModel("RNN")
        cell.rnn = torch.nn.RNNCell(6, 5, nonlinearity="relu")
        self.refuse_relu(cell, "rnn.nonlinearity: is relu")

    def test_are_refused_where_the_settings_beside_the_weights_say_so(self):
        state = self.model.state_dict()
        args = argparse.Namespace(model="RNN_RELU", lr=20.0)
        self.refuse_relu({"state_dict": state, "args": args}, "args.model: is RNN_RELU")
        self.refuse_relu({"model_state_dict": state, "hyper": {"nonlinearity": "relu"}},
                         "hyper.nonlinearity: is relu")
        self.refuse_relu({"net": state, "rnn_type": "RNN_RELU"}, "rnn_type: is RNN_RELU")

    def test_are_told_from_tanh_by_their_perplexity_only_if_nothing_says_so(self):
        self.save("model", self.model.state_dict())
        self.refuse("model", "the perplexity of the imported model", arguments=[
            "--text", "text", "--expect-perplexity", f"{perplexity(self.model, self.ids):.6f}",
            "--tolerance", "0.0001"])
        outcome = self.bring("model")
        self.assertIn("tanh is assumed, which only --expect-perplexity checks", outcome.err)

    def test_are_refused_although_a_lexicon_stands_before_the_settings(self):
        args = argparse.Namespace(model="RNN_RELU")
        lexicon = {f"id{i}": f"word{i}" for i in range(30000)}
        content = {"state_dict": self.model.state_dict(), "lexicon": lexicon, "args": args}
        self.refuse_relu(content, "args.model: is RNN_RELU")

    def test_do_not_matter_where_the_model_does_without_them(self):
        model = RNNModel("RNN")
        model.helper = torch.nn.RNN(3, 2, nonlinearity="relu")
        self.save("model", model)
        outcome = self.bring("model", "--ignore-unused", "--map", "rnn=rnn")
        self.assertNotIn("tanh", outcome.err)

    def test_do_not_matter_to_others(self):
        self.save("module", RNNModel("RNN"))
        self.assertNotIn("tanh", self.bring("module", output="first").err)
        settings = {"nonlinearity": "relu", "head": "relu"}
        self.save("lstm", {"state_dict": RNNModel("LSTM").state_dict(), "settings": settings})
        self.assertNotIn("tanh", self.bring("lstm", output="second").err)


class OtherFiles(ImportTest):
    def test_whole_modules_of_classes_that_are_not_known(self):
        model = RNNModel("LSTM", layers=2)
        self.save("model", model)
        self.bring("model")
        self.assert_same(model)
        self.save("list", [RNNModel("GRU"), torch.nn.CrossEntropyLoss(), {"lr": 3}])
        self.bring("list", output="second")

    def test_modules_that_compute_otherwise_are_refused(self):
        model = RNNModel("LSTM")
        model.rnn = torch.nn.LSTM(6, 5, bidirectional=True)
        self.save("model", model.state_dict())
        self.refuse("model", "bidirectional", "_l0_reverse")
        model.rnn = torch.nn.LSTM(6, 5, proj_size=3)
        self.save("model", model.state_dict())
        self.refuse("model", "proj_size")

    def test_npz_and_safetensors(self):
        model = RNNModel("LSTM", layers=2)
        arrays = {name: value.numpy() for name, value in model.state_dict().items()}
        numpy.savez(self.path("plain"), **arrays)
        numpy.savez_compressed(self.path("packed"), **{
            name: numpy.asfortranarray(value) for name, value in arrays.items()})
        for name in ("plain.npz", "packed.npz"):
            self.bring(name, output=name + "_out")
            self.assert_same(model, name + "_out")
        header, data = {}, b""
        for name, value in model.half().state_dict().items():
            content = value.numpy().tobytes()
            header[name] = {"dtype": "F16", "shape": list(value.shape),
                            "data_offsets": [len(data), len(data) + len(content)]}
            data += content
        text = json.dumps(header).encode()
        self.write("model.safetensors", struct.pack("<Q", len(text)) + text + data)
        self.bring("model.safetensors", output="third")
        self.assert_same(model, "third")

    def test_our_own_weights_come_back(self):
        self.use_trained_model()
        self.succeed("import", "model/model.safetensors", "-o", "again", "--vocab",
                     "model/vocab.txt")
        for name in ("model", "again"):
            out = self.succeed("eval", "--model", name, "--text", "text", "--json").out
            self.write(name + ".out", out)
        self.assertEqual(self.read("model.out"), self.read("again.out"))

    def test_names_are_mapped(self):
        model = RNNModel("LSTM")
        state = model.state_dict()
        short = {"embedding.weight": "E", "output.weight": "W", "output.bias": "b",
                 "rnn.weight_ih_l0": "U", "rnn.weight_hh_l0": "R", "rnn.bias_ih_l0": "c",
                 "rnn.bias_hh_l0": "d"}
        theirs = {"embedding.weight": "encoder.weight", "output.weight": "decoder.weight",
                  "output.bias": "decoder.bias"}
        numpy.savez(self.path("short"), **{
            name: state[theirs.get(ours, ours)].numpy() for ours, name in short.items()})
        self.refuse("short.npz", "no recurrent weights", "--map")
        self.refuse("short.npz", "no such array", code=2, arguments=["--map", "output.bias=z"])
        maps = [x for ours, name in short.items() for x in ("--map", f"{ours}={name}")]
        self.bring("short.npz", *maps)
        self.assert_same(model)

    def test_a_perplexity_that_was_stated_is_compared(self):
        model = RNNModel("LSTM")
        self.save("model", model.state_dict())
        expected = perplexity(model, self.ids)
        self.refuse("model", "perplexity", "was expected within 1 per cent", arguments=[
            "--text", "text", "--expect-perplexity", f"{expected * 1.02:.6f}"])
        self.refuse("model", "--text FILE is needed", code=2,
                    arguments=["--expect-perplexity", "3"])
        outcome = self.bring("model", "--text", "text", "--expect-perplexity", f"{expected:.6f}",
                             "--tolerance", "1e-5")
        self.assertIn(f"perplexity {expected:.4f}"[:14], outcome.err)


class Mistakes(ImportTest):
    def test_in_vocabularies_are_named(self):
        self.save("model", RNNModel().state_dict())
        for content, needles in (
            ("".join(w + "\n" for w in WORDS[:-1]), ["10 words", "encoder.weight [11, 6]"]),
            ("a\nb\n\n", ["line 3", "empty"]),
            ("a\nb\na\n", ["line 3", "'a' stands in line 1"]),
            ("a\tb\n", ["line 1", "more than a word"]),
            (b"a\n\xff\n", ["line 2"]),
            ("", ["no words"]),
        ):
            self.write("vocab", content)
            self.refuse("model", *needles)

    def test_in_cells_shapes_and_names_are_named(self):
        state = RNNModel().state_dict()
        self.save("model", state)
        self.refuse("model", "--cell GRU", "LSTM", code=2, arguments=["--cell", "gru"])
        self.refuse("model", "--reset", code=2, arguments=["--reset", "before"])
        self.refuse("model", "OURS=THEIRS", code=2, arguments=["--map", "x"])
        self.refuse("model", "--map hidden=decoder.weight", code=2,
                    arguments=["--map", "hidden=decoder.weight"])
        self.save("model", {**state, "rnn.bias_ih_l0": torch.zeros(3)})
        self.refuse("model", "rnn.bias_ih_l0", "[3]", "[20]")
        self.save("model", {**state, "rnn.weight_hh_l0": torch.zeros(11, 5)})
        self.refuse("model", "rnn.weight_hh_l0")
        self.save("model", {**state, "rnn.weight_hh_l0": torch.full((20, 5), math.nan)})
        self.refuse("model", "rnn.weight_hh_l0", "finite")
        self.save("model", {**state, "attention.weight": torch.ones(3, 3)})
        self.refuse("model", "attention.weight", "--ignore-unused")
        unusual = {"softmax_b" if k == "decoder.bias" else k: v for k, v in state.items()}
        self.save("model", unusual)
        self.refuse("model", "if softmax_b is the output's bias, say --map output.bias=softmax_b")
        self.save("model", {k: v for k, v in state.items() if "weight_ih" not in k})
        self.refuse("model", "rnn.weight_hh_l0", "weight_ih")
        both = {**{"a." + k: v for k, v in state.items()}, **{"b." + k: v for k, v in state.items()}}
        self.save("model", both)
        self.refuse("model", "several recurrent nets", "'a.rnn'", "--map rnn=MODULE", code=2)
        self.save("model", {**state, "other.decoder.weight": state["decoder.weight"] + 1})
        self.refuse("model", "output.weight could be decoder.weight or other.decoder.weight", code=2)

    def test_of_folders_are_named_before_anything_is_read(self):
        os.mkdir(self.path("full"))
        self.write("full/file", "")
        self.fail_with(2, ["full", "no empty folder"], "import", "missing", "-o", "full", "--vocab",
                       "vocab")
        self.assertEqual(self.files("full"), ["file"])
        self.refuse("missing", "missing")
        self.refuse("vocab", "neither")


if __name__ == "__main__":
    unittest.main()
