"""ONNX models of random trees for tests (python3-onnx)."""
import numpy as np
import onnx
from onnx import TensorProto, helper

MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]


def grow(rng, features, depth, modes=MODES, grid=8):
    """A tree as tuples (mode, feature, value, yes, no, missing); values on a grid, so that rows can lie on them."""
    nodes = []

    def node(depth):
        at = len(nodes)
        nodes.append(None)
        if depth == 0 or rng.random() < 0.2 and at:
            nodes[at] = ("LEAF", 0, 0.0, 0, 0, 0)
        else:
            split = str(rng.choice(modes)), int(rng.integers(features)), float(rng.integers(-grid, grid + 1) / 4)
            nodes[at] = (*split, node(depth - 1), node(depth - 1), int(rng.integers(2)))
        return at

    node(depth)
    return nodes


def lists(trees):
    flat = [(t, i, *n) for t, nodes in enumerate(trees) for i, n in enumerate(nodes)]
    names = ["treeids", "nodeids", "modes", "featureids", "values", "truenodeids", "falsenodeids",
             "missing_value_tracks_true"]
    return {"nodes_" + name: list(column) for name, column in zip(names, zip(*flat))}


def votes(rng, trees, kind, outputs, low=0.0):
    rows = [(t, i, k, float(np.float32(rng.uniform(low, 1)))) for t, nodes in enumerate(trees)
            for i, n in enumerate(nodes) if n[0] == "LEAF" for k in outputs]
    return {f"{kind}_{name}": list(c) for name, c in zip(("treeids", "nodeids", "ids", "weights"), zip(*rows))}


def classifier(rng, labels, outputs=None, features=3, trees=9, depth=5, low=0.0, modes=MODES, **extra):
    trees = [grow(rng, features, depth, modes) for _ in range(trees)]
    key = "classlabels_strings" if isinstance(labels[0], str) else "classlabels_int64s"
    return helper.make_node("TreeEnsembleClassifier", ["scaled"], ["label", "scores"], "trees", domain="ai.onnx.ml",
                            **lists(trees), **votes(rng, trees, "class", outputs or range(len(labels)), low),
                            **{key: labels}, **extra)


def regressor(rng, features=3, trees=9, depth=5, **extra):
    trees = [grow(rng, features, depth) for _ in range(trees)]
    return helper.make_node("TreeEnsembleRegressor", ["scaled"], ["scores"], "trees", domain="ai.onnx.ml", n_targets=1,
                            **lists(trees), **votes(rng, trees, "target", [0], -1), **extra)


def indexed(rng, targets, features=3, trees=7, depth=4, **extra):
    """TreeEnsemble of ai.onnx.ml 5."""
    a = {k: [] for k in ("featureids", "splits", "modes", "truenodeids", "falsenodeids", "trueleafs", "falseleafs",
                         "missing_value_tracks_true")}
    ids, weights, roots = [], [], []

    def leaf():
        ids.append(int(rng.integers(targets)))
        weights.append(float(rng.uniform(-1, 1)))
        return len(ids) - 1

    for _ in range(trees):
        nodes = grow(rng, features, depth)
        place, kept = {}, [i for i, n in enumerate(nodes) if n[0] != "LEAF"]
        for i in kept:
            place[i] = len(place) + len(a["modes"])
        roots.append(place[0])
        for i in kept:
            mode, feature, value, yes, no, missing = nodes[i]
            for name, child in ("true", yes), ("false", no):
                a[name + "leafs"].append(int(child not in place))
                a[name + "nodeids"].append(place[child] if child in place else leaf())
            for name, v in ("featureids", feature), ("splits", value), ("modes", MODES.index(mode)), (
                    "missing_value_tracks_true", missing):
                a[name].append(v)
    tensor = lambda name, kind, v: helper.make_tensor(name, kind, [len(v)], v)
    a["splits"] = tensor("splits", TensorProto.DOUBLE, a["splits"])
    a["modes"] = tensor("modes", TensorProto.UINT8, a["modes"])
    return helper.make_node("TreeEnsemble", ["scaled"], ["scores"], "trees", domain="ai.onnx.ml", n_targets=targets,
                            tree_roots=roots, leaf_targetids=ids,
                            leaf_weights=tensor("leaf_weights", TensorProto.DOUBLE, weights),
                            **{"nodes_" + k: v for k, v in a.items()}, **extra)


def graph(ensemble, before=(), behind=(), inputs=None, metadata=None):
    """A model: x through the nodes before into "scaled" (by Identity where there are none)."""
    before = list(before) or [helper.make_node("Identity", ["x"], ["scaled"])]
    inputs = inputs or [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 3])]
    outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, None])]
    model = helper.make_model(helper.make_graph([*before, ensemble, *behind], "g", inputs, outputs), opset_imports=[
        helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 3)])
    if metadata:
        helper.set_model_props(model, metadata)
    return model


def scaler(offset, scale, to="scaled"):
    return helper.make_node("Scaler", ["x"], [to], "scale", domain="ai.onnx.ml", offset=offset, scale=scale)


def save(model, path):
    onnx.save(model, path)
    return model
