"""duto model and duto forest on models of other programs, for tests."""
import math
import os
import subprocess

import numpy as np
import onnx

import samples
import tap
import trees


def duto(*words):
    return subprocess.run([samples.DUTO, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def refused(title, path, *expected, words=("model", "show")):
    done = duto(*words, path)
    tap.ok(done.returncode == 100 and all(e in done.stderr for e in expected), title, done.stderr)


def convert(source, to="m.forest"):
    done = duto("model", "convert", source, to)
    if done.returncode:
        tap.ok(False, f"{source} is converted", done.stderr)
    return trees.Text(to) if to.endswith(".forest") else onnx.load(to)


def scores(path, text, rows, output):
    """What duto forest gives for rows without NaN."""
    data = samples.encode(text.features, rows)
    if len(text.outputs) == 1:
        return samples.column(samples.run(data, "forest", "--model", path, "--value-name", "y"), "y")
    return samples.column(samples.run(data, "forest", "--model", path, "--positive", text.outputs[output]),
                          "failure_probability")


def edge_rows(rng, count=300, features=3, scaling=None):
    """Rows on the trees' grid, one float 32 beside it, and anywhere."""
    rows = rng.integers(-9, 10, (count, features)) / 4
    if scaling:
        rows = rows / scaling[1] + scaling[0]
    rows = rows.astype(np.float32)
    side = rng.integers(0, 4, rows.shape)
    rows = np.where(side == 1, np.nextafter(rows, np.float32(99)), rows)
    rows = np.where(side == 2, np.nextafter(rows, np.float32(-99)), rows)
    return np.where(rng.random(rows.shape) < 0.1, rng.normal(size=rows.shape).astype(np.float32), rows)


def with_holes(rng, rows):
    return np.where(rng.random(rows.shape) < 0.3, np.nan, rows)


def same(title, path, theirs, rows, rng, outputs):
    """Duto's scores, and those of the text it converts to where values are missing, are the evaluator's bits."""
    text = convert(path)
    wanted = [theirs.predict(row) for row in rows]
    for k in outputs:
        wrong = sum(a != b[k] for a, b in zip(scores("m.forest", text, rows.tolist(), k), wanted))
        tap.ok(wrong == 0, f"{title}: output {k}: the same bits", f"{wrong} of {len(rows)} differ")
    holes = with_holes(rng, rows)
    wanted = [theirs.predict(row)[outputs[-1]] for row in holes]
    wrong = sum(text.predict(r)[outputs[-1]] != w for r, w in zip(holes, wanted))
    tap.ok(wrong == 0, f"{title}: missing values go the same way", f"{wrong} of {len(rows)} differ")
    wrong = sum(a != b for a, b in zip(scores("m.forest", text, holes.tolist(), outputs[-1]), wanted))
    tap.ok(wrong == 0, f"{title}: missing values in duto forest", f"{wrong} of {len(rows)} differ")


def close(title, ours, theirs, limit):
    worst = max((abs(a - b) for a, b in zip(ours, theirs)), default=math.inf)
    tap.ok(worst <= limit, f"{title} (furthest {worst:.1e})")
