#!/usr/bin/python3
"""What train says of its forests, and how good they are, beside scikit-learn (python3-sklearn)."""
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "lib")]

import numpy as np
from sklearn import metrics
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.inspection import permutation_importance
from sklearn.model_selection import StratifiedKFold, cross_val_score

import mill
import samples
import tap

ROWS, EARLIER = 5000, 4000
NAMES = mill.FIVE + ["noise"]


def machine():
    """Pieces of the simulated mill with a field that says nothing; failures."""
    data = samples.run(b"", "sim", "mill", "--seed", "5", "--count", str(ROWS), "--start", "2026-01-01T00:00:00Z")
    rows = [[s["values"][f] for f in mill.FIVE + [mill.TARGET]] for s in samples.decode(data)]
    table = np.array(rows, dtype=float)
    noise = np.random.default_rng(1).standard_normal(ROWS)
    return np.column_stack([table[:, :5], noise]).astype(np.float32).astype(float), table[:, 5].astype(int)


def train(x, target, *options):
    data = samples.encode(NAMES + ["target"], [list(map(float, r)) + [t] for r, t in zip(x, target.tolist())])
    return json.loads(samples.run(data, "train", "--target", "target", "--features", ",".join(NAMES),
                                  "--out", "m.forest", "--report", "-", *options))


def score(x, field, *options):
    data = samples.encode(NAMES, [list(map(float, r)) for r in x])
    return np.array(samples.column(samples.run(data, "forest", "--model", "m.forest", *options), field))


def near(a, b):
    return abs(a - b) < 1e-9


def same_figures(told, y, label, p, taken):
    """One class of a report beside scikit-learn's figures."""
    true, said = y == label, taken == label
    return (told["rows"] == true.sum() and near(told["precision"], metrics.precision_score(true, said))
            and near(told["recall"], metrics.recall_score(true, said)) and near(told["f1"], metrics.f1_score(true, said))
            and near(told["roc_auc"], metrics.roc_auc_score(true, p))
            and near(told["pr_auc"], metrics.average_precision_score(true, p)))


def same_confusion(told, y, taken, labels):
    table = metrics.confusion_matrix(y, taken, labels=labels)
    return [[told[str(a)]["taken_for"][str(b)] for b in labels] for a in labels] == table.tolist()


def same_calibration(told, y, p):
    """y and p of the rows of each tenth."""
    places = np.minimum((p * 10).astype(int), 9)
    for i, c in enumerate(told):
        here = places == i
        if c["rows"] != here.sum() or (c["rows"] and not (
                near(c["predicted"], p[here].mean()) and near(c["observed"], y[here].mean()))):
            return False
    return True


def test_two_classes(x, y):
    told = train(x, y, "--trees", "40", "--split", "time:0.8")["metrics"]
    held, p = y[EARLIER:], score(x[EARLIER:], "failure_probability")
    tap.ok(told["rows"] == ROWS - EARLIER and near(told["accuracy"], np.mean(held == (p > 0.5))), "accuracy of later rows")
    tap.ok(same_figures(told["classes"]["1"], held, 1, p, (p > 0.5).astype(int)), "precision, recall, F1, ROC-AUC, PR-AUC", told)
    tap.ok(same_confusion(told["classes"], held, p > 0.5, [0, 1]), "confusion matrix", told)
    tap.ok(same_calibration(told["calibration"], held, p), "calibration table", told)


def test_three_classes(x, y):
    y = y + (x[:, 3] > 50)
    told = train(x, y, "--trees", "40", "--split", "time:0.8")["metrics"]
    held = y[EARLIER:]
    p = np.column_stack([score(x[EARLIER:], "failure_probability", "--positive", str(c)) for c in range(3)])
    taken = p.argmax(axis=1)
    tap.ok(all(same_figures(told["classes"][str(c)], held, c, p[:, c], taken) for c in range(3)), "three classes: the figures of each", told)
    tap.ok(same_confusion(told["classes"], held, taken, [0, 1, 2]), "three classes: confusion matrix", told)
    tap.ok(same_calibration(told["calibration"], held == taken, p.max(axis=1)), "three classes: calibration of the likeliest", told)


