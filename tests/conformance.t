#!/usr/bin/python3
"""Every filter keeps the rules that all filters share: options, exit statuses, hostile input, stopping.

A filter is found by its name in `duto list`. What it needs to run is said in its own test, tests/NAME.t, in comments:

    # conformance setup: duto sim mill --count 300 | duto scale --fit m.yaml > /dev/null
    # conformance: --model m.yaml
    # conformance input: printf 'a,b\\n1,2\\n'
    # conformance endless: mill --every 1s
    # conformance new: measurements

setup is a shell command that is run first, in a folder of the filter's own ({here} in options; $ROOT is the project's),
teardown one that is run last. Each plain line holds options to test it
with; without one it is tested with those of endless, or none. input is a shell command that prints input for a filter
that reads text, or wants other samples than those made here. endless gives options with which a source does not end by
itself. new says that the measurements which come out are others than those that came in. {port} stands for a free TCP port.
"""
import json
import os
import random
import re
import shlex
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

import msgpack

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DUTO = os.path.abspath(os.environ.get("DUTO", ROOT + "/build/duto"))
SECONDS = 30  # no run of a filter takes longer
DESCRIBED = {"name", "summary", "input", "output", "clocked", "options", "needs", "makes", "passes", "open"}
OPTION = {"name", "type", "help", "required", "repeat", "positional"}
STAT_IN, STAT_OUT, STAT_IN_BYTES = 88, 96, 104  # lib/filter/stat.h, struct stat_page

count = failed = 0


def ok(good, title, detail=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {count} - {title}", flush=True)
    if not good:
        for line in str(detail).splitlines()[:8]:
            print(f"#   {line[:300]}", flush=True)
    return good


# Samples, written by hand so that every byte is known.

def text(s):
    return msgpack.packb(s)


def sample(seq, entries, kind=None, source="plant/mill1", tail=()):
    head = [text("time") + b"\xd7\xff" + struct.pack(">Q", 1767225600 + seq), text("source") + text(source),
            text("run") + b"\xcf" + struct.pack(">Q", 7), text("seq") + b"\xcf" + struct.pack(">Q", seq)]
    if kind:
        head.append(text("kind") + text(kind))
    head.append(text("values") + b"\xde" + struct.pack(">H", len(entries)) + b"".join(entries))
    return bytes([0x80 + len(head) + len(tail)]) + b"".join(head) + b"".join(tail)


# No filter knows these fields, and no two of these values would be encoded so by one encoder.
ODD = [text("odd_narrow") + b"\xca\x3f\x80\0\0", text("odd_wide") + b"\xcf\0\0\0\0\0\0\0\1", text("odd_small") + b"\xd0\5",
       text("odd_bytes") + b"\xc5\0\2\1\2", text("odd_é") + b"\xda\0\1x", text("odd_nil") + b"\xc0",
       text("odd_nested") + b"\xde\0\1\xa1a\x91\xc3", text("odd_ext") + b"\xd6\5\1\2\3\4", text("odd_" + 50 * "long") + b"\xc2"]
FUTURE = [text("future") + b"\x92\1\2"]


def measurement(seq):
    r = random.Random(seq)
    fields = {"air_temperature": r.uniform(295, 305), "process_temperature": r.uniform(305, 314),
              "rotational_speed": r.randrange(1200, 2800), "torque": r.uniform(10, 70), "tool_wear": r.randrange(250),
              "machine_failure": int(r.random() < 0.4)}
    return sample(seq, [text(k) + msgpack.packb(v) for k, v in fields.items()])


STRANGE = [sample(1000, [text("what") + b"\xdf\0\0\0\1\xa1a\x92\1\xc0"], "event"), sample(1001, ODD),
           sample(1002, ODD[:3], "x-future", tail=FUTURE), sample(1003, [], "x-future"), sample(1004, ODD, None, "other/source")]
SAMPLES = [measurement(i) for i in range(1, 41)]


def end_of(data, at):
    """Where the MessagePack object at `at` ends."""
    u = msgpack.Unpacker(timestamp=0, strict_map_key=False, raw=True)
    u.feed(data[at:])
    u.skip()
    return at + u.tell()


def split(data):
    samples, at = [], 0
    while at < len(data):
        end = end_of(data, at)
        samples.append(data[at:end])
        at = end
    return samples


def pairs(data):
    """Raw (key, value) pairs of the MessagePack map that data is."""
    n, at = {0xde: (struct.unpack(">H", data[1:3])[0], 3) if len(data) > 2 else None,
             0xdf: (struct.unpack(">I", data[1:5])[0], 5) if len(data) > 4 else None}.get(data[0]) or (data[0] & 15, 1)
    result = []
    for _ in range(n):
        middle = end_of(data, at)
        end = end_of(data, middle)
        result.append((data[at:middle], data[middle:end]))
        at = end
    return result


def identity(data):
    members = dict(pairs(data))
    return tuple(members.get(text(k)) for k in ("source", "run", "seq", "kind"))


def entries(data):
    return [k + v for k, v in pairs(dict(pairs(data))[text("values")])]


# Running a filter.

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return str(s.getsockname()[1])


def command(name, options):
    return [DUTO, name] + [o.replace("{port}", free_port()).replace("{here}", os.getcwd()) for o in options]


class Ran:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err.decode(errors="replace")

    def __str__(self):
        return f"status {self.status}\n{self.err}"


def run(name, options, data=b"", stdout=subprocess.PIPE):
    try:
        r = subprocess.run(command(name, options), input=data, stdout=stdout, stderr=subprocess.PIPE, timeout=SECONDS)
        return Ran(r.returncode, r.stdout, r.stderr)
    except subprocess.TimeoutExpired as e:
        return Ran(f"none after {SECONDS} s", b"", e.stderr or b"")


def eventually(condition):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.005)
    return False


