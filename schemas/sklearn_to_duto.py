#!/usr/bin/python3
"""Writes a fitted scikit-learn RandomForestClassifier or RandomForestRegressor, or a Pipeline of a StandardScaler,
MinMaxScaler (0..1) or RobustScaler and one, as a forest for duto (schemas/forest.md):

    from sklearn_to_duto import save
    save(pipeline, "mill.forest", ["air_temperature", "torque"])
"""
import hashlib


def _scaler(step):
    """The scaler's lines: two numbers a feature."""
    kind = type(step).__name__
    a, b = {
        "StandardScaler": ("mean_", "scale_"),
        "MinMaxScaler": ("data_min_", "data_max_"),
        "RobustScaler": ("center_", "scale_"),
    }[kind]
    name = {"StandardScaler": "standard", "MinMaxScaler": "min-max", "RobustScaler": "robust"}[kind]
    if name == "min-max" and tuple(step.feature_range) != (0, 1):
        raise ValueError("only a MinMaxScaler to 0..1 can be written")
    numbers = zip(getattr(step, a), getattr(step, b))
    return [f"scaler {name}"] + [f"scale {float(x)!r} {float(y)!r}" for x, y in numbers]


def _tree(tree, regression):
    lines = [f"tree {tree.node_count}"]
    missing = getattr(tree, "missing_go_to_left", [True] * tree.node_count)  # since 1.4
    for i in range(tree.node_count):
        left, right = int(tree.children_left[i]), int(tree.children_right[i])
        if left < 0:
            weights = [float(v) for v in tree.value[i][0]]  # fractions since 1.3
            total = 1 if regression else sum(weights)
            lines.append("leaf " + " ".join(repr(w / total) for w in weights))
        else:
            side = "left" if missing[i] else "right"
            threshold = float(tree.threshold[i])
            rows = tree.weighted_n_node_samples
            share = float(round(rows[left] / rows[i], 3))
            lines.append(f"split {int(tree.feature[i])} {threshold!r} {left} {right} {side} {share!r}")
    return lines


def dumps(model, features=None, target="value"):
    steps = [s for _, s in model.steps] if hasattr(model, "steps") else [model]
    forest = steps[-1]
    if features is None:
        features = getattr(model, "feature_names_in_", None)
    if features is None:
        features = [f"x{i}" for i in range(forest.n_features_in_)]
    lines = ["duto-forest 1"] + [f"feature {name}" for name in features]
    for step in steps[:-1]:
        lines += _scaler(step)
    regression = not hasattr(forest, "classes_")
    lines += [f"regression {target}"] if regression else [f"class {label}" for label in forest.classes_]
    lines += [f"trees {len(forest.estimators_)}"]
    for estimator in forest.estimators_:
        lines += _tree(estimator.tree_, regression)
    text = "\n".join(lines) + "\n"
    return text + "sha256 " + hashlib.sha256(text.encode()).hexdigest() + "\n"


def save(model, path, features=None, target="value"):
    with open(path, "w") as f:
        f.write(dumps(model, features, target))
