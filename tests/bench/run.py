#!/usr/bin/python3
"""make bench: ratios against limits and peers that run beside, interleaved, medians with their spread.

Rates differ from minute to minute on a shared machine; only the ratios of one run mean something.
    run.py BUILD [ROUNDS]"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 7
SAMPLES, RECORDS = 400000, 200000
FILTERS = BUILD + "/libexec/"


def chain(*commands, pipe):
    """Runs commands side by side, joined by pipes or by their own links. Returns wall and CPU seconds and the sum of
    the processes' peak resident memory in KiB."""
    start, before, children = time.monotonic(), None, []
    for i, command in enumerate(commands):
        last = i + 1 == len(commands)
        children.append(subprocess.Popen(command, stdin=before, stdout=subprocess.PIPE if pipe and not last else
                                         open("result", "wb")))
        if before:
            before.close()
        before = children[-1].stdout
    peaks = threading.Thread(target=watch_memory, args=(children,))
    peaks.start()
    cpu = 0.0
    for child in children:
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        if status:
            sys.exit("%s left with %d" % (child.args, os.waitstatus_to_exitcode(status)))
        cpu += usage.ru_utime + usage.ru_stime
    wall = time.monotonic() - start
    peaks.join()
    return wall, cpu, sum(child.peak for child in children)


def watch_memory(children):
    """Peak resident memory from /proc while the processes run: rusage counts what this program had before the exec."""
    for child in children:
        child.peak = 0
    while any(child.returncode is None for child in children):
        for child in children:
            try:
                with open("/proc/%d/status" % child.pid) as f:
                    child.peak = max([child.peak] + [int(l.split()[1]) for l in f if l.startswith("VmHWM")])
            except (OSError, ValueError):
                pass
        time.sleep(0.01)


def words(text):
    return text.split() if isinstance(text, str) else text


def ours(text):
    command = words(text)
    return [FILTERS + command[0]] + command[1:]


SCALE = "scale --model scaler.yaml"
SOURCE, SINK = "select --in file:stream", "select --out file:/dev/null"
CASES = {
    "raw": lambda: chain([BUILD + "/bench/raw", "pull", "ipc://raw"],
                         [BUILD + "/bench/raw", "push", "ipc://raw", "stream"], pipe=False),
    "ipc2": lambda: chain(ours(SOURCE + " --out push:ipc://a"), ours(SINK + " --in pull:ipc://a"), pipe=False),
    "ipc4": lambda: chain(ours(SOURCE + " --out push:ipc://a"), ours(SCALE + " --in pull:ipc://a --out push:ipc://b"),
                          ours(SCALE + " --in pull:ipc://b --out push:ipc://c"), ours(SINK + " --in pull:ipc://c"),
                          pipe=False),
    "pipe2": lambda: chain(ours(SOURCE), ours(SINK), pipe=True),
    "pipe4": lambda: chain(ours(SOURCE), ours(SCALE), ours(SCALE), ours(SINK), pipe=True),
    "cat4": lambda: chain(["cat", "stream"], ["cat"], ["cat"], ["tee", "-p", "/dev/null"], pipe=True),
    "ndjson": lambda: chain(ours("from-json --in file:lines"), ours("scale --model value.yaml"), ours("to-json"), pipe=True),
    "jq": lambda: chain(["jq", "-c", ".values.value=(.values.value-230)*0.1", "lines"], pipe=True),
    "miller": lambda: chain(["mlr", "--ijsonl", "--ojsonl", "put", '$values["value"]=($values["value"]-230)*0.1', "lines"],
                            pipe=True),
}


def prepare():
    with open("stream", "wb") as f:
        subprocess.run(["/usr/bin/python3", ROOT + "/tests/bench/stream.py", str(SAMPLES)], stdout=f, check=True)
    with open("scaler.yaml", "w") as f:
        f.write("method: standard\nfields:\n  voltage_l1_n03: {mean: 238, scale: 2.5}\n")
    with open("value.yaml", "w") as f:
        f.write("method: standard\nfields:\n  value: {mean: 230, scale: 10}\n")
    with open("lines", "w") as f:
        for i in range(RECORDS):
            f.write('{"time":"2026-01-01T00:00:%02dZ","source":"plant/line1/meter%d","run":1,"seq":%d,'
                    '"values":{"value":%.1f,"q":192}}\n' % (i % 60, i % 3, i + 1, 230.6 + i % 7 / 10))


def measure():
    found = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, run in CASES.items():
            found[name].append(run())
    return found


def line(what, value, spread, wanted):
    print("%-62s %8s (%s)   wanted %s" % (what, value, spread, wanted))


def ratio(what, a, b, wanted, form="%.2f"):
    """Of two lists of one measure, taken round by round."""
    each = sorted(x / y for x, y in zip(a, b))
    line(what, form % statistics.median(each), (form + ".." + form) % (each[0], each[-1]), wanted)


def report(found):
    wall = {n: [r[0] for r in rows] for n, rows in found.items()}
    cpu = {n: [r[1] for r in rows] for n, rows in found.items()}
    for name in CASES:
        count = RECORDS if name in ("ndjson", "jq", "miller") else SAMPLES
        rates = sorted(count / w / 1e6 for w in wall[name])
        print("%-8s %6.2f M/s (%.2f..%.2f)   %6.3f us CPU a sample" % (
            name, statistics.median(rates), rates[0], rates[-1], statistics.median(cpu[name]) / count * 1e6))
    print()
    ratio("rate: source, 2 filters, sink over ipc / raw ZeroMQ hop", wall["raw"], wall["ipc4"], ">= 0.35")
    ratio("rate: source, sink over ipc / raw ZeroMQ hop", wall["raw"], wall["ipc2"], ">= 0.80")
    ratio("rate: chain over pipes / over ipc", wall["ipc4"], wall["pipe4"], ">= 2")
    ratio("rate: chain over pipes / four cats", wall["cat4"], wall["pipe4"], "-")
    for kind in ("ipc", "pipe"):
        each = sorted((b - a) / 2 / SAMPLES * 1e6 for a, b in zip(cpu[kind + "2"], cpu[kind + "4"]))
        line("us CPU a filter and 20-field sample, " + kind, "%.2f" % statistics.median(each),
             "%.2f..%.2f" % (each[0], each[-1]), "<= 0.6")
    memory = sorted(r[2] / 1024 for r in found["pipe4"])
    line("MiB resident, four processes over pipes", "%.1f" % statistics.median(memory),
         "%.1f..%.1f" % (memory[0], memory[-1]), "<= 10")
    ratio("rate: NDJSON in, scaled, NDJSON out / jq", wall["jq"], wall["ndjson"], ">= 10", "%.1f")
    ratio("rate: NDJSON in, scaled, NDJSON out / Miller", wall["miller"], wall["ndjson"], ">= 10", "%.1f")


scratch = tempfile.mkdtemp(prefix="duto-bench.")
os.chdir(scratch)
try:
    prepare()
    report(measure())
finally:
    shutil.rmtree(scratch)