def counter(offset):
    try:
        with open("stat", "rb") as f:
            f.seek(offset)
            return struct.unpack("=Q", f.read(8))[0]
    except (OSError, struct.error):
        return 0


class Started:
    """A filter that runs, its standard input a pipe, its output in ./out, its counters in ./stat."""

    def __init__(self, name, options):
        for file in ("out", "stat"):
            if os.path.exists(file):
                os.unlink(file)
        with open("out", "wb") as out, open("err", "wb") as err:
            self.process = subprocess.Popen(command(name, options), stdin=subprocess.PIPE, stdout=out, stderr=err,
                                            env={**os.environ, "DUTO_STAT": os.path.abspath("stat")})

    def write(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass

    def out(self):
        with open("out", "rb") as f:
            return f.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)

    def end(self):
        try:
            status = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = f"none after {SECONDS} s"
        self.process.stdin.close()
        with open("err", "rb") as f:
            return Ran(status, self.out(), f.read())


# What a filter's own test says of it.

class Plan:
    def __init__(self, name):
        self.file = f"{ROOT}/tests/{name}.t"
        try:
            with open(self.file) as f:
                lines = re.findall(r"^# conformance( setup| teardown| input| endless| new)?:(.*)$", f.read(), re.M)
        except OSError:
            lines = None
        self.written = lines is not None
        self.setup, self.teardown, self.inputs, self.endless, self.new, self.options = (
            [rest.strip() for what, rest in lines or [] if what == kind]
            for kind in (" setup", " teardown", " input", " endless", " new", ""))
        self.options = [shlex.split(o) for o in self.options or self.endless or [""]]

    def prepare(self):
        for line in self.setup:
            r = subprocess.run(["bash", "-c", line], stderr=subprocess.PIPE, timeout=SECONDS)
            ok(r.returncode == 0, f"setup: {line}", r.stderr.decode())

    def finish(self):
        for line in self.teardown:
            subprocess.run(["bash", "-c", line], timeout=SECONDS)

    def input(self, takes):
        if self.inputs:
            return subprocess.run(["bash", "-c", self.inputs[0]], stdout=subprocess.PIPE, check=True).stdout
        return b"".join(SAMPLES) if takes == "samples" else b""


# The rules.

def test_help(name, described):
    r = run(name, ["--help"])
    ok(r.status == 0 and not r.err and r.out.startswith(f"usage: duto {name}".encode()), f"{name} --help", r)
    named = [("" if o["positional"] else "--") + o["name"] for o in described["options"]]
    absent = [n for n in named if n not in r.out.decode()]
    ok(not absent, f"{name} --help names every option", absent)


def test_description(name):
    r = run(name, ["--describe"])
    try:
        d = json.loads(r.out)
    except ValueError as e:
        ok(False, f"{name} --describe is JSON", f"{e}\n{r}")
        return None
    ok(r.status == 0 and d.get("name") == name and DESCRIBED <= d.keys(), f"{name} --describe: its members",
       DESCRIBED - d.keys())
    ok(re.fullmatch("[a-z].{10,88}[^.]", d["summary"]), f"{name}: one line says what it does", d["summary"])
    ok(all(OPTION <= o.keys() for o in d["options"]), f"{name} --describe: the members of options")
    return d


