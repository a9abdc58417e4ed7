#!/usr/bin/python3
"""duto model: LightGBM's text, which no Debian package writes, of random trees beside an evaluator of its own."""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "lib"), os.path.join(HERE, "..", "schemas")]

import numpy as np

import lightgbm_models
import tap
import trees
from model_run import refused, same


def test_models():
    rng = np.random.default_rng(6)
    rows = np.where(rng.random((400, 3)) < 0.3, rng.choice([0.0, -0.0, 1e-36, -1e-36, 1e-35, 2e-35, -2e-35], (400, 3)),
                    np.nextafter(rng.integers(-9, 10, (400, 3)) / 4, rng.choice([-9.0, 0.0, 9.0], (400, 3))))
    for objective, per_turn, average in (("binary sigmoid:1", 1, False), ("multiclass num_class:3", 3, False),
                                         ("multiclassova num_class:3 sigmoid:1", 3, False), ("cross_entropy", 1, False),
                                         ("binary sigmoid:2", 1, False), ("binary sigmoid:1", 1, True),
                                         ("regression", 1, False), ("regression", 1, True)):
        open("l.txt", "w").write(lightgbm_models.model(rng, objective, per_turn, average))
        outputs = [0] if objective == "regression" else range(1, max(2, per_turn))
        same(f"{objective}{', mean' * average}", "l.txt", trees.LightGBM("l.txt"), rows, rng, outputs)


def test_refused():
    good = open("l.txt").read()

    def broken(title, *expected, old, new):
        open("bad.txt", "w").write(good.replace(old, new, 1))
        refused(title, "bad.txt", *expected)

    lines = good.split("\n")
    number = next(i for i, text in enumerate(lines) if text.startswith("decision_type"))
    value = lambda key: next(text for text in lines if text.startswith(key))
    rest = lambda key: value(key)[len(value(key).split(" ")[0]):]
    broken("a categorical split, by line", f"bad.txt:{number + 1}: split 0", old=value("decision_type"),
           new="decision_type=1" + rest("decision_type"))
    broken("an objective with a link", "bad.txt:", "poisson", old="objective=regression", new="objective=poisson")
    broken("a huge tree", "num_leaves from 1", old="num_leaves=", new="num_leaves=99999999999")
    broken("lists that are too short", "expected 4", old="num_leaves=", new="num_leaves=4")
    broken("cut short", "cut short", old="end of trees", new="")
    broken("a linear tree", "linear trees", old="is_linear=0", new="is_linear=1")
    broken("a slope below 0", "sigmoid:NUMBER", old="objective=regression", new="objective=binary sigmoid:-1")
    broken("trees that do not go with the objective", "2 trees an iteration: regression has 1",
           old="num_tree_per_iteration=1", new="num_tree_per_iteration=2")
    broken("a child elsewhere", "children of this tree", old=value("left_child"), new="left_child=-99" + rest("left_child"))
    broken("a feature beyond", "feature below 3", old=value("split_feature"), new="split_feature=7" + rest("split_feature"))
    broken("a name for the second time", "feature_names: expected each name once", old="Column_1", new="Column_0")
    broken("not finite", "finite", old="leaf_value=", new="leaf_value=nan ")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    test_models()
    test_refused()
    os.chdir("/")
tap.done()
