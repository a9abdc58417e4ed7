"""Writes COUNT samples of 20 float64 fields, as a meter sends them, to standard output: stream.py COUNT."""
import struct
import sys

import msgpack

names = ["voltage_l1_n%02d" % k for k in range(20)]
out = sys.stdout.buffer
for i in range(int(sys.argv[1])):
    values = b"".join(msgpack.packb(n) + msgpack.packb(230.5 + k + i % 10) for k, n in enumerate(names))
    out.write(b"\x85\xa4time\xd7\xff" + struct.pack(">Q", 1767225600 + i)
              + b"\xa6source" + msgpack.packb("plant/line1/meter%d" % (i % 3))
              + b"\xa3run\xcf" + struct.pack(">Q", 7) + b"\xa3seq\xcf" + struct.pack(">Q", i + 1)
              + b"\xa6values\xde" + struct.pack(">H", len(names)) + values)