def test_wrong_options(name, described):
    r = run(name, ["--descibe"])
    ok(r.status == 100 and "did you mean --describe?" in r.err, f"{name}: an option that is not there is 100, with a hint", r)
    r = run(name, ["--check", "--descibe"])
    ok(r.status == 100, f"{name}: and with --check", r)
    for o in described["options"]:
        if o["type"] == "file":
            given = [] if o["positional"] else ["--" + o["name"]]
            r = run(name, given + ["absent/file"])
            ok(r.status == 100 and "absent/file" in r.err, f"{name} {' '.join(given)} absent/file is 100, and named", r)
    required = [o["name"] for o in described["options"] if o["required"]]
    if required:
        r = run(name, [])
        ok(r.status == 100 and any(o in r.err for o in required), f"{name} without a required option is 100", r)


def test_bad_files(name, described, options):
    files = ["--" + o["name"] for o in described["options"] if o["type"] == "file" and not o["positional"]]
    noise = random.Random(1).randbytes(3000)
    for i, option in enumerate(options[:-1]):
        if option not in files:
            continue
        for title, content in ("noise", noise), ("nothing", b""), ("zeros", bytes(100)):
            with open("spoilt", "wb") as f:
                f.write(content)
            r = run(name, options[:i + 1] + ["spoilt"] + options[i + 2:])
            ok(r.status == 100 and "spoilt" in r.err, f"{name} {option} with {title} in the file is 100, and named", r)


def test_missing_input(name, described):
    if described["input"] != "none":
        r = run(name, ["--in", "file:absent/file"])
        ok(r.status == 100, f"{name} --in file:absent/file is 100", r)


