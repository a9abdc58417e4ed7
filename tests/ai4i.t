#!/usr/bin/python3
"""Learning from the AI4I 2020 data set (S. Matzka, UCI repository, 10.24432/C5HS5C), beside scikit-learn."""
import csv
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "shared", "data", "ai4i2020", "ai4i2020.csv")
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "lib"))

import tap

if not os.path.exists(DATA):
    tap.skip_all(f"{os.path.normpath(DATA)} is not here: forests learnt from the real data set are not compared")

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

import mill

with open(DATA) as f:
    rows = list(csv.reader(f))[1:]
x = np.array([[float(v) for v in r[3:8]] for r in rows])
y = np.array([int(r[8]) for r in rows])
grade = np.array(["LMH".index(r[2]) for r in rows])
NINE = mill.EIGHT + ["grade"]


def rules(x, grade):
    """Where the data set's authors let a machine fail: heat, power, strain. What else fails does so at random."""
    difference, power, strain = mill.derived(x)[:, 5:].T
    heat = (difference < 8.6) & (x[:, 2] < 1380)
    return heat | (power < 3500) | (power > 9000) | (strain > np.array([11000, 12000, 13000])[grade])


def failures_found(x, y, seed):
    """F1 of failures among rows held out, with the defaults of train."""
    xa, xb, ya, yb = train_test_split(x, y, test_size=0.2, stratify=y, random_state=seed)
    return f1_score(yb, mill.duto_scores(NINE, xa, ya, xb, seed, 100) >= 0.5)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for names, table in (mill.FIVE, x), (mill.EIGHT, mill.derived(x)):
        theirs, ours = mill.compare(names, table, y, range(8))
        lines = mill.show(theirs, ours)
        tap.ok(mill.in_range(theirs, ours), f"{len(names)} features: within scikit-learn's range", *lines)
        for line in lines:
            tap.note(line)
    best = f1_score(y, rules(x, grade))
    found = [failures_found(np.column_stack([mill.derived(x), grade]), y, seed) for seed in range(10)]
    tap.ok(0.87 <= np.median(found) <= best, f"derived features and grade: F1 of failures {np.median(found):.3f} "
           f"[{min(found):.3f}..{max(found):.3f}]; at least 0.87, at most the {best:.3f} of who knows the rules")
    os.chdir("/")
tap.done()
