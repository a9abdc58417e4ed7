#!/usr/bin/python3
"""make bench: billing against its limits: a year of quarter hours in 0.1 s, a month of 10,000 customers in 20 s of one core.

    bill.py BUILD"""
import os
import struct
import subprocess
import sys
import tempfile
import time

import msgpack

BUILD = os.path.abspath(sys.argv[1])
MONTH, YEAR = 2880, 35040
START = 1775001600  # 2026-04-01
TIME, SEQ = b"\xfe\xdc\xba\x98TIME", b"\xfe\xdc\xba\x98\x00SEQ"


def reading(meter, kwh):
    pack = msgpack.packb
    return (b"\x85" + pack("time") + b"\xd7\xff" + TIME + pack("source") + pack(meter) + pack("run") + b"\xcf" + bytes(7) + b"\x01" +
            pack("seq") + b"\xcf" + SEQ + pack("values") + b"\xde\x00\x01" + pack("energy") + b"\xcb" + struct.pack(">d", kwh))


def bill(meters, slots, every):
    """CPU seconds, wall seconds and peak KiB of one bill process."""
    block = b"".join(reading(f"plant/m{i:05}", (i * 7 % 100) / 8) for i in range(meters))
    with tempfile.TemporaryDirectory(prefix="duto-bench.") as folder:
        with open(folder + "/customers.csv", "w") as f:
            f.write("meter,contract\n" + "".join(f"plant/m{i:05},400\n" for i in range(meters)))
        start = time.monotonic()
        p = subprocess.Popen([BUILD + "/libexec/bill", "--tariff", "a4-verde.yaml", "--customers", folder + "/customers.csv"],
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        for i in range(0, slots, every):
            slot = [block.replace(TIME, struct.pack(">Q", START + 900 * n)).replace(SEQ, struct.pack(">Q", n + 1))
                    for n in range(i, min(i + every, slots))]
            p.stdin.write(b"".join(slot))
        p.stdin.close()
        _, status, usage = os.wait4(p.pid, 0)
        if status:
            sys.exit("bill left with %d" % os.waitstatus_to_exitcode(status))
        return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss


for what, meters, slots, every, limit in (("a year of quarter hours", 1, YEAR, YEAR, 0.1), ("a month of 10,000 customers", 10000, MONTH, 1, 20)):
    cpu, wall, peak = bill(meters, slots, every)
    print(f"bill: {what}: {cpu:.2f} s of one core ({wall:.1f} s with making the samples), limit {limit} s: ratio {cpu / limit:.2f}; "
          f"{meters * slots / cpu / 1e6:.2f} M readings/s, {peak / 1024:.0f} MiB")
