#!/usr/bin/python3
"""duto model: models of ONNX, made by python3-onnx, beside an evaluator written from the operators' description."""
import math
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "lib"), os.path.join(HERE, "..", "schemas")]

import numpy as np
import onnx
from onnx import TensorProto, helper
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import onnx_models as models
import sklearn_to_duto
import tap
import trees
from model_run import close, convert, duto, edge_rows, refused, same, scores, with_holes


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
        same(f"{title}", "m.onnx", trees.Onnx(model), rows, rng, outputs)


def test_export_of_forms():
    """What came from ONNX with links, bases and missing values goes back, as the operator of ai.onnx.ml 1."""
    rng = np.random.default_rng(8)
    rows = edge_rows(rng)
    rows = np.concatenate([rows, with_holes(rng, rows)])
    for title, node in {
            "one score, logistic, a base": models.classifier(rng, [0, 1], [0], low=-1, post_transform="LOGISTIC",
                                                             base_values=[0.3]),
            "softmax with a base": models.classifier(rng, ["a", "b", "c"], low=-1, post_transform="SOFTMAX",
                                                     base_values=[0.1, 0.2, -0.4]),
            "regression, mean, a base": models.regressor(rng, aggregate_function="AVERAGE", base_values=[12.5]),
            "TreeEnsemble, mean, three targets": models.indexed(rng, 3, aggregate_function=0)}.items():
        before = trees.Onnx(models.save(models.graph(node), "m.onnx"))
        done = duto("model", "convert", "m.onnx", "out.onnx")
        model = onnx.load("out.onnx")
        onnx.checker.check_model(model, full_check=True)
        told = done.stderr.split("differ by up to ")
        limit = 1e-15 + (float(told[1].split()[0]) if told[1:] else 0)
        after = trees.Onnx(model)
        worst = max(abs(a - b) for r in rows for a, b in zip(before.predict(r), after.predict(r)))
        tap.ok(worst <= limit, f"export: {title}: the same but for {limit:.1e} (furthest {worst:.1e})", done.stderr)


def test_onnx_around():
    rng = np.random.default_rng(2)
    scaling = np.float32([3, -20, 0.7]), np.float32([0.3, 11, -2.1])
    before = [models.scaler(*(x.tolist() for x in scaling), to="y"), helper.make_node("Cast", ["y"], ["scaled"], to=1)]
    behind = [helper.make_node("Cast", ["label"], ["l"], to=7),
              helper.make_node("ZipMap", ["scores"], ["z"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2])]
    names = {"feature_names": "torque\nspeed in rpm\nwear"}
    model = models.save(models.graph(models.classifier(rng, [0, 1, 2]), before, behind, metadata=names), "m.onnx")
    rows = edge_rows(rng, 2000, scaling=scaling)
    same("Scaler, Cast, ZipMap", "m.onnx", trees.Onnx(model), rows, rng, range(3))
    tap.ok(convert("m.onnx").features == names["feature_names"].split("\n"), "feature names of the metadata")
    value = lambda name, kind, n: helper.make_tensor_value_info(name, kind, [None, n])
    double = [value("x", TensorProto.DOUBLE, 3)]
    model = models.save(models.graph(models.regressor(rng), inputs=double), "m.onnx")
    rows = np.nextafter(edge_rows(rng).astype(float), rng.choice([-9.0, 9.0], (300, 3)))
    same("float 64 values", "m.onnx", trees.Onnx(model), rows, rng, [0])
    parts = [value("torque", TensorProto.FLOAT, 1), value("pair", TensorProto.FLOAT, 2)]
    concat = [helper.make_node("Concat", ["torque", "pair"], ["scaled"], axis=1)]
    models.save(models.graph(models.regressor(rng), concat, inputs=parts), "m.onnx")
    tap.ok(convert("m.onnx").features == ["torque", "pair0", "pair1"], "columns from several inputs, by name")


