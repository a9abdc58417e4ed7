#!/usr/bin/python3
"""The scaler and the forest beside scikit-learn (python3-sklearn)."""
import os
import pickle
import subprocess
import sys
import tempfile
import types

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "lib"), os.path.join(HERE, "..", "schemas")]

import numpy as np
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier, GradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier

import mill
import samples
import sklearn_to_duto
import tap

SCALERS = {"standard": StandardScaler, "min-max": MinMaxScaler, "robust": RobustScaler}


def machine(seed, count):
    data = samples.run(b"", "sim", "mill", "--seed", str(seed), "--count", str(count), "--every", "1s",
                       "--start", "2026-01-01T00:00:00Z")
    rows = [[s["values"][f] for f in mill.FIVE + [mill.TARGET]] for s in samples.decode(data)]
    table = np.array(rows, dtype=float)
    return table[:, :5], table[:, 5].astype(int)


def test_scaler(x):
    data = samples.encode(mill.FIVE, x.tolist())
    for method, kind in SCALERS.items():
        samples.run(data, "scale", "--fit", "s.yaml", "--method", method)
        scaled = samples.decode(samples.run(data, "scale", "--model", "s.yaml"))
        ours = np.array([[s["values"][f] for f in mill.FIVE] for s in scaled])
        theirs = kind().fit_transform(x)
        worst = np.max(np.abs(ours - theirs))
        tap.ok(worst < 1e-12, f"{method}: as {kind.__name__} (furthest {worst:.1e})")


def adversarial(model, x, rng):
    """Rows whose scaled values lie on thresholds and one float 32, or one float 64 of the reading, beside."""
    scaler, forest = model.steps[0][1], model.steps[-1][1]
    trees = [e.tree_ for e in forest.estimators_]
    feature = np.concatenate([t.feature for t in trees])
    threshold = np.concatenate([t.threshold for t in trees])
    rows = x[rng.integers(0, len(x), 20000)].copy()
    for i, row in enumerate(rows):
        k = i % x.shape[1]
        t = rng.choice(threshold[feature == k])
        t = [t, np.nextafter(np.float32(t), np.float32(9e9)), np.nextafter(np.float32(t), np.float32(-9e9))][i % 3]
        scaled = np.zeros((1, x.shape[1]))
        scaled[0, k] = t
        raw = scaler.inverse_transform(scaled)[0, k]
        for _ in range(i % 4):
            raw = np.nextafter(raw, 1e9 if i % 2 else -1e9)
        row[k] = raw
    return rows


def scores(rows, *options):
    data = samples.encode(mill.FIVE, rows.tolist())
    return np.array(samples.column(samples.run(data, "forest", *options), "failure_probability"))


def test_bits(x, y):
    rng = np.random.default_rng(1)
    for method, kind in SCALERS.items():
        model = make_pipeline(kind(), RandomForestClassifier(50, random_state=1)).fit(x, y)
        sklearn_to_duto.save(model, "sk.forest", mill.FIVE)
        for what, rows in ("rows as they come", x), ("rows on thresholds", adversarial(model, x, rng)):
            wrong = np.sum(scores(rows, "--model", "sk.forest") != model.predict_proba(rows)[:, 1])
            tap.ok(wrong == 0, f"{kind.__name__} and forest: {what}: the same bits", f"{wrong} differ")


def test_variants(x, y):
    rng = np.random.default_rng(2)
    plain = RandomForestClassifier(30, random_state=1, class_weight="balanced", max_depth=6).fit(x, y)
    sklearn_to_duto.save(plain, "plain.forest", mill.FIVE)
    same = scores(x, "--model", "plain.forest") == plain.predict_proba(x)[:, 1]
    tap.ok(same.all(), "mixed leaves, class weights, no scaler: the same bits", f"{np.sum(~same)} differ")
    for name, model in (("extra trees", ExtraTreesClassifier(20, random_state=1)), ("one tree", DecisionTreeClassifier()),
                        ("a search", GridSearchCV(RandomForestClassifier(5, random_state=1), {"max_depth": [3, 4]}, cv=2))):
        sklearn_to_duto.save(model.fit(x, y), "other.forest", mill.FIVE)
        same = scores(x, "--model", "other.forest") == model.predict_proba(x)[:, 1]
        tap.ok(same.all(), f"{name}: the same bits", f"{np.sum(~same)} differ")
    ten = RandomForestClassifier(9, random_state=1, max_depth=6, class_weight="balanced").fit(x, rng.integers(0, 10, len(x)))
    sklearn_to_duto.save(ten, "ten.forest", mill.FIVE)
    same = scores(x, "--model", "ten.forest", "--positive", "7") == ten.predict_proba(x)[:, 7]
    tap.ok(same.all(), "ten classes of balanced weights: the same bits", f"{np.sum(~same)} differ")
    three = RandomForestClassifier(20, random_state=1, max_depth=5).fit(x, rng.choice(["a", "b", "c"], len(x)))
    sklearn_to_duto.save(three, "three.forest", mill.FIVE)
    same = scores(x, "--model", "three.forest", "--positive", "b") == three.predict_proba(x)[:, 1]
    tap.ok(same.all(), "three classes: the same bits", f"{np.sum(~same)} differ")


