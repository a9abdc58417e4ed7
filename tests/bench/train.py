#!/usr/bin/python3
"""Training beside scikit-learn and ranger: 500 trees on 8,000 rows and 100 trees on 200,000, interleaved, two threads: medians
and ratios by the wall, and of processor time, which says more where the machine does other work too. Then average precision on
held-out rows, medians over seeds, beside scikit-learn's.
    train.py BUILD [ROUNDS [AI4I.csv]]"""
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score
from sklearn.model_selection import train_test_split

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
DATA = sys.argv[3] if len(sys.argv) > 3 else os.path.join(ROOT, "..", "shared", "data", "ai4i2020", "ai4i2020.csv")
SEEDS = 10
RANGER = """
a <- commandArgs(TRUE); d <- read.csv(a[1], header = FALSE); d[[ncol(d)]] <- factor(d[[ncol(d)]])
names(d)[ncol(d)] <- "y"
t <- system.time(ranger::ranger(y ~ ., d, num.trees = as.integer(a[2]), probability = TRUE, min.node.size = 1,
                                num.threads = 2, oob.error = FALSE, verbose = FALSE))
cat(t["elapsed"], t["user.self"] + t["sys.self"])
"""


def read():
    """AI4I's five readings and failures; without the file, rows of the simulated mill."""
    if os.path.exists(DATA):
        with open(DATA) as f:
            rows = list(csv.reader(f))[1:]
        return np.array([[float(v) for v in r[3:8]] for r in rows]), np.array([int(r[8]) for r in rows])
    made = subprocess.run(f"{BUILD}/duto sim mill --seed 1 --count 10k --start 2026-01-01T00:00:00Z | {BUILD}/duto to-csv --fields "
                          "air_temperature,process_temperature,rotational_speed,torque,tool_wear,machine_failure",
                          shell=True, check=True, capture_output=True, text=True).stdout
    table = np.array([[float(v) for v in r[-6:]] for r in list(csv.reader(made.splitlines()))[1:]])
    return table[:, :5], table[:, 5].astype(int)


def write(path, x, y):
    with open(path, "w") as f:
        for r, v in zip(x, y):
            f.write(",".join(map(repr, map(float, r))) + f",{v}\n")
    return path


def ours(path, trees, *more, seed=1):
    """Seconds by the wall and of processors; so of the others."""
    return tuple(map(float, subprocess.run([BUILD + "/bench/train", path, str(trees), "2", str(seed), *more], check=True,
                                           capture_output=True).stdout.split()))


def sklearns(x, y, trees):
    start, spent = time.monotonic(), time.process_time()
    RandomForestClassifier(trees, random_state=0, n_jobs=2).fit(x, y)
    return time.monotonic() - start, time.process_time() - spent


def rangers(path, trees):
    try:
        done = subprocess.run(["Rscript", "-e", RANGER, path, str(trees)], capture_output=True, text=True)
    except FileNotFoundError:
        return float("nan"), float("nan")
    return tuple(map(float, done.stdout.split())) if done.returncode == 0 else (float("nan"), float("nan"))


def spread(seconds):
    return f"[{min(seconds):.3f}..{max(seconds):.3f}]"


def speed(name, x, y, trees, rounds, limits):
    path = write("rows", x, y)
    taken = [(ours(path, trees), sklearns(x, y, trees), rangers(path, trees)) for _ in range(rounds)]
    for what, i in ("by the wall", 0), ("of processors", 1):
        mine, sk, ra = ([t[i] for t in of] for of in zip(*taken))
        a, b, c = map(statistics.median, (mine, sk, ra))
        print(f"{name}, {what}: {a:.3f} s {spread(mine)} (limit {limits[0] * (i + 1):.2f}); "
              f"scikit-learn {b:.2f} s {spread(sk)}, {b / a:.1f} times (at least {limits[1]}); "
              f"ranger {c:.2f} s {spread(ra)}, {c / a:.1f} times (at least {limits[2]})", flush=True)


def quality(x, y, trees=100):
    theirs, mine = [], []
    for seed in range(SEEDS):
        xa, xb, ya, yb = train_test_split(x, y, test_size=0.2, stratify=y, random_state=seed)
        forest = RandomForestClassifier(trees, random_state=seed, n_jobs=2).fit(xa, ya)
        theirs.append(average_precision_score(yb, forest.predict_proba(xb)[:, 1]))
        ours(write("rows", xa, ya), trees, write("test", xb, yb), "scores", seed=seed)
        mine.append(average_precision_score(yb, np.loadtxt("scores")))
    print(f"PR-AUC on held-out rows, median of {SEEDS} seeds: {statistics.median(mine):.4f}, scikit-learn "
          f"{statistics.median(theirs):.4f} (at most 0.01 less)", flush=True)


x, y = read()
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    xa, _, ya, _ = train_test_split(x, y, test_size=0.2, stratify=y, random_state=0)
    speed("500 trees, 8,000 rows", xa, ya, 500, ROUNDS, (0.12, 18, 5))
    jitter = np.random.default_rng(0)
    many = np.concatenate([xa * (1 + 1e-3 * jitter.standard_normal(xa.shape)) for _ in range(25)])
    speed("100 trees, 200,000 rows", many, np.tile(ya, 25), 100, ROUNDS, (0.8, 40, 20))
    quality(x, y)
    os.chdir("/")