def test_cut(name, options, described, data):
    for cut in (1, 7, len(SAMPLES[-1]) // 2):
        r = run(name, options, data[:-cut])
        if described["input"] == "samples":
            ok(r.status == 111 and "offset" in r.err, f"{name}: input without its last {cut} bytes is 111, with the offset", r)
        else:
            ok(r.status in (0, 100, 111), f"{name}: input without its last {cut} bytes", r)


FINDERS = {"audit"}  # leave with 1 where what they look for is not so, as diff does


def is_exit(name, status):
    return status in (0, 100, 111) or (status == 1 and name in FINDERS)


HOSTILE = [("a map of 4 billion entries", b"\xdf\xff\xff\xff\xff"), ("a text of 4 GiB", b"\xdb\xff\xff\xff\xff"),
           ("nesting without end", b"\x91" * 100000), ("maps in maps", b"\x81\xa1a" * 50000), ("zeros", bytes(70000)),
           ("one line", b"a" * 300000), ("quotes", b'"' * 70001), ("braces", b"{[" * 40000)]


def test_noise(name, options, described, data):
    for seed in range(5):
        r = run(name, options, random.Random(seed).randbytes(5000))
        ok(r.status in (100, 111) or r.status == 0 and r.err, f"{name}: noise {seed} is refused, or its drops are told of", r)
    bad = []
    for seed in range(20):
        rng, damaged = random.Random(seed), bytearray(data)
        for _ in range(rng.randrange(1, 20) if data else 0):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        r = run(name, options, bytes(damaged))
        if not is_exit(name, r.status):
            bad.append(f"seed {seed}: {r}")
    ok(not bad, f"{name}: 20 damaged inputs", "\n".join(bad))
    for title, hostile in HOSTILE:
        r = run(name, options, hostile)
        ok(is_exit(name, r.status), f"{name}: {title}", r)


def test_full(name, options, data, plain):
    if not plain.out:
        return
    with open("/dev/full", "wb") as full:
        r = run(name, options, data, full)
    ok(r.status == 111, f"{name}: a full output device is 111", r)


def test_passing(name, options, described, new):
    r = run(name, options, b"".join(SAMPLES + STRANGE))
    if not ok(r.status == 0, f"{name}: kinds, fields and sources that are not known", r):
        return
    came = split(r.out)
    strange_kinds = [s for s in STRANGE if identity(s)[3]]
    ok(all(s in came for s in strange_kinds), f"{name}: kinds that are not known pass byte for byte")
    if new:
        return
    identities = [identity(s) for s in came]
    walk = iter(identities)
    ok(all(identity(s) in walk for s in SAMPLES + STRANGE), f"{name}: the samples keep their identities and their order")
    if described["passes"] == "all":
        by_identity = dict(zip(identities, came))
        lost = [e for s in STRANGE if not identity(s)[3] for e in ODD if e not in entries(by_identity[identity(s)])]
        ok(not lost, f"{name}: fields that are not known pass byte for byte", lost)


def test_stop_samples(name, options, data, plain, holds_nothing):
    """SIGTERM between the halves of the input: the filter goes on until its input ends."""
    halves = split(data)
    first, second = halves[:len(halves) // 2] + [STRANGE[0]], halves[len(halves) // 2:]
    whole = run(name, options, b"".join(first + second))
    f = Started(name, options)
    f.write(b"".join(first))
    ok(eventually(lambda: counter(STAT_IN) == len(first)), f"{name}: takes what there is", f"{counter(STAT_IN)} samples")
    if holds_nothing:
        ok(eventually(lambda: f.out().endswith(STRANGE[0])), f"{name}: holds nothing back while it waits for more")
    f.stop()
    f.write(b"".join(second))
    f.process.stdin.close()
    r = f.end()
    ok(r.status == 0, f"{name}: told to stop, it goes on until its input ends", r)
    ok(r.out == whole.out, f"{name}: and all that was read is passed on")


def test_stop_bytes(name, options, data, plain):
    f = Started(name, options)
    f.write(data)
    ok(eventually(lambda: counter(STAT_IN_BYTES) > 0), f"{name}: takes what there is")
    f.stop()
    r = f.end()
    ok(r.status == 0, f"{name}: told to stop, it ends", r)
    ok(plain.out.startswith(r.out), f"{name}: and writes only what is whole")


def test_stop_source(name, plan):
    for options in [shlex.split(o) for o in plan.endless]:
        f = Started(name, options)
        ok(eventually(lambda: counter(STAT_OUT) > 0), f"{name} {shlex.join(options)}: begins")
        f.stop()
        r = f.end()
        ok(r.status == 0 and r.out, f"{name}: told to stop, it ends", r)
        ok(split(r.out), f"{name}: and writes whole samples")


def test_options(name, options, plan):
    title = shlex.join([name] + options)
    described = json.loads(run(name, options + ["--describe"]).out or b"{}")
    if not ok(DESCRIBED <= described.keys(), f"{title} --describe"):
        return
    r = run(name, options + ["--check"])
    ok(r.status == 0 and not r.out, f"{title} --check", r)
    test_bad_files(name, described, options)
    takes, clocked = described["input"], described["clocked"]
    if takes == "none" and clocked:
        return
    data = plan.input(takes)
    plain = run(name, options, data)
    if not ok(plain.status == 0, f"{title}: runs", plain):
        return
    test_full(name, options, data, plain)
    if not clocked:
        ok(run(name, options, data).out == plain.out, f"{name}: the same input gives the same output")
    if takes == "none":
        return
    test_cut(name, options, described, data)
    test_noise(name, options, described, data)
    if takes == "bytes":
        test_stop_bytes(name, options, data, plain)
        return
    passes = described["output"] == "samples" and described["passes"] != "none"
    if passes:
        test_passing(name, options, described, plan.new)
    test_stop_samples(name, options, data, plain, passes)


def test_filter(name):
    plan, described = Plan(name), test_description(name)
    ok(plan.written, f"{name} has a test, tests/{name}.t")
    if not described:
        return
    test_help(name, described)
    test_wrong_options(name, described)
    test_missing_input(name, described)
    plan.prepare()
    try:
        test_runs(name, plan, described)
    finally:
        plan.finish()


def test_runs(name, plan, described):
    if described["input"] == "bytes" and not plan.inputs:
        ok(False, f'tests/{name}.t has a line "# conformance input: COMMAND"')
        return
    if described["input"] == "none" and described["clocked"]:
        ok(plan.endless, f'tests/{name}.t has a line "# conformance endless: OPTIONS"')
    for options in plan.options:
        test_options(name, options, plan)
    test_stop_source(name, plan)


def main():
    listed = subprocess.run([DUTO, "list"], stdout=subprocess.PIPE, text=True)
    names = sys.argv[1:] or [line.split()[0] for line in listed.stdout.splitlines()]
    ok(listed.returncode == 0 and names, "duto list names the filters")
    os.environ["ROOT"] = ROOT
    os.environ["PATH"] = os.path.dirname(DUTO) + ":" + os.environ["PATH"]
    for name in names:
        with tempfile.TemporaryDirectory(prefix="duto-test.") as folder:
            os.chdir(folder)
            test_filter(name)
            os.chdir("/")
    print(f"1..{count}")
    sys.exit(failed > 0)


main()