def test_regression(x, rng):
    target = x[:, 1] * 3 + rng.normal(size=len(x))
    model = make_pipeline(StandardScaler(), RandomForestRegressor(20, random_state=1, min_samples_leaf=3)).fit(x, target)
    sklearn_to_duto.save(model, "regression.forest", mill.FIVE)
    rows = np.concatenate([x, adversarial(model, x, rng)])
    data = samples.run(samples.encode(mill.FIVE, rows.tolist()), "forest", "--model", "regression.forest",
                       "--value-name", "y")
    wrong = np.sum(np.array(samples.column(data, "y")) != model.predict(rows))
    tap.ok(wrong == 0, "a scaler and a regression: the same bits", f"{wrong} differ")


def test_command(x, y):
    """As the scientist runs it, on a pickled Pipeline that knows its columns and text classes."""
    model = make_pipeline(StandardScaler(), RandomForestClassifier(10, random_state=1))
    wanted = model.fit(x, np.array(["all is well", "fails"])[y]).predict_proba(x)[:, 1]
    model[0].feature_names_in_ = np.array(mill.FIVE)  # as a data frame leaves them
    with open("model.joblib", "wb") as f:
        pickle.dump(model, f)
    program = os.path.join(HERE, "..", "schemas", "sklearn_to_duto.py")
    with open("command.forest", "w") as f:
        subprocess.run(["/usr/bin/python3", program, "model.joblib"], stdout=f, check=True)
    same = scores(x, "--model", "command.forest", "--positive", "fails") == wanted
    tap.ok(same.all(), "as a command: columns' names, text classes: the same bits", f"{np.sum(~same)} differ")


def test_conventions(x, y):
    """Leaves hold weights to scikit-learn 1.3 and fractions since then; where missing values go is told since 1.3."""
    forest = RandomForestClassifier(1, random_state=1, max_depth=3).fit(x, y)
    tree = forest.estimators_[0].tree_
    newer = types.SimpleNamespace(**{n: getattr(tree, n) for n in (
        "node_count", "children_left", "children_right", "feature", "threshold", "weighted_n_node_samples")})
    newer.value = tree.value / tree.value.sum(axis=2, keepdims=True) * (1 + 2**-52)  # no longer made to sum to 1
    newer.missing_go_to_left = np.arange(tree.node_count) % 2
    old, new = (list(sklearn_to_duto.tree_lines(t, True)) for t in (tree, newer))
    leaves = lambda lines: np.array([l.split()[1:] for l in lines if l.startswith("leaf")], float)
    of_leaves = tree.value[tree.children_left < 0, 0]
    tap.ok((leaves(old) == of_leaves / of_leaves.sum(axis=1, keepdims=True)).all(), "leaves of weights become fractions")
    tap.ok((leaves(new) == newer.value[tree.children_left < 0, 0]).all(), "leaves of fractions stay as they are")
    sides = [l.split()[5] for l in new if l.startswith("split")]
    wanted = ["left" if i % 2 else "right" for i in range(tree.node_count) if tree.children_left[i] >= 0]
    tap.ok(sides == wanted, "where missing values go is taken over")


def test_unfit(x, y):
    for what, model in (
            ("a step it cannot say", make_pipeline(PCA(2), RandomForestClassifier(2)).fit(x, y)),
            ("a forest of several outputs", RandomForestClassifier(2).fit(x, np.stack([y, y], axis=1))),
            ("a model that is no forest", LinearRegression().fit(x, y)),
            ("a boosted model", GradientBoostingClassifier(n_estimators=2).fit(x, y))):
        try:
            sklearn_to_duto.dumps(model)
            tap.ok(False, f"{what} is refused")
        except ValueError as e:
            tap.ok("expected" in str(e), f"{what} is refused", str(e))
