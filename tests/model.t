#!/usr/bin/python3
"""duto model: models of ONNX (python3-onnx), XGBoost (python3-xgboost) and LightGBM (no Debian package: written here)
beside evaluators of their own (lib/trees.py)."""
import json
import math
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "lib"), os.path.join(HERE, "..", "schemas")]

import numpy as np
import onnx
import xgboost
from onnx import TensorProto, helper
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import lightgbm_models
import onnx_models as models
import samples
import sklearn_to_duto
import tap
import trees


def duto(*words):
    return subprocess.run([samples.DUTO, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def refused(title, path, *expected, words=("model", "show")):
    done = duto(*words, path)
    tap.ok(done.returncode == 100 and all(e in done.stderr for e in expected), title, done.stderr)


def convert(source, to="m.forest"):
    done = duto("model", "convert", source, to)
    if done.returncode:
        tap.ok(False, f"{source} is converted", done.stderr)
    return trees.Text(to) if to.endswith(".forest") else onnx.load(to)


def scores(path, text, rows, output):
    """What duto forest gives for rows without NaN."""
    data = samples.encode(text.features, rows)
    if len(text.outputs) == 1:
        return samples.column(samples.run(data, "forest", "--model", path, "--value-name", "y"), "y")
    return samples.column(samples.run(data, "forest", "--model", path, "--positive", text.outputs[output]),
                          "failure_probability")


def edge_rows(rng, count=300, features=3, scaling=None):
    """Rows on the trees' grid, one float 32 beside it, and anywhere."""
    rows = rng.integers(-9, 10, (count, features)) / 4
    if scaling:
        rows = rows / scaling[1] + scaling[0]
    rows = rows.astype(np.float32)
    side = rng.integers(0, 4, rows.shape)
    rows = np.where(side == 1, np.nextafter(rows, np.float32(99)), rows)
    rows = np.where(side == 2, np.nextafter(rows, np.float32(-99)), rows)
    return np.where(rng.random(rows.shape) < 0.1, rng.normal(size=rows.shape).astype(np.float32), rows)


def with_holes(rng, rows):
    return np.where(rng.random(rows.shape) < 0.3, np.nan, rows)


def same(title, path, theirs, rows, rng, outputs):
    """Duto's scores, and those of the text it converts to where values are missing, are the evaluator's bits."""
    text = convert(path)
    wanted = [theirs.predict(row) for row in rows]
    for k in outputs:
        wrong = sum(a != b[k] for a, b in zip(scores("m.forest", text, rows.tolist(), k), wanted))
        tap.ok(wrong == 0, f"{title}: output {k}: the same bits", f"{wrong} of {len(rows)} differ")
    holes = with_holes(rng, rows)
    wanted = [theirs.predict(row)[outputs[-1]] for row in holes]
    wrong = sum(text.predict(r)[outputs[-1]] != w for r, w in zip(holes, wanted))
    tap.ok(wrong == 0, f"{title}: missing values go the same way", f"{wrong} of {len(rows)} differ")
    wrong = sum(a != b for a, b in zip(scores("m.forest", text, holes.tolist(), outputs[-1]), wanted))
    tap.ok(wrong == 0, f"{title}: missing values in duto forest", f"{wrong} of {len(rows)} differ")


def test_onnx_forms():
    rng = np.random.default_rng(1)
    rows = edge_rows(rng)
    cases = {
        "three classes, all modes": (models.classifier(rng, ["a", "b", "c"]), range(3)),
        "two classes, votes for both": (models.classifier(rng, [0, 1]), range(2)),
        "one score, logistic, a base": (models.classifier(rng, [0, 1], [0], low=-1, post_transform="LOGISTIC",
                                                          base_values=[0.3]), range(2)),
        "one score as a probability": (models.classifier(rng, ["no", "yes"], [1]), [1]),
        "softmax with a base": (models.classifier(rng, [1, 2, 3], low=-1, post_transform="SOFTMAX",
                                                  base_values=[0.1, 0.2, -0.4]), range(3)),
        "regression, a base": (models.regressor(rng, base_values=[12.5]), [0]),
        "regression, mean": (models.regressor(rng, aggregate_function="AVERAGE"), [0]),
        "TreeEnsemble": (models.indexed(rng, 1), [0]),
        "TreeEnsemble, mean, three targets": (models.indexed(rng, 3, aggregate_function=0), range(3)),
        "TreeEnsemble, softmax": (models.indexed(rng, 3, post_transform=1), range(3)),
    }
    for title, (node, outputs) in cases.items():
        model = models.save(models.graph(node), "m.onnx")
        same(f"ONNX: {title}", "m.onnx", trees.Onnx(model), rows, rng, outputs)


def test_onnx_around():
    rng = np.random.default_rng(2)
    scaling = np.float32([3, -20, 0.7]), np.float32([0.3, 11, -2.1])
    before = [models.scaler(*(x.tolist() for x in scaling), to="y"), helper.make_node("Cast", ["y"], ["scaled"], to=1)]
    behind = [helper.make_node("Cast", ["label"], ["l"], to=7),
              helper.make_node("ZipMap", ["scores"], ["z"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2])]
    names = {"feature_names": "torque\nspeed in rpm\nwear"}
    model = models.save(models.graph(models.classifier(rng, [0, 1, 2]), before, behind, metadata=names), "m.onnx")
    rows = edge_rows(rng, 2000, scaling=scaling)
    same("ONNX: Scaler, Cast, ZipMap", "m.onnx", trees.Onnx(model), rows, rng, range(3))
    tap.ok(convert("m.onnx").features == names["feature_names"].split("\n"), "ONNX: feature names of the metadata")
    value = lambda name, kind, n: helper.make_tensor_value_info(name, kind, [None, n])
    double = [value("x", TensorProto.DOUBLE, 3)]
    model = models.save(models.graph(models.regressor(rng), inputs=double), "m.onnx")
    rows = np.nextafter(edge_rows(rng).astype(float), rng.choice([-9.0, 9.0], (300, 3)))
    same("ONNX: float 64 values", "m.onnx", trees.Onnx(model), rows, rng, [0])
    parts = [value("torque", TensorProto.FLOAT, 1), value("pair", TensorProto.FLOAT, 2)]
    concat = [helper.make_node("Concat", ["torque", "pair"], ["scaled"], axis=1)]
    models.save(models.graph(models.regressor(rng), concat, inputs=parts), "m.onnx")
    tap.ok(convert("m.onnx").features == ["torque", "pair0", "pair1"], "ONNX: columns from several inputs, by name")


def test_onnx_refused():
    rng = np.random.default_rng(3)

    def broken(title, *expected, node=None, change=None, **around):
        model = models.graph(node or models.regressor(rng, trees=1), **around)
        attributes = {a.name: a for n in model.graph.node for a in n.attribute}
        if change:
            change(attributes, model)
        models.save(model, "bad.onnx")
        refused(f"ONNX: {title}", "bad.onnx", *expected)

    imputer = [helper.make_node("Imputer", ["x"], ["scaled"], "fill", domain="ai.onnx.ml", imputed_value_floats=[0.0])]
    add = [helper.make_node("Add", ["scores", "x"], ["z"], "plus")]
    broken("a node that changes values, before", 'bad.onnx: byte ', '"fill" is a Imputer', before=imputer)
    broken("a node that changes scores, behind", '"plus" is a Add', behind=add)
    broken("two ensembles", "only one tree ensemble", behind=[models.regressor(rng)])
    broken("MIN", "aggregate_function", "MIN", node=models.regressor(rng, aggregate_function="MIN"))
    broken("PROBIT", "post_transform", "PROBIT", node=models.regressor(rng, post_transform="PROBIT"))
    broken("scores below 0 as probabilities", "LOGISTIC", node=models.classifier(rng, [0, 1], [1], low=-1))
    broken("a scale of 0", "Scaler: feature", before=[models.scaler([0.0], [0.0])])
    broken("an unknown mode", "nodes_modes[1]", "BRANCH_NEAR",
           change=lambda a, m: a["nodes_modes"].strings.__setitem__(1, b"BRANCH_NEAR"))
    broken("a list cut short", "nodes_values: expected", change=lambda a, m: a["nodes_values"].floats.pop())
    broken("a node that leads back", "tree 0, node 0: expected the root", change=lambda a, m: a["nodes_truenodeids"].ints.__setitem__(0, 0))
    broken("a value that is no number", "finite value", node=models.regressor(rng, trees=1, depth=1),
           change=lambda a, m: a["nodes_values"].floats.__setitem__(0, math.nan))
    broken("a child elsewhere", "children of the same tree",
           change=lambda a, m: a["nodes_falsenodeids"].ints.__setitem__(0, 999))
    broken("a feature beyond", "feature from 0 to 2", change=lambda a, m: a["nodes_featureids"].ints.__setitem__(0, 3))
    broken("no ensemble", "expected a graph with a TreeEnsemble", change=lambda a, m: m.graph.ClearField("node"))


def close(title, ours, theirs, limit):
    worst = max((abs(a - b) for a, b in zip(ours, theirs)), default=math.inf)
    tap.ok(worst <= limit, f"{title} (furthest {worst:.1e})")


def test_export():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(800, 3)) * [2, 1500, 40] + [300, 1500, 40]
    y = (x[:, 0] + x[:, 2] / 20 + rng.normal(size=800) > 302).astype(int)
    rows = x.astype(np.float32).astype(float)
    names = ["air temperature", "speed", "torque"]
    for title, model, target, outputs in (
            ("a scaler and two classes", make_pipeline(StandardScaler(), RandomForestClassifier(20, random_state=1)), y, 2),
            ("three text classes", RandomForestClassifier(10, max_depth=4, random_state=1), np.array(["lo", "hi", "mid"])[y * 2 - (x[:, 1] > 2000)], 3),
            ("regression", make_pipeline(StandardScaler(), RandomForestRegressor(10, max_depth=6, random_state=1)), x[:, 1] * y, 1)):
        sklearn_to_duto.save(model.fit(x, target), "s.forest", names)
        theirs = convert("s.forest", "s.onnx")
        try:
            onnx.checker.check_model(theirs, full_check=True)
            problem = ""
        except Exception as e:
            problem = str(e)
        tap.ok(not problem, f"export: {title}: python3-onnx's checker is content", problem)
        evaluator, text = trees.Onnx(theirs), trees.Text("s.forest")
        back = convert("s.onnx", "back.forest")
        tap.ok(back.features == names and back.outputs == text.outputs,
               f"export: {title}: names come back")
        size = 1 if outputs > 1 else np.abs(x[:, 1]).max()
        for k in range(outputs):
            ours = scores("s.forest", text, rows.tolist(), k)
            close(f"export: {title}: output {k}: as the evaluator", ours, [evaluator.predict(r)[k] for r in rows], 2e-7 * size)
            close(f"export: {title}: output {k}: read back", ours, scores("back.forest", back, rows.tolist(), k), 2e-7 * size)


def test_xgboost():
    rng = np.random.default_rng(5)
    x = with_holes(rng, np.round(rng.normal(size=(600, 4)), 1).astype(np.float32))
    z = np.nan_to_num(x)
    two, three = (z[:, 0] + z[:, 1] ** 2 > 1).astype(int), np.digitize(z[:, 0] + z[:, 2], [-0.5, 0.5])
    size = dict(n_estimators=20, max_depth=5)
    cases = {
        "binary:logistic": (xgboost.XGBClassifier(base_score=0.3, **size), two),
        "multi:softprob": (xgboost.XGBClassifier(objective="multi:softprob", **size), three),
        "reg:squarederror": (xgboost.XGBRegressor(base_score=7, **size), 10 * z[:, 0] + z[:, 1]),
        "a random forest": (xgboost.XGBRFClassifier(**size), two),
    }
    for title, (model, target) in cases.items():
        model.fit(x, target)
        model.get_booster().save_model("x.json")
        text = convert("x.json")
        regression = "reg:" in title
        theirs = np.array(model.predict(x) if regression else model.predict_proba(x), float).reshape(len(x), -1)
        for k in range(len(text.outputs)):
            close(f"XGBoost: {title}: output {k}, missing values too", [text.predict(r)[k] for r in x], theirs[:, k],
                  1e-4 if regression else 2e-6)
        k = len(text.outputs) - 1
        close(f"XGBoost: {title}: duto forest", scores("m.forest", text, x.tolist(), k), theirs[:, k],
              1e-4 if regression else 2e-6)
    model.get_booster().feature_names = ["a", "b c"[:1], "c", "d"]
    good = json.load(open("x.json"))

    def broken(title, *expected, change):
        bad = json.loads(json.dumps(good))
        change(bad["learner"])
        json.dump(bad, open("bad.json", "w"))
        refused(f"XGBoost: {title}", "bad.json", *expected)

    tree = lambda l: l["gradient_booster"]["model"]["trees"][3]
    broken("another booster", "name: expected gbtree", change=lambda l: l["gradient_booster"].update(name="dart"))
    broken("another objective", "rank:pairwise", change=lambda l: l["objective"].update(name="rank:pairwise"))
    broken("a list cut short", "trees[3].right_children", change=lambda l: tree(l)["right_children"].pop())
    broken("a child elsewhere", "trees[3]: node 0", change=lambda l: tree(l)["left_children"].__setitem__(0, 10 ** 6))
    broken("a tree that leads back", "trees[3]: node", "lead back",
           change=lambda l: tree(l)["left_children"].__setitem__(0, 0))
    broken("a categorical split", "split of numbers", change=lambda l: tree(l)["split_type"].__setitem__(0, 1))
    broken("a base that is no probability", "base_score", change=lambda l: l["learner_model_param"].update(base_score="2"))
    open("bad.json", "w").write('{"learner": {\n"objective": ]')
    refused("XGBoost: no JSON: the line", "bad.json", "bad.json:2:14: expected JSON")
    model.get_booster().save_model("x.ubj")
    refused("XGBoost: binary JSON", "x.ubj", "save the model as .json")


def test_lightgbm():
    rng = np.random.default_rng(6)
    rows = np.where(rng.random((400, 3)) < 0.3, rng.choice([0.0, -0.0, 1e-36, -1e-36, 1e-35, 2e-35, -2e-35], (400, 3)),
                    np.nextafter(rng.integers(-9, 10, (400, 3)) / 4, rng.choice([-9.0, 0.0, 9.0], (400, 3))))
    for objective, per_turn, average in (("binary sigmoid:1", 1, False), ("multiclass num_class:3", 3, False),
                                         ("regression", 1, False), ("binary sigmoid:2", 1, False), ("regression", 1, True)):
        open("l.txt", "w").write(lightgbm_models.model(rng, objective, per_turn, average))
        outputs = [0] if objective == "regression" else range(1, max(2, per_turn))
        same(f"LightGBM: {objective}{', mean' * average}", "l.txt", trees.LightGBM("l.txt"), rows, rng, outputs)
    good = open("l.txt").read()

    def broken(title, *expected, old, new):
        open("bad.txt", "w").write(good.replace(old, new, 1))
        refused(f"LightGBM: {title}", "bad.txt", *expected)

    line = next(i + 1 for i, l in enumerate(good.split("\n")) if l.startswith("decision_type"))
    first = next(l for l in good.split("\n") if l.startswith("decision_type"))
    broken("a categorical split, by line", f"bad.txt:{line}: split 0", old=first, new="decision_type=1" + first[15:])
    broken("an objective with a link", "bad.txt:", "poisson", old="objective=regression", new="objective=poisson")
    broken("a huge tree", "num_leaves from 1", old="num_leaves=", new="num_leaves=99999999999")
    broken("lists that are too short", "expected 4", old="num_leaves=", new="num_leaves=4")
    broken("cut short", "cut short", old="end of trees", new="")
    broken("a linear tree", "linear trees", old="is_linear=0", new="is_linear=1")
    broken("not finite", "finite", old="leaf_value=", new="leaf_value=nan ")


def test_show():
    rng = np.random.default_rng(7)
    models.save(models.graph(models.classifier(rng, ["good", "worn"])), "m.onnx")
    convert("m.onnx")
    convert("m.onnx", "n.onnx")
    for path, form in ("m.onnx", "ONNX"), ("m.forest", "Duto's text"), ("x.json", "XGBoost's JSON"), ("l.txt", "LightGBM's text"):
        text, facts = duto("model", "show", path), json.loads(duto("model", "show", path, "--json").stdout)
        tap.ok(form in text.stdout and facts["form"] == form and facts["trees"] > 1, f"show: {form}", text.stderr, text.stdout)
        tap.ok(facts["sha256"] in text.stdout and facts["bytes"] == os.path.getsize(path), f"show: {form}: size and digest")
    facts = json.loads(duto("model", "show", "m.forest", "--json").stdout)
    text = trees.Text("m.forest")
    nodes = [n for t in text.trees for n in t]
    splits = [int(n[1]) for n in nodes if n[0] == "split"]
    tap.ok((facts["nodes"], facts["leaves"]) == (len(nodes), len(nodes) - len(splits)), "show: nodes and leaves", facts)
    tap.ok([f["splits"] for f in facts["features"]] == [splits.count(k) for k in range(3)], "show: splits of each feature")
    tap.ok(facts["outputs"] == ["good", "worn"] and facts["kind"] == "classification", "show: classes")
    left = sum(n[5] == "left" for n in nodes if n[0] == "split") / len(splits)
    tap.ok(abs(facts["missing_left"] - left) < 1e-12, "show: where missing values go")


def test_others():
    for path, form in ("m.onnx", "ONNX"), ("x.json", "XGBoost's JSON"), ("l.txt", "LightGBM's text"):
        refused(f"duto forest says how to make {form} a model to score with", path, form, f"duto model convert {path}",
                words=("forest", "--model"))
    import pickle
    pickle.dump(RandomForestClassifier(), open("p.pkl", "wb"))
    refused("a pickle is never read", "p.pkl", "pickle", "sklearn_to_duto.py")
    open("empty", "w").close()
    refused("an empty file", "empty", "expected a model of Duto, ONNX")
    refused("an absent file", "absent", "absent")
    done = duto("model", "convert", "m.onnx", "no/such/folder.forest")
    tap.ok(done.returncode == 111 and "no/such/folder.forest" in done.stderr, "a folder that is not there: exit 111", done.stderr)
    tap.ok(duto("model", "shw").returncode == 100, "another word is refused")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    test_onnx_forms()
    test_onnx_around()
    test_onnx_refused()
    test_export()
    test_xgboost()
    test_lightgbm()
    test_show()
    test_others()
    os.chdir("/")
tap.done()
