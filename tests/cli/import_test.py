# SPDX-License-Identifier: MIT
"""`stategrad import`: files that PyTorch saved, compared with PyTorch; files that mean harm."""

import argparse
import collections
import io
import json
import math
import os
import pickle
import resource
import struct
import unittest
import zipfile

import numpy
import torch

from program import ProgramTest, sentences

WORDS = ["<eos>", "<unk>", "the", "a", "we", "cat", "dog", "Äpfel", "sleep", "run", "eat"]
V = len(WORDS)
CELLS = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU, "RNN": torch.nn.RNN}


class RNNModel(torch.nn.Module):
    """As in pytorch/examples' word_language_model."""

    def __init__(self, cell="LSTM", embedding=6, size=5, layers=1, tied=False):
        super().__init__()
        self.drop = torch.nn.Dropout(0.2)
        self.encoder = torch.nn.Embedding(V, embedding)
        self.rnn = CELLS[cell](embedding, size, layers)
        self.decoder = torch.nn.Linear(size, V)
        if tied:
            self.decoder.weight = self.encoder.weight
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.uniform_(-0.9, 0.9)

    def forward(self, ids):
        return self.decoder(self.rnn(self.encoder(ids))[0])


class WeightDrop(torch.nn.Module):
    """As in AWD-LSTM: the weights before dropout have a name of their own."""

    def __init__(self, module):
        super().__init__()
        self.module = module
        raw = module.weight_hh_l0
        del module._parameters["weight_hh_l0"]
        module.register_parameter("weight_hh_l0_raw", torch.nn.Parameter(raw.data))


def perplexity(model, ids):
    """Of one stream from the zero state, in float64."""
    inputs = torch.tensor(ids[:-1]).unsqueeze(1)
    targets = torch.tensor(ids[1:])
    with torch.no_grad():
        logits = model.double()(inputs)[:, 0]
    return math.exp(torch.nn.functional.cross_entropy(logits, targets).item())


class ImportTest(ProgramTest):
    def setUp(self):
        super().setUp()
        torch.manual_seed(3)
        self.write("vocab", "".join(word + "\n" for word in WORDS))
        self.write("text", "".join(line + "\n" for line in sentences(60, 5)))
        numbers = {word: i for i, word in enumerate(WORDS)}
        text = self.read("text").decode().replace("\n", " <eos> ").split()
        self.ids = [numbers[word] for word in text]

    def save(self, name, content):
        torch.save(content, self.path(name))

    def bring(self, name, *arguments, output="out"):
        return self.succeed("import", name, "-o", output, "--vocab", "vocab", *arguments)

    def refuse(self, name, *needles, code=1, arguments=()):
        outcome = self.fail_with(code, needles, "import", name, "-o", "out", "--vocab", "vocab",
                                 *arguments)
        self.assertFalse(os.path.exists(self.path("out")), "a folder was left")
        self.assertFalse(os.path.exists(self.path("marker")), "something was executed")
        self.assertEqual([f for f in os.listdir(self.folder) if ".tmp" in f], [])
        return outcome

    def assert_same(self, model, output="out"):
        """The imported model predicts the text as the model in PyTorch does."""
        row = json.loads(self.succeed("eval", "--model", output, "--text", "text", "--json").out)[0]
        self.assertEqual(row["unknown"], 0)
        expected = perplexity(model, self.ids)
        self.assertLess(abs(row["perplexity"] / expected - 1), 1e-5)


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


class Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, call=os.system, argument="touch marker"):
        self.call, self.argument = call, argument

    def __reduce__(self):
        return self.call, (self.argument,)


class Nested:
    def __reduce__(self):
        return collections.OrderedDict, ([["x", Evil()]],)


