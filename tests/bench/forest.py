#!/usr/bin/python3
"""Scoring beside scikit-learn and, where R has it, ranger: the same model (ranger: one of the same size) and
the same rows, one core, rounds interleaved, medians.

    forest.py BUILD [ROUNDS]     the rows are AI4I's where ../shared has them, else of duto sim mill"""
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "..", "schemas")]
BUILD = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
os.environ["DUTO"] = BUILD + "/duto"

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import mill
import samples
import sklearn_to_duto

SINGLES = 10
NOT_MEASURED = 0.0
STAGE_TIMES = 100  # the rows go through the whole stage
RANGER = """
suppressMessages(library(ranger))
d <- read.csv("table.csv"); d$y <- factor(d$y)
f <- ranger(y ~ ., d[1:8000, ], num.trees = %d, min.node.size = 1, probability = TRUE, num.threads = 2, seed = 1)
cpu <- proc.time()
invisible(predict(f, d, num.threads = 1))
cat(sum((proc.time() - cpu)[1:2]) / nrow(d) * 1e9)
"""


def rows():
    if os.path.exists(mill.AI4I):
        return mill.ai4i()
    data = samples.decode(samples.run(b"", "sim", "mill", "--seed", "7", "--count", "10000", "--every", "1s",
                                      "--start", "2026-01-01T00:00:00Z"))
    table = np.array([[s["values"][f] for f in mill.FIVE + [mill.TARGET]] for s in data if "kind" not in s], float)
    return table[:, :5], table[:, 5].astype(int)


def sklearn_times(model, x):
    start = time.process_time()
    model.predict_proba(x)
    batch = (time.process_time() - start) / len(x)
    start = time.process_time()
    for row in x[:SINGLES]:
        model.predict_proba(row.reshape(1, -1))
    return {"scikit-learn": ((time.process_time() - start) / SINGLES * 1e9, batch * 1e9)}


def duto_times(loads):
    out = subprocess.run([BUILD + "/bench/forest", "model.forest", "rows"], capture_output=True, text=True, check=True)
    load, *lines = map(str.split, out.stdout.splitlines())
    loads.append(float(load[1]))
    return {name: (float(one), float(batch)) for name, one, batch in lines}


def ranger_times(trees):
    if not shutil.which("Rscript"):
        return {}
    out = subprocess.run(["Rscript", "-e", RANGER % trees], capture_output=True, text=True)
    return {"ranger": (NOT_MEASURED, float(out.stdout))} if out.returncode == 0 else {}


def stage_time(times):
    """Processor time of a whole `duto forest` between two pipes, a sample of five fields, its start included."""
    feed = subprocess.Popen(["cat"] + ["samples"] * times, stdout=subprocess.PIPE)
    stage = subprocess.Popen([BUILD + "/libexec/forest", "--model", "model.forest"], stdin=feed.stdout,
                             stdout=subprocess.PIPE)
    sink = subprocess.Popen(["cat"], stdin=stage.stdout, stdout=subprocess.DEVNULL)
    feed.stdout.close()
    stage.stdout.close()
    spent = os.wait4(stage.pid, 0)[2]
    feed.wait()
    sink.wait()
    return spent.ru_utime + spent.ru_stime


def stage_figure(count):
    spent = sorted(stage_time(STAGE_TIMES) / (count * STAGE_TIMES) for _ in range(ROUNDS))
    middle = statistics.median(spent)
    return (f"  whole stage     {middle * 1e9:,.0f} ({spent[0] * 1e9:,.0f}-{spent[-1] * 1e9:,.0f}) ns a sample,"
            f" {1 / middle / 1e6:.2f} M samples/s on one core")


def bench(title, model, x, y, trees):
    model.fit(x[:8000], y[:8000])
    sklearn_to_duto.save(model, "model.forest", mill.FIVE)
    rounds, loads = [], []
    for _ in range(ROUNDS):
        rounds.append({**sklearn_times(model, x), **duto_times(loads), **ranger_times(trees)})
    reference = [statistics.median(r["scikit-learn"][k] for r in rounds) for k in (0, 1)]
    print(f"{title}: ns a row, median of {ROUNDS} (best-worst), and times faster than scikit-learn;"
          f" loaded in {statistics.median(loads) / 1e6:,.0f} ms")
    for name in rounds[0]:
        line = f"  {name:14}"
        for k, what in enumerate(("one by one", "batch")):
            times = sorted(r[name][k] for r in rounds if name in r)
            middle = statistics.median(times)
            if middle == NOT_MEASURED:
                line += f"  {'':62}"
                continue
            line += f"  {what} {middle:12,.0f} ({times[0]:,.0f}-{times[-1]:,.0f}) {reference[k] / middle:10,.1f}x"
        print(line)
    print(stage_figure(len(x)), flush=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        x, y = rows()
        os.chdir(folder)
        order = np.random.default_rng(0).permutation(len(x))
        x, y = x[order], y[order]
        x.tofile("rows")
        with open("samples", "wb") as f:
            f.write(samples.run(samples.run(samples.encode(mill.FIVE, x), "to-json"), "from-json"))
        np.savetxt("table.csv", np.column_stack([x, y]), delimiter=",", header="a,b,c,d,e,y", comments="")
        print(f"load of the machine {os.getloadavg()[0]:.1f}")
        for trees in 100, 500:
            pure = RandomForestClassifier(trees, random_state=0, n_jobs=1)
            mixed = RandomForestClassifier(trees, random_state=0, n_jobs=1, max_depth=8, class_weight="balanced")
            bench(f"{trees} trees, pure leaves", make_pipeline(StandardScaler(), pure), x, y, trees)
            bench(f"{trees} trees, leaves of all kinds", make_pipeline(StandardScaler(), mixed), x, y, trees)
        print(f"load of the machine {os.getloadavg()[0]:.1f}")
        os.chdir("/")


main()
