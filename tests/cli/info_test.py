# SPDX-License-Identifier: MIT
"""`stategrad info`: on what the program writes, on what Python writes, and on what is damaged."""

import json
import os
import struct
import unittest

import h5py
import numpy

from program import ProgramTest

UNITS, WIDTH, DELAYS, WORDS = 7, 5, 3, 12


def text(value):
    """Texts of fixed length, as the format wants them; h5py makes others of str."""
    return numpy.bytes_(value.encode())


def write_head(file, magic, windowed=False, basis=None):
    """What docs/formats.md says about all HDF5 files."""
    file.attrs["magic"] = text(magic)
    file.attrs["version"] = 1
    file.attrs["complete"] = 1
    run = file.create_group("run")
    texts = {"program": "9.9.9", "model": "models/mine", "model_fingerprint": "0" * 16,
             "text": "book.txt", "text_fingerprint": "1" * 16, "vocabulary_fingerprint": "2" * 16,
             "dtype": "float32", "cell": "GRU"}
    numbers = {"reset_after": 1, "num_layers": 2, "vocab_size": 4, "embedding_size": WIDTH,
               "size": UNITS, "words": WORDS, "max_delay": DELAYS,
               "rows": WIDTH if basis is None else len(basis), "windowed": int(windowed),
               "num_steps": 5 if windowed else 0, "num_windows": 1 if windowed else 0}
    for name, value in {**texts, **numbers}.items():
        run.attrs[name] = text(value) if isinstance(value, str) else value
    run["states"] = numpy.array(["hidden"], "S")
    run["layers"] = numpy.array([1])
    if windowed:
        run["time_steps"] = numpy.array([1, 4])
    if basis is not None:
        run["basis"] = basis


def write_statistics(path):
    with h5py.File(path, "w") as file:
        write_head(file, "stategrad statistics")
        group = file.create_group("hidden/layer_1")
        group["count"] = numpy.array([4, 2, 0])
        group["squared_norm"] = numpy.array([36.0, 72.0, 0.0])
        total = numpy.zeros((DELAYS, UNITS, WIDTH))
        total[0, 3, 4] = 8
        total[1, 0, 0] = 6
        total[1, 6, 4] = -8
        group["sum"] = total


def write_gradients(path):
    with h5py.File(path, "w") as file:
        write_head(file, "stategrad gradients", windowed=True, basis=numpy.ones((2, WIDTH)))
        file["vocabulary"] = numpy.array(["the", "cat", "sat", "<eos>"], "S")
        file["text"] = numpy.zeros(WORDS, "i4")
        for delay, count in enumerate((2, 2, 1)):
            group = file.create_group(f"hidden/layer_1/delay_{delay}")
            group["gradients"] = numpy.zeros((count, UNITS, 2), "f4")
            for name, kind in (("position", "i8"), ("source", "i4"), ("window", "i8"),
                               ("time_step", "i4")):
                group[name] = numpy.zeros(count, kind)


class InfoTest(ProgramTest):
    def rows(self, *arguments):
        return json.loads(self.succeed("info", *arguments, "--json").out)

    def lines(self, *arguments):
        """The text that is printed, with runs of blanks as one."""
        return [" ".join(line.split()) for line in self.succeed("info", *arguments).out.splitlines()]


class Model(InfoTest):
    def setUp(self):
        super().setUp()
        self.use_trained_model()

    def test_tells_architecture_perplexities_and_configuration(self):
        [facts] = self.rows("model")
        vocabulary = len(self.read("model/vocab.txt").splitlines())
        self.assertEqual(facts["kind"], "model directory")
        self.assertEqual(facts["cell"], "LSTM")
        self.assertEqual(facts["vocabulary_size"], vocabulary)
        self.assertEqual(facts["parameters"],
                         vocabulary * 5 + 4 * 7 * (5 + 7 + 2) + vocabulary * 7 + vocabulary)
        self.assertEqual(facts["epochs_done"], 2)
        self.assertEqual(facts["training"], "finished")
        description = json.loads(self.read("model/model.json"))
        self.assertEqual(facts["valid_perplexity"], description["perplexity"]["valid"])
        self.assertEqual(facts["configuration.num_steps"], "10")
        self.assertIn("model.safetensors, best.safetensors", facts["weights"])
        self.assertIn("cell LSTM", self.lines("model"))
        self.assertIn("configuration.num_steps 10", self.lines("model"))

    def test_altered_weights_are_found_in_either_file(self):
        for name in ("model.safetensors", "best.safetensors"):
            whole = self.read("model/" + name)
            damaged = bytearray(whole)
            damaged[-2] ^= 0x40
            self.write("model/" + name, bytes(damaged))
            self.fail_with(1, [name], "info", "model")
            self.write("model/" + name, whole[:-4])
            self.fail_with(1, [name], "info", "model")
            self.write("model/" + name, whole)
        self.succeed("info", "model")

    def test_weights_have_a_row_per_tensor(self):
        rows = {row["tensor"]: row for row in self.rows("model/model.safetensors")}
        self.assertEqual(rows["rnn.weight_ih_l0"]["shape"], "28 x 5")
        self.assertEqual(rows["output.bias"]["type"], "F32")
        text = self.lines("model/model.safetensors")
        self.assertIn("kind weights of a model (safetensors)", text)
        self.assertIn("format stategrad model", text)


