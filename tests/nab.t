#!/usr/bin/python3
"""The scoring rule of tests/bench/nab on cases worked by hand, and the whole of it on series made here."""
import json
import math
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE + "/lib", HERE + "/bench"]
from nab_score import PROFILES, at_threshold, best_threshold, gains, probation, scale, worth
from tap import done, ok

DUTO = os.environ.get("DUTO", HERE + "/../build/duto")
STANDARD, LOW_FP, LOW_FN = PROFILES.values()


def near(a, b):
    return abs(a - b) < 1e-6


def test_worth():
    windows = [(100, 109)]
    # At the first row y = -10/10: the most there is. At the last y = -1/10: 2 / (1 + exp(-0.5)) - 1 = 0.2449187.
    ok(worth(100, windows) == (1, 0), "a window's first row is worth 1")
    ok(near(worth(109, windows)[0], 0.2449187 / 0.9866143), "its last row a quarter of that")
    # One behind: y = 1/9, 2 / (1 + exp(5/9)) - 1 = -0.2708471; at 27 behind y = 3, at 28 it is more than 3.
    ok(near(worth(110, windows)[0], -0.2708471), "a detection just behind costs little")
    ok(near(worth(136, windows)[0], 2 / (1 + math.exp(15)) - 1) and worth(137, windows)[0] == -1, "far behind it costs all")
    ok(worth(99, windows) == (-1, None), "before every window too")
    ok(worth(205, [(100, 109), (200, 209)])[1] == 1, "the second window is found")


def test_probation():
    ok(probation(1000) == 150 and probation(4032) == 604 and probation(20000) == 750, "15 %, at most 750 rows, do not count")


def scores(rows, **at):
    result = [0.0] * rows
    for row, score in at.items():
        result[int(row[1:])] = score
    return result


def test_gains():
    windows = [(400, 499)]
    one = gains(scores(1000, r400=0.9, r450=0.8), windows, STANDARD)
    ok(one == [(0.9, 2), (0.8, 0)], "the earliest detection takes the hit and the miss back; a later one changes nothing")
    two = gains(scores(1000, r400=0.8, r499=0.9), windows, STANDARD)
    last = worth(499, windows)[0]
    ok(near(two[0][1], last + 1) and near(two[1][1], 1 - last), "an earlier one at a lower threshold adds the rest")
    ok(gains(scores(1000, r100=0.9, r300=0.7), windows, STANDARD) == [(0.7, -0.11)], "the first rows are left out; a false one costs 0.11")
    ok(gains(scores(1000, r300=0.7), windows, LOW_FP) == [(0.7, -0.22)], "0.22 in the profile against them")
    ok(gains(scores(1000, r400=0.7), windows, LOW_FN) == [(0.7, 3)], "a miss weighs 2 in the other")


def test_corpus():
    windows = [(400, 499)]
    perfect = [gains(scores(1000, r400=0.9), windows, p) for p in PROFILES.values()]
    ok([best_threshold([g], 1, p) for g, p in zip(perfect, PROFILES.values())] == [(100, 0.9)] * 3, "perfect is 100 in every profile")
    ok(best_threshold([gains(scores(1000), windows, STANDARD)], 1, STANDARD) == (0, 1.1), "nothing is 0")
    # Two windows, one found at its first row, one false at the same score: (2 - 0.11) of 4.
    series = [gains(scores(1000, r400=0.9, r300=0.9), windows, STANDARD), gains(scores(1000), windows, STANDARD)]
    ok(near(best_threshold(series, 2, STANDARD)[0], 47.25), "one of two windows, and one false: 47.25")
    ok(near(at_threshold(series, 2, STANDARD, 0.91), 0), "above all scores: 0")
    ok(near(scale(-0.11, 1, STANDARD), -5.5), "worse than nothing is below 0")
    # The same score below a better one: taken together or not at all.
    tied = [gains(scores(1000, r400=0.5, r300=0.5, r301=0.5), windows, STANDARD)]
    ok(near(best_threshold(tied, 1, STANDARD)[0], 89), "rows of one score are detections together")


def write_series(folder, name, seed):
    pick, windows = random.Random(seed), []
    with open(f"{folder}/data/a/{name}", "w", encoding="ascii") as f:
        f.write("timestamp,value\n")
        for i in range(1000):
            f.write(f"2026-01-{1 + i // 288:02} {i // 12 % 24:02}:{i % 12 * 5:02}:00,{pick.gauss(50, 1) + 40 * (600 <= i < 605)}\n")
    stamp = lambda i: f"2026-01-{1 + i // 288:02} {i // 12 % 24:02}:{i % 12 * 5:02}:00.000000"
    windows.append([stamp(580), stamp(640)])
    return windows


def test_whole():
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(folder + "/data/a")
        windows = {f"a/{k}.csv": write_series(folder, f"{k}.csv", k) for k in range(4)}
        with open(folder + "/windows.json", "w", encoding="ascii") as f:
            json.dump(windows, f)
        r = subprocess.run([HERE + "/bench/nab", folder, folder + "/windows.json", "--threshold", "0.6", "--splits", "2", "--no-cost"],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, env=dict(os.environ, DUTO=DUTO))
    out = r.stdout.decode()
    ok(r.returncode == 0 and out.startswith("4 series, 4000 points, 4 windows\n"), "runs over a folder", r.stderr.decode()[-600:], out)
    standard = next((line for line in out.splitlines() if line.startswith("standard")), "standard 0")
    # The spike is at row 600 of the window 580 to 640: -41/61, 0.944.. of the most.
    expected = 100 * (1 + worth(600, [(580, 640)])[0]) / 2
    ok(f"{expected:.2f}" in standard, f"all four spikes are found where they are: {expected:.2f}", out)
    ok(out.count("median") == 2, "two cross-validated figures")


test_worth()
test_probation()
test_gains()
test_corpus()
test_whole()
done()