def same_everywhere(model, outputs, rows, title):
    """All ways to score, run on the rows by the unit test of the evaluators."""
    sklearn_to_duto.save(model, "every.forest", mill.FIVE)
    np.ascontiguousarray(rows, dtype=float).tofile("rows")
    np.ascontiguousarray(outputs, dtype=float).tofile("expected")
    program = os.path.join(os.path.dirname(os.environ["DUTO"]), "tests", "forest_evaluators")
    run = subprocess.run([program, "every.forest", "rows", "expected"], capture_output=True, text=True)
    wrong = [line for line in run.stdout.splitlines() if line.startswith("not ok")]
    passed = sum(line.startswith("ok") and "SKIP" not in line for line in run.stdout.splitlines())
    tap.ok(run.returncode == 0 and passed > 4, f"{title}: every evaluator, {len(rows)} rows, the same bits", *wrong)


def test_evaluators(x, y):
    """Rows of the AI4I kind, and rows on thresholds, beside, and infinite."""
    rng = np.random.default_rng(4)
    pure = make_pipeline(StandardScaler(), RandomForestClassifier(100, random_state=1)).fit(x, y)
    mixed = make_pipeline(MinMaxScaler(), RandomForestClassifier(60, random_state=1, min_samples_leaf=3)).fit(x, y)
    three = make_pipeline(StandardScaler(), RandomForestClassifier(40, random_state=1))
    three.fit(x, y + (x[:, 3] > 50))
    for model, title in (pure, "pure leaves"), (mixed, "mixed leaves"), (three, "three classes"):
        rows = np.concatenate([x, adversarial(model, x, rng)])
        same_everywhere(model, model.predict_proba(rows), rows, title)
    load = make_pipeline(RobustScaler(), RandomForestRegressor(40, random_state=1)).fit(x, x[:, 3] * x[:, 2])
    rows = np.concatenate([x, adversarial(load, x, rng)])
    same_everywhere(load, load.predict(rows), rows, "regression")
    rows = edges(rng, pure)
    same_everywhere(pure, walked(pure, rows), rows, "infinite, the largest and smallest, zeros of both signs")


def edges(rng, model):
    """Rows with a value that scikit-learn's checks refuse, or that is awkward, among thresholds."""
    odd = [np.inf, -np.inf, 1e39, -1e39, 1e308, -1e308, 1e30, -1e30, 5e-324, -5e-324, 0.0, -0.0]
    rows = adversarial(model, np.zeros((1, 5)), rng)
    rows[rng.random(rows.shape) < 0.4] = 0
    return np.where(rng.random(rows.shape) < 0.3, rng.choice(odd, rows.shape), rows)


def walked(model, rows):
    """predict_proba by scikit-learn's own trees, without its checks of the rows."""
    scaler, forest = model.steps[0][1], model.steps[-1][1]
    total = np.zeros((len(rows), forest.n_classes_))
    with np.errstate(over="ignore"):
        scaled = ((rows - scaler.mean_) / scaler.scale_).astype(np.float32)
    for estimator in forest.estimators_:
        weights = estimator.tree_.predict(scaled)
        total += weights / weights.sum(axis=1, keepdims=True)
    return total / len(forest.estimators_)


def test_ai4i():
    """Every row of the real data set, in forests as users have them."""
    if not os.path.exists(mill.AI4I):
        tap.note(f"{mill.AI4I} is not here: rows of duto sim only")
        return
    x, y = mill.ai4i()
    for model, title in ((RandomForestClassifier(100, random_state=0), "pure leaves"),
                         (RandomForestClassifier(100, random_state=0, max_depth=8, class_weight="balanced"), "others")):
        model = make_pipeline(StandardScaler(), model).fit(x[:8000], y[:8000])
        same_everywhere(model, model.predict_proba(x), x, f"AI4I, {title}")


def test_trained(x, y):
    for names, table in (mill.FIVE, x), (mill.EIGHT, mill.derived(x)):
        theirs, ours = mill.compare(names, table, y, range(5), trees=50)
        lines = mill.show(theirs, ours)
        tap.ok(mill.in_range(theirs, ours), f"learnt from {len(names)} features: within scikit-learn's range", *lines)
        for line in lines:
            tap.note(line)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    table, failed = machine(7, 6000)
    test_scaler(table)
    test_bits(table[:3000], failed[:3000])
    test_variants(table[:3000], failed[:3000])
    test_regression(table[:3000], np.random.default_rng(3))
    test_command(table[:3000], failed[:3000])
    test_conventions(table[:3000], failed[:3000])
    test_unfit(table[:300], failed[:300])
    test_evaluators(table[:3000], failed[:3000])
    test_ai4i()
    test_trained(table, failed)
    os.chdir("/")
tap.done()