def test_onnx_refused():
    rng = np.random.default_rng(3)

    def broken(title, *expected, node=None, change=None, **around):
        model = models.graph(node or models.regressor(rng, trees=1), **around)
        attributes = {a.name: a for n in model.graph.node for a in n.attribute}
        if change:
            change(attributes, model)
        models.save(model, "bad.onnx")
        refused(f"{title}", "bad.onnx", *expected)

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
    broken("a name with a control character", "expected a name", metadata={"feature_names": "a\nb\x07\nc"})
    broken("names for other columns", "feature_names: expected 3 names", metadata={"feature_names": "a\nb"})
    broken("no ensemble", "expected a graph with a TreeEnsemble", change=lambda a, m: m.graph.ClearField("node"))


def on_thresholds(rng, evaluator, count):
    """Rows whose values are the exported thresholds, or a float 32 beside them."""
    values = np.array(evaluator.a["nodes_values"], np.float32)
    of = np.where([m == b"LEAF" for m in evaluator.a["nodes_modes"]], -1, evaluator.a["nodes_featureids"])
    rows = np.stack([rng.choice(values[of == k], count) for k in range(3)], axis=1)
    side = rng.integers(0, 3, rows.shape)
    return np.where(side == 0, rows, np.nextafter(rows, np.where(side == 1, np.float32(-9e9), np.float32(9e9))))


def test_export():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(800, 3)) * [2, 1500, 40] + [300, 1500, 40]
    y = (x[:, 0] + x[:, 2] / 20 + rng.normal(size=800) > 302).astype(int)
    names = ["air temperature", "speed", "torque"]
    for title, model, target, outputs in (
            ("a scaler and two classes", make_pipeline(StandardScaler(), RandomForestClassifier(20, random_state=1)), y, 2),
            ("three text classes", RandomForestClassifier(10, max_depth=4, random_state=1), np.array(["lo", "hi", "mid"])[y * 2 - (x[:, 1] > 2000)], 3),
            ("regression", make_pipeline(StandardScaler(), RandomForestRegressor(10, max_depth=6, random_state=1)), x[:, 1] * y, 1)):
        sklearn_to_duto.save(model.fit(x, target), "s.forest", names, "load")
        theirs = convert("s.forest", "s.onnx")
        try:
            onnx.checker.check_model(theirs, full_check=True)
            problem = ""
        except Exception as e:
            problem = str(e)
        tap.ok(not problem, f"export: {title}: python3-onnx's checker is content", problem)
        evaluator, text = trees.Onnx(theirs), trees.Text("s.forest")
        rows = np.concatenate([x.astype(np.float32), on_thresholds(rng, evaluator, 1500)]).astype(float)
        back = convert("s.onnx", "back.forest")
        tap.ok(back.features == names and back.outputs == text.outputs,
               f"export: {title}: names come back")
        told = duto("model", "convert", "s.forest", "s.onnx").stderr
        tap.ok("leaves are float 32" in told and ("readings are float 32" in told) == ("scaler" in open("s.forest").read()),
               f"export: {title}: what is lost is told", told)
        limit = float(told.split("differ by up to ")[1].split()[0])
        duto("model", "convert", "s.onnx", "again.onnx"), duto("model", "convert", "again.onnx", "third.onnx")
        tap.ok(open("again.onnx", "rb").read() == open("third.onnx", "rb").read(), f"export: {title}: then always the same file")
        limit += 1e-13 * (1 if outputs > 1 else np.abs(x[:, 1]).max())
        for k in range(outputs):
            ours = scores("s.forest", text, rows.tolist(), k)
            close(f"export: {title}: output {k}: as the evaluator", ours, [evaluator.predict(r)[k] for r in rows], limit)
            close(f"export: {title}: output {k}: read back", ours, scores("back.forest", back, rows.tolist(), k), limit)


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    test_onnx_forms()
    test_onnx_around()
    test_onnx_refused()
    test_export()
    test_export_of_forms()
    os.chdir("/")
tap.done()
