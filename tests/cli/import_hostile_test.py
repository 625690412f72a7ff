# SPDX-License-Identifier: MIT
"""`stategrad import` of files that mean harm: refused with one line, nothing of them executed."""

import collections
import io
import json
import os
import pickle
import resource
import struct
import unittest
import zipfile

import torch

from importing import ImportTest, RNNModel


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
