"""Samples for tests in Python: rows in, rows out, through a filter (python3-msgpack)."""
import os
import struct
import subprocess

import msgpack

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DUTO = os.environ.get("DUTO", os.path.join(ROOT, "build", "duto"))
START = 1767225600  # 2026-01-01T00:00:00Z


def encode(names, rows, source="plant/mill1"):
    """The bytes of one sample a row, a second apart; None is nil."""
    pack = msgpack.packb
    names = [pack(n) for n in names]
    head = b"\x85" + pack("time") + b"\xd7\xff"
    middle = pack("source") + pack(source) + pack("run") + pack(1) + pack("seq")
    values = pack("values") + b"\xde" + struct.pack(">H", len(names))
    out = []
    for i, row in enumerate(rows):
        out += [head, struct.pack(">Q", START + i), middle, pack(i + 1), values]
        for name, value in zip(names, row):
            out += [name, pack(value)]
    return b"".join(out)


def decode(data):
    """The measurements among the samples, as maps."""
    unpacker = msgpack.Unpacker(timestamp=0, max_buffer_size=0)
    unpacker.feed(data)
    return [s for s in unpacker if "kind" not in s]


def column(data, field):
    return [s["values"].get(field) for s in decode(data)]


def run(data, *words):
    """What a filter writes for this input. Its failure is the test's."""
    return subprocess.run([DUTO, *words], input=data, stdout=subprocess.PIPE, check=True).stdout