class Hdf5(InfoTest):
    def test_statistics_have_a_row_per_delay(self):
        write_statistics(self.path("odd.name"))
        rows = self.rows("odd.name")
        common = {"state": "hidden", "layer": 1}
        self.assertEqual(rows, [
            {**common, "delay": 0, "count": 4, "norm_of_mean": 2.0, "root_mean_square_norm": 3.0},
            {**common, "delay": 1, "count": 2, "norm_of_mean": 5.0, "root_mean_square_norm": 6.0},
            {**common, "delay": 2, "count": 0, "norm_of_mean": None,
             "root_mean_square_norm": None},
        ])
        text = self.lines("odd.name")
        self.assertIn("kind sums of state gradients (HDF5)", text)
        self.assertIn("program stategrad 9.9.9", text)
        self.assertIn("cell GRU, reset after", text)
        self.assertIn("windows none: continuous", text)
        self.assertIn("hidden 1 1 2 5 6", text)

    def test_gradients_have_a_row_per_delay(self):
        write_gradients(self.path("odd.name"))
        self.assertEqual([row["count"] for row in self.rows("odd.name")], [2, 2, 1])
        text = self.lines("odd.name")
        self.assertIn("directions 2 (rows of a basis)", text)
        self.assertIn("windows 1 of 5 words, time steps 1, 4", text)

    def test_other_and_newer_hdf5_files_are_refused(self):
        with h5py.File(self.path("other.h5"), "w") as file:
            file["x"] = 1
        self.fail_with(1, ["other.h5", "not of stategrad"], "info", "other.h5")
        write_statistics(self.path("new.h5"))
        with h5py.File(self.path("new.h5"), "r+") as file:
            file.attrs["version"] = 3
        self.fail_with(1, ["new.h5", "version 3", "upgrade"], "info", "new.h5")

    def test_damaged_headers_are_refused_in_one_line(self):
        write_statistics(self.path("a.h5"))
        data = bytearray(self.read("a.h5"))
        data[data.index(b"TREE") - 31] = 0xFF  # in the size of the root's header
        self.write("a.h5", bytes(data))
        outcome = self.fail_with(1, ["a.h5"], "info", "a.h5")
        self.assertEqual(len(outcome.err.splitlines()), 1, outcome)

    def test_truncated_files_are_refused(self):
        for write in (write_statistics, write_gradients):
            write(self.path("whole.h5"))
            whole = self.read("whole.h5")
            for size in range(8, len(whole), len(whole) // 7):
                self.write("cut.h5", whole[:size])
                self.fail_with(1, ["cut.h5"], "info", "cut.h5")


class Arrays(InfoTest):
    def test_npy_tells_shape_and_type(self):
        numpy.save(self.path("a.npy"), numpy.zeros((3, 4), "f8"))
        numpy.save(self.path("b.npy"), numpy.zeros((2, 2), "f4", order="F"))
        os.rename(self.path("a.npy"), self.path("letter.txt"))
        [facts] = self.rows("letter.txt")
        self.assertEqual((facts["shape"], facts["type"], facts["values"]), ("3 x 4", "<f8", 12))
        self.assertIn("order by columns", self.lines("b.npy"))

    def test_npz_has_a_row_per_array(self):
        numpy.savez_compressed(self.path("a.npz"), numpy.zeros((2, 3, 4), "f4"),
                               words=numpy.arange(5))
        self.assertEqual(self.rows("a.npz"), [
            {"array": "words", "shape": "5", "type": "<i8"},
            {"array": "arr_0", "shape": "2 x 3 x 4", "type": "<f4"},
        ])

    def test_foreign_safetensors_are_told(self):
        header = b'{"__metadata__":{"made by":"hand"},"w":{"dtype":"F32","shape":[2],' \
                 b'"data_offsets":[0,8]}}'
        self.write("w.bin", struct.pack("<Q", len(header)) + header + bytes(8))
        self.assertEqual(self.rows("w.bin"),
                         [{"tensor": "w", "shape": "2", "type": "F32", "values": 2}])
        self.assertIn("made by hand", self.lines("w.bin"))

    def test_sizes_that_a_file_cannot_have_are_refused(self):
        self.write("w.bin", struct.pack("<Q", 1 << 60) + b"{}")
        self.fail_with(1, ["w.bin", "offset 0"], "info", "w.bin")
        header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846976, 99), }"
        self.write("huge.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        self.fail_with(1, ["huge.npy", "truncated"], "info", "huge.npy")


class Results(InfoTest):
    def write_tree(self):
        for step, delay, count in ((0, 0, 4), (10, 2, 3), (10, 10, 2)):
            folder = self.path("out", f"timestep_{step}", f"delay_{delay}")
            os.makedirs(folder)
            for k in range(count):
                numpy.save(os.path.join(folder, f"{k}.npy"), numpy.zeros((UNITS, WIDTH), "f4"))
            with open(os.path.join(folder, "mapping.txt"), "w", encoding="utf-8") as file:
                file.write("".join(f"{k}\tw\tw-\n" for k in range(count)))
        numpy.savez_compressed(self.path("out", "timestep_0", "delay_0", "all.npz"),
                               numpy.zeros((4, UNITS, WIDTH), "f4"))

    def test_a_tree_has_a_row_per_folder_in_the_order_of_numbers(self):
        self.write_tree()
        write_statistics(self.path("out", "statistics.h5"))
        write_gradients(self.path("out", "gradients.h5"))
        rows = self.rows("out")
        self.assertEqual([(row["path"], row["state_gradients"]) for row in rows], [
            ("gradients.h5", 5),
            ("statistics.h5", 6),
            ("timestep_0/delay_0", 4),
            ("timestep_0/delay_0/all.npz", 4),
            ("timestep_10/delay_2", 3),
            ("timestep_10/delay_10", 2),
        ])
        self.assertEqual((rows[2]["shape"], rows[2]["type"]), ("7 x 5", "<f4"))
        self.assertEqual((rows[3]["shape"], rows[3]["type"]), ("7 x 5", "<f4"))
        self.assertEqual(rows[4]["bytes"], 3 * len(self.read("out/timestep_10/delay_2/0.npy")))
        self.assertIn("files 12", self.lines("out"))
        self.assertEqual(len(self.rows("out/timestep_10/delay_2")), 1)

    def test_damaged_matrices_are_named(self):
        self.write_tree()
        name = "out/timestep_10/delay_2/1.npy"
        self.write(name, self.read(name)[:-1])
        self.fail_with(1, [name, "offset"], "info", "out")
        numpy.save(self.path(name), numpy.zeros((WIDTH, UNITS), "f4"))
        self.fail_with(1, ["timestep_10/delay_2", "7 x 5", "5 x 7"], "info", "out")

    def test_archives_of_another_kind_are_named(self):
        self.write_tree()
        numpy.savez(self.path("out/timestep_0/delay_0/all.npz"), numpy.zeros((4, 7)))
        self.fail_with(1, ["all.npz", "three dimensions"], "info", "out")

    def test_folders_without_anything_are_refused(self):
        self.fail_with(1, ["data", "model.json", "statistics.h5"], "info", "data")
        os.symlink(".", self.path("data", "delay_0"))
        self.fail_with(1, ["data"], "info", "data")


class Unknown(InfoTest):
    def test_bytes_that_were_found_are_told(self):
        self.write("letter.txt", "Dear Sir or Madam")
        self.fail_with(1, ["letter.txt", "offset 0", "44 65 61 72", "npz"], "info", "letter.txt")

    def test_missing_empty_and_special_files(self):
        self.write("empty.h5", b"")
        self.fail_with(1, ["empty.h5", "empty"], "info", "empty.h5")
        self.fail_with(1, ["absent", "no such file"], "info", "absent")
        self.fail_with(1, ["/dev/null", "plain file"], "info", "/dev/null")
        self.fail_with(1, ["letter"], "info", "data/train.txt/letter")

    def test_start_of_every_format_alone_is_refused(self):
        for start in (b"\x89HDF\r\n\x1a\n", b"\x93NUMPY", b"PK\x03\x04", b"PK\x05\x06",
                      bytes(8) + b"{"):
            self.write("start", start)
            self.fail_with(1, ["start"], "info", "start")


class Program(InfoTest):
    def test_tells_version_build_libraries_and_machine(self):
        [facts] = self.rows()
        self.assertIn(facts["version"].split()[1], self.succeed("--version").out)
        self.assertIn("OpenBLAS", facts["openblas"])
        self.assertEqual(facts["hdf5"], h5py.version.hdf5_version)
        for name in ("build", "compiler", "libzip", "fmt", "spdlog", "nlohmann_json", "cli11"):
            self.assertTrue(facts[name], name)
        self.assertGreaterEqual(facts["cores"], 1)
        [two] = self.rows("--threads", "2")
        self.assertEqual(two["threads"], 2)

    def test_instruction_set_can_be_forced(self):
        [facts] = self.rows()
        levels = facts["instruction_sets"]
        self.assertIn(facts["instruction_set"], levels)
        self.assertIn("STATEGRAD_ISA", levels)
        text = self.succeed("info", environment={"STATEGRAD_ISA": "scalar"}).out
        self.assertRegex(text, r"instruction set +scalar")
        self.fail_with(2, ["STATEGRAD_ISA", "z80"], "info", environment={"STATEGRAD_ISA": "z80"})


if __name__ == "__main__":
    unittest.main()
