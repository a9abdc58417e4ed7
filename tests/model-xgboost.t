#!/usr/bin/python3
"""duto model: XGBoost's own models beside its own predictions."""
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "lib"), os.path.join(HERE, "..", "schemas")]

import numpy as np
import xgboost

import tap
import trees
from model_run import close, convert, duto, refused, scores, with_holes


def data():
    rng = np.random.default_rng(5)
    x = with_holes(rng, np.round(rng.normal(size=(600, 4)), 1).astype(np.float32))
    z = np.nan_to_num(x)
    two, three = (z[:, 0] + z[:, 1] ** 2 > 1).astype(int), np.digitize(z[:, 0] + z[:, 2], [-0.5, 0.5])
    return x, two, three, 10 * z[:, 0] + z[:, 1]


def test_predictions(x, two, three, number):
    size = dict(n_estimators=20, max_depth=5)
    cases = {
        "binary:logistic": (xgboost.XGBClassifier(base_score=0.3, **size), two),
        "multi:softprob": (xgboost.XGBClassifier(objective="multi:softprob", **size), three),
        "reg:squarederror": (xgboost.XGBRegressor(base_score=7, **size), number),
        "reg:logistic": (xgboost.XGBRegressor(objective="reg:logistic", **size), two),
        "reg:pseudohubererror": (xgboost.XGBRegressor(objective="reg:pseudohubererror", **size), number),
        "a random forest": (xgboost.XGBRFClassifier(**size), two),
    }
    for title, (model, target) in cases.items():
        model.fit(x, target)
        model.get_booster().save_model("x.json")
        text = convert("x.json")
        regression = "reg:" in title
        theirs = np.array(model.predict(x) if regression else model.predict_proba(x), float).reshape(len(x), -1)
        for k in range(len(text.outputs)):
            close(f"{title}: output {k}, missing values too", [text.predict(r)[k] for r in x], theirs[:, k],
                  1e-4 if regression else 2e-6)
        k = len(text.outputs) - 1
        close(f"{title}: duto forest", scores("m.forest", text, x.tolist(), k), theirs[:, k],
              1e-4 if regression else 2e-6)


def test_names_and_notes(x, target):
    """Names of columns, and what training noted when it stopped early."""
    model = xgboost.XGBClassifier(n_estimators=60, max_depth=3, early_stopping_rounds=3)
    model.fit(x[:400], target[:400], eval_set=[(x[400:], target[400:])], verbose=False)
    booster, best = model.get_booster(), model.best_iteration
    booster.feature_names = ["torque", "tool wear", "speed", "type"]
    booster.save_model("stopped.json")
    done = duto("model", "convert", "stopped.json", "stopped.forest")
    tap.ok(done.returncode == 0 and f"save booster[:{best + 1}]" in done.stderr, "a best iteration is noted", done.stderr)
    booster[:best + 1].save_model("cut.json")
    done = duto("model", "convert", "cut.json", "cut.forest")
    tap.ok(done.returncode == 0 and "note" not in done.stderr, "a model that was cut there has no note", done.stderr)
    text = trees.Text("cut.forest")
    tap.ok(text.features == booster.feature_names, "the columns' names come along", text.features)
    close("the best iteration: as predict_proba", [text.predict(r)[1] for r in x], model.predict_proba(x)[:, 1], 2e-6)


def test_refused():
    good = json.load(open("x.json"))

    def broken(title, *expected, change):
        bad = json.loads(json.dumps(good))
        change(bad["learner"])
        json.dump(bad, open("bad.json", "w"))
        refused(title, "bad.json", *expected)

    tree = lambda l: l["gradient_booster"]["model"]["trees"][3]
    broken("another booster", "name: expected gbtree", change=lambda l: l["gradient_booster"].update(name="dart"))
    broken("another objective", "rank:pairwise", change=lambda l: l["objective"].update(name="rank:pairwise"))
    broken("a list cut short", "trees[3].right_children", change=lambda l: tree(l)["right_children"].pop())
    broken("a child elsewhere", "trees[3]: node 0", change=lambda l: tree(l)["left_children"].__setitem__(0, 10 ** 6))
    broken("a tree that leads back", "trees[3]: node", "lead back",
           change=lambda l: tree(l)["left_children"].__setitem__(0, 0))
    broken("a categorical split", "split of numbers", change=lambda l: tree(l)["split_type"].__setitem__(0, 1))
    broken("leaves with several numbers", "trees[3].tree_param.size_leaf_vector",
           change=lambda l: tree(l)["tree_param"].update(size_leaf_vector="3"))
    broken("a text where a number belongs", "trees[3].split_conditions[1]: expected a number",
           change=lambda l: tree(l)["split_conditions"].__setitem__(1, "0.5"))
    broken("a base that is no probability", "base_score", change=lambda l: l["learner_model_param"].update(base_score="2"))
    broken("a base of its own for each target", "base_score", change=lambda l: l["learner_model_param"].update(base_score="[1,2]"))
    broken("a name with a control character", "learner.feature_names: expected a name",
           change=lambda l: l.update(feature_names=["a", "b\x1b[2J", "c", "d"]))
    broken("a name for the second time", "each name once", change=lambda l: l.update(feature_names=["a", "b", "a", "d"]))
    open("bad.json", "w").write('{"learner": {\n"objective": ]')
    refused("no JSON: the line", "bad.json", "bad.json:2:14: expected JSON")
    open("bad.json", "w").write('{"learner": ' + "[" * 100000)
    refused("nested without end", "bad.json", "bad.json:1:", "depth")
    open("bad.json", "w").write('{"learner": [' + "0," * 34000000 + "0]}")
    refused("too many values for the memory", "bad.json", "expected at most 33554432 values")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    rows, *targets = data()
    test_predictions(rows, *targets)
    test_names_and_notes(rows, targets[0])
    test_refused()
    os.chdir("/")
tap.done()
