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

import mill

with open(DATA) as f:
    rows = list(csv.reader(f))[1:]
x = np.array([[float(v) for v in r[3:8]] for r in rows])
y = np.array([int(r[8]) for r in rows])
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    for names, table in (mill.FIVE, x), (mill.EIGHT, mill.derived(x)):
        theirs, ours = mill.compare(names, table, y, range(8))
        lines = mill.show(theirs, ours)
        tap.ok(mill.in_range(theirs, ours), f"{len(names)} features: within scikit-learn's range", *lines)
        for line in lines:
            tap.note(line)
    os.chdir("/")
tap.done()
