"""Makes the last block of a keep's segment one of version 2, as a newer program may write: newer_blocks.py SEGMENT [sealed].
sealed: its last sealed block has a payload of version 2. Sums are as they should be."""
import struct
import sys

HEADER, SEALED = 80, 4


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def blocks(data):
    at = 0
    while at < len(data):
        yield at
        at += HEADER + struct.unpack_from("<I", data, at + 8)[0]


def main(path, what=""):
    data = bytearray(open(path, "rb").read())
    if what:
        at = [b for b in blocks(data) if data[b + 5] == SEALED][-1]
        data[at + HEADER] = 2
        length = struct.unpack_from("<I", data, at + 8)[0]
        struct.pack_into("<I", data, at + 12, crc32c(data[at + HEADER:at + HEADER + length]))
    else:
        at = list(blocks(data))[-1]
        data[at + 4] = 2
    struct.pack_into("<I", data, at + HEADER - 4, crc32c(data[at:at + HEADER - 4]))
    open(path, "wb").write(data)


main(*sys.argv[1:])
