"""The program under test, for tests in Python. Samples are maps here, as JSON has them."""
import json
import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DUTO = os.path.abspath(os.environ.get("DUTO", ROOT + "/build/duto"))


def duto(words, data=b"", **more):
    """Runs it to its end; words are a list, or a text with blanks between them."""
    words = words.split() if isinstance(words, str) else words
    return subprocess.run([DUTO, *words], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **more)


def encoded(samples):
    return duto("from-json", "".join(json.dumps(s) + "\n" for s in samples).encode()).stdout


def decoded(data):
    return [json.loads(line) for line in duto("to-json", data).stdout.splitlines()]


def sample_at(time, values, kind=None, quality=None):
    """A sample of plant/total, at a datetime of UTC."""
    s = {"time": time.isoformat().replace("+00:00", "Z"), "source": "plant/total", "run": 7, "values": values}
    s.update({"kind": kind} if kind else {})
    s.update({"quality": quality} if quality else {})
    return s


def numbered(samples):
    """With seq 1, 2, ..., of one source and kind."""
    return [{**s, "seq": i + 1} for i, s in enumerate(samples)]