def test_regression(x):
    rng = np.random.default_rng(2)
    load = x[:, 2] * x[:, 3] / 1000 + 0.3 * x[:, 4] + 5 * rng.standard_normal(ROWS)
    told = train(x, load, "--trees", "100", "--split", "time:0.8", "--task", "regression")["metrics"]
    held, said = load[EARLIER:], score(x[EARLIER:], "predicted_target")
    tap.ok(near(told["r2"], metrics.r2_score(held, said)) and near(told["mae"], metrics.mean_absolute_error(held, said))
           and near(told["rmse"], metrics.mean_squared_error(held, said) ** 0.5), "regression: R2, MAE, RMSE", told)
    theirs = RandomForestRegressor(100, random_state=1, n_jobs=2, oob_score=True).fit(x[:EARLIER], load[:EARLIER])
    r2 = theirs.score(x[EARLIER:], held)
    tap.ok(abs(told["r2"] - r2) < 0.003, f"regression: as good: R2 {told['r2']:.4f}, scikit-learn {r2:.4f}")
    ours = train(x[:EARLIER], load[:EARLIER], "--trees", "100", "--task", "regression")["metrics"]["r2"]
    tap.ok(abs(ours - theirs.oob_score_) < 0.003, f"regression: out of bag: {ours:.4f}, scikit-learn {theirs.oob_score_:.4f}")


def test_out_of_bag(x, y):
    told = train(x, y, "--trees", "200")["metrics"]
    theirs = [RandomForestClassifier(200, random_state=s, n_jobs=2, oob_score=True).fit(x, y) for s in range(5)]
    areas = [metrics.average_precision_score(y, f.oob_decision_function_[:, 1]) for f in theirs]
    accuracies = [f.oob_score_ for f in theirs]
    tap.ok(told["of"] == "out of bag" and told["rows"] == ROWS, "every row is left out by some of 200 trees", told)
    tap.ok(min(accuracies) - 0.002 <= told["accuracy"] <= max(accuracies) + 0.002,
           f"out of bag: accuracy {told['accuracy']:.4f}, scikit-learn {min(accuracies):.4f} to {max(accuracies):.4f}")
    tap.ok(min(areas) - 0.02 <= told["classes"]["1"]["pr_auc"] <= max(areas) + 0.02,
           f"out of bag: PR-AUC {told['classes']['1']['pr_auc']:.3f}, scikit-learn {min(areas):.3f} to {max(areas):.3f}")


def test_importance(x, y):
    told = train(x, y, "--trees", "100")["importance"]
    forest = RandomForestClassifier(100, random_state=1, n_jobs=2).fit(x[:EARLIER], y[:EARLIER])
    theirs = permutation_importance(forest, x[EARLIER:], y[EARLIER:], n_repeats=20, random_state=1).importances_mean
    first = NAMES[int(np.argmax(theirs))]
    tap.ok(max(told, key=told.get) == first, f"what matters most is {first}, as scikit-learn has it", told)
    tap.ok(abs(told["noise"]) < told[first] / 10, "noise matters hardly", told)


def test_folds(x, y):
    told = train(x, y, "--trees", "50", "--folds", "5")["folds"]
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    theirs = cross_val_score(RandomForestClassifier(50, random_state=1, n_jobs=2), x, y, cv=folds, scoring="average_precision")
    ours = told["PR-AUC"]
    tap.ok(told["count"] == 5 and abs(ours["mean"] - theirs.mean()) < 2 * theirs.std() + 0.01,
           f"five folds: PR-AUC {ours['mean']:.3f} +- {ours['deviation']:.3f}, scikit-learn {theirs.mean():.3f} +- {theirs.std(ddof=1):.3f}")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    table, failed = machine()
    test_two_classes(table, failed)
    test_three_classes(table, failed)
    test_regression(table)
    test_out_of_bag(table, failed)
    test_importance(table, failed)
    test_folds(table, failed)
    os.chdir("/")
tap.done()
