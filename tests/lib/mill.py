"""Machines that fail, for tests of forests: features, splits, and the figures of a classifier."""
import csv
import math
import os

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import samples

FIVE = ["air_temperature", "process_temperature", "rotational_speed", "torque", "tool_wear"]
EIGHT = FIVE + ["temperature_difference", "power", "strain"]
TARGET = "machine_failure"
AI4I = os.path.normpath(os.path.join(samples.ROOT, "..", "shared", "data", "ai4i2020", "ai4i2020.csv"))


def ai4i():
    """The five readings and the failures of the real data set."""
    with open(AI4I) as f:
        rows = list(csv.reader(f))[1:]
    return np.array([r[3:8] for r in rows], float), np.array([r[8] for r in rows], int)


def derived(x):
    """The five features and three that the failures follow: K, W, and Nm min."""
    air, process, speed, torque, wear = x.T
    power = torque * speed * 2 * math.pi / 60
    return np.column_stack([x, process - air, power, wear * torque])


def figures(y, p):
    return np.array([roc_auc_score(y, p), f1_score(y, p >= 0.5), average_precision_score(y, p)])


def sklearn_scores(xa, ya, xb, seed, trees):
    model = make_pipeline(StandardScaler(), RandomForestClassifier(trees, random_state=seed, n_jobs=2))
    return model.fit(xa, ya).predict_proba(xb)[:, 1]


def duto_scores(names, xa, ya, xb, seed, trees):
    """The three filters as a user joins them, in the working directory."""
    rows = [list(map(float, r)) + [int(v)] for r, v in zip(xa, ya)]
    learn = samples.encode(names + [TARGET], rows)
    samples.run(learn, "scale", "--fit", "scaler.yaml", "--fields", ",".join(names))
    samples.run(samples.run(learn, "scale", "--model", "scaler.yaml"), "train", "--target", TARGET,
                "--features", ",".join(names), "--trees", str(trees), "--seed", str(seed),
                "--out", "mill.forest")
    score = samples.encode(names, [list(map(float, r)) for r in xb])
    scored = samples.run(score, "forest", "--model", "mill.forest", "--scaler", "scaler.yaml")
    return np.array(samples.column(scored, "failure_probability"))


def compare(names, x, y, seeds, trees=100):
    """Figures (ROC-AUC, F1, average precision) a seed, of scikit-learn and of duto."""
    theirs, ours = [], []
    for seed in seeds:
        xa, xb, ya, yb = train_test_split(x, y, test_size=0.2, stratify=y, random_state=seed)
        theirs.append(figures(yb, sklearn_scores(xa, ya, xb, seed, trees)))
        ours.append(figures(yb, duto_scores(names, xa, ya, xb, seed, trees)))
    return np.array(theirs), np.array(ours)


def in_range(theirs, ours):
    """Each median of ours lies within the range of theirs."""
    middle = np.median(ours, axis=0)
    return ((theirs.min(axis=0) <= middle) & (middle <= theirs.max(axis=0) + 0.02)).all()


def show(theirs, ours):
    lines = []
    for i, name in enumerate(["ROC-AUC", "F1", "average precision"]):
        lines.append(f"{name}: scikit-learn {np.median(theirs[:, i]):.3f} "
                     f"[{theirs[:, i].min():.3f}..{theirs[:, i].max():.3f}], "
                     f"duto {np.median(ours[:, i]):.3f} "
                     f"[{ours[:, i].min():.3f}..{ours[:, i].max():.3f}]")
    return lines