def archive(content, extra=(), compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as file:
        file.writestr("archive/data.pkl", content)
        file.writestr("archive/version", "3\n")
        for name, data in extra:
            file.writestr(name, data)
    return out.getvalue()


def global_name(name):
    module, _, attribute = name.rpartition(".")
    return f"c{module}\n{attribute}\n".encode()


def text(content):
    return b"X" + struct.pack("<I", len(content)) + content.encode()


def number(value):
    return b"\x8a\x08" + struct.pack("<q", value)


def tensor(key="0", size=4, offset=0, shape=(4,), strides=(1,), storage="torch.FloatStorage"):
    """The opcodes of a tensor."""
    place = (b"(" + text("storage") + global_name(storage) + text(key) + text("cpu") + number(size)
             + b"tQ")
    tuples = b"".join(b"(" + b"".join(map(number, t)) + b"t" for t in (shape, strides))
    return (global_name("torch._utils._rebuild_tensor_v2") + b"(" + place + number(offset) + tuples
            + b"\x89" + global_name("collections.OrderedDict") + b")RtR")


class HostileFiles(ImportTest):
    # Of the address space, most of which is libraries; the files have at most 20 MB.
    MEMORY = 512 << 20

    def run_program(self, *arguments, **options):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (self.MEMORY, self.MEMORY))
        return super().run_program(*arguments, preexec_fn=limit, **options)

    def hostile(self, content, *needles, extra=()):
        self.write("evil", archive(content, extra))
        outcome = self.refuse("evil", "evil", *needles)
        self.assertEqual(len(outcome.err.strip().splitlines()), 1)

    def test_calls_are_refused_and_nothing_is_executed(self):
        for protocol in (2, 3, 4, 5):
            self.hostile(pickle.dumps({"a": Evil()}, protocol), "system", "refused")
            self.hostile(pickle.dumps([Nested()], protocol), "system", "refused")
            self.hostile(pickle.dumps(Evil(eval, "open('marker', 'w')"), protocol), "eval")
            self.hostile(pickle.dumps(Evil(exec, "open('marker', 'w')"), protocol), "exec")
        # A harmless class may be named, but not called.
        self.hostile(b"\x80\x02" + global_name("torch.hub.load") + text("x") + b"\x85R.",
                     "torch.hub.load", "refused")
        # Instances, states, what was called, and old opcodes.
        self.hostile(b"\x80\x02" + global_name("os.system") + text("touch marker") + b"\x85\x81.",
                     "os.system")
        self.hostile(b"\x80\x02(S'touch marker'\nios\nsystem\n.", "opcode 0x53")
        self.hostile(b"\x80\x02(" + text("touch marker") + b"ios\nsystem\n.", "opcode 0x69")
        self.hostile(b"\x80\x02" + global_name("builtins.getattr") + b".", "builtins.getattr")
        self.hostile(b"\x80\x02\x82\x01.", "opcode 0x82")
        self.hostile(b"\x80\x02" + global_name("a\x1b[2J.b") + b")R.", "a?[2J.b")

    def test_lengths_and_depths_beyond_all_measure(self):
        big = struct.pack("<Q", 1 << 60)
        self.hostile(b"\x80\x04\x8d" + big + b"x.", "truncated")
        self.hostile(b"\x80\x04\x8e" + big + b"x.", "truncated")
        self.hostile(b"\x80\x02X\xff\xff\xff\xffx.", "truncated")
        self.hostile(b"\x80\x02" + b"]" * 1_100_000 + b".", "more than 1000000 values")
        self.hostile(b"\x80\x02]" + b"\x85" * 400_000 + b".", "deep")
        # Lists that double: 2^60 leaves in 400 bytes.
        doubling = b"\x80\x02]q\x00" + b"".join(
            b"]q" + bytes([i + 1]) + b"(h" + bytes([i]) + b"h" + bytes([i]) + b"e" for i in range(60))
        self.hostile(doubling + b".", "more values")
        # A list in itself.
        self.hostile(b"\x80\x02]q\x00h\x00a.", "deep")
        self.hostile(b"\x80\x02K\x01" + b"2" * 21_000_000 + b".", "more steps")
        self.hostile(b"\x80\x09.", "protocol 9")
        self.hostile(b"", "truncated")
        self.hostile(b"\x80\x02N", "truncated")
        self.hostile(b"\x80\x02e.", "damaged")

    def test_arrays_beyond_all_measure(self):
        header = json.dumps({"w": {"dtype": "F32", "shape": [1 << 30, 1 << 20],
                                   "data_offsets": [0, 1 << 52]}}).encode()
        for length in (len(header), 1 << 60):
            self.write("evil.safetensors", struct.pack("<Q", length) + header)
            self.refuse("evil.safetensors", "evil.safetensors")
        for shape in ("1152921504606846976,", "1099511627776, 1099511627776, 0", "268435456,"):
            text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}".ljust(117)
            npy = b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + text.encode() + b"\n"
            with zipfile.ZipFile(self.path("evil.npz"), "w", zipfile.ZIP_DEFLATED) as archive_file:
                with archive_file.open("encoder.weight.npy", "w", force_zip64=True) as member:
                    member.write(npy)
                    # A megabyte in the file.
                    for _ in range(1024 if shape == "268435456," else 0):
                        member.write(bytes(1 << 20))
            self.assertLess(os.path.getsize(self.path("evil.npz")), 2 << 20)
            self.refuse("evil.npz", "evil.npz")

    def test_tensors_outside_their_storage(self):
        data = [("archive/data/0", struct.pack("<4f", 1, 2, 3, 4))]

        def refused(*needles, **changes):
            content = b"\x80\x02}" + text("w") + tensor(**changes) + b"s."
            self.hostile(content, "tensor w", *needles, extra=data)

        refused("outside its storage", shape=(5,))
        refused("outside its storage", offset=1)
        refused("outside its storage", shape=(2, 2), strides=(3, 1))
        refused("outside its storage", shape=(1 << 40,), strides=(0,))
        refused("outside its storage", shape=(2, 1 << 39), strides=(1 << 39, 0))
        refused("as many strides", strides=(1, 1))
        refused("2^40", shape=(-1,))
        refused("2^40", strides=(1 << 62,))
        refused("2^40", offset=-4)
        refused("16 bytes where 40 were expected", size=10)
        refused("not in the file", key="1")
        refused("not in the file", key="../version")
        refused("cannot be read", storage="torch.QInt8Storage")

    def test_archives_that_are_damaged(self):
        self.save("model", RNNModel().state_dict())
        whole = self.read("model")
        for part in (10, 100, 1000, len(whole) // 2, len(whole) - 1):
            self.write("evil", whole[:part])
            self.refuse("evil", "evil")
        # A byte of the numbers: the checksum of the archive is wrong.
        name = [n for n in zipfile.ZipFile(self.path("model")).namelist() if n.endswith("data/0")]
        info = zipfile.ZipFile(self.path("model")).getinfo(name[0])
        place = info.header_offset + 30 + len(info.filename) + 64
        altered = bytearray(whole)
        altered[place] ^= 0xFF
        self.write("evil", bytes(altered))
        self.refuse("evil", "data/0", "altered")
        # The size of the pickle in the directory is 4 GB.
        directory = whole.rfind(b"PK\x01\x02", 0, whole.rfind(b"data.pkl"))
        altered = bytearray(whole)
        altered[directory + 20 : directory + 28] = struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0)
        self.write("evil", bytes(altered))
        self.refuse("evil", "evil")
        self.write("evil", archive(b"\x80\x02}." + b"0" * 100_000, compression=zipfile.ZIP_DEFLATED))
        self.refuse("evil", "compressed")
        self.write("evil", b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.")
        self.refuse("evil", "before 1.6")
        self.write("evil", archive(b"\x80\x02}.", [("archive/byteorder", "big")]))
        self.refuse("evil", "big-endian")


if __name__ == "__main__":
    unittest.main()
