#!/usr/bin/python3
"""Writes a fitted scikit-learn random forest, or a Pipeline of a StandardScaler, MinMaxScaler (0..1) or RobustScaler
and one, as a forest for duto (schemas/forest.md). Needs nothing but what the model itself needs:

    python3 sklearn_to_duto.py model.joblib [FEATURE...] > mill.forest
    from sklearn_to_duto import save; save(pipeline, "mill.forest", ["air_temperature", "torque"])
"""
import hashlib
import sys

SCALERS = {"StandardScaler": ("standard", "mean_", "scale_"), "RobustScaler": ("robust", "center_", "scale_"),
           "MinMaxScaler": ("min-max", "data_min_", "data_max_")}


def scaler_lines(step):
    if type(step).__name__ not in SCALERS or tuple(getattr(step, "feature_range", (0, 1))) != (0, 1):
        raise ValueError(f"{step} before the forest: expected a StandardScaler, MinMaxScaler to 0..1 or RobustScaler")
    method, *names = SCALERS[type(step).__name__]
    numbers = [getattr(step, name) for name in names]
    if any(n is None for n in numbers):
        raise ValueError(f"{step}: expected one that centers and scales")
    return [f"scaler {method}"] + [f"scale {float(a)!r} {float(b)!r}" for a, b in zip(*numbers)]


def tree_lines(tree, classes):
    missing = getattr(tree, "missing_go_to_left", None)  # of scikit-learn since 1.3, forests since 1.4
    for i, (left, right) in enumerate(zip(tree.children_left.tolist(), tree.children_right.tolist())):
        if left < 0:
            value = tree.value[i][0].tolist()  # of classes: weights to 1.2, fractions from 1.3
            total = sum(value) if classes else 1.0
            yield "leaf " + " ".join(repr(v / total) for v in value)
        else:
            share = float(tree.weighted_n_node_samples[left] / tree.weighted_n_node_samples[i])
            to_left = share >= 0.5 if missing is None else missing[i]
            yield (f"split {int(tree.feature[i])} {float(tree.threshold[i])!r} {left} {right} "
                   f"{'left' if to_left else 'right'} {share!r}")


def dumps(model, features=None):
    steps = [step for _, step in getattr(model, "steps", [("", model)]) if step not in (None, "passthrough")]
    forest = steps[-1]
    if getattr(forest, "n_outputs_", 0) != 1 or not hasattr(forest, "estimators_"):
        raise ValueError(f"{forest}: expected a fitted random forest with one output")
    if not features:
        features = getattr(model, "feature_names_in_", [f"x{i}" for i in range(forest.n_features_in_)])
    if len(features) != forest.n_features_in_:
        raise ValueError(f"{len(features)} names for {forest.n_features_in_} features")
    classes = getattr(forest, "classes_", None)
    lines = ["duto-forest 1"] + [f"feature {name}" for name in features]
    lines += [line for step in steps[:-1] for line in scaler_lines(step)]
    lines += ["regression prediction"] if classes is None else [f"class {label}" for label in classes]
    if hasattr(forest.estimators_[0].tree_, "missing_go_to_left"):
        lines += ["missing"]
    lines += [f"trees {len(forest.estimators_)}"]
    for tree in (estimator.tree_ for estimator in forest.estimators_):
        lines += [f"tree {tree.node_count}", *tree_lines(tree, classes is not None)]
    text = "\n".join(lines) + "\n"
    return text + "sha256 " + hashlib.sha256(text.encode()).hexdigest() + "\n"


def save(model, path, features=None):
    with open(path, "w", encoding="utf-8") as f:
        f.write(dumps(model, features))


if __name__ == "__main__":
    import joblib  # scikit-learn's own; it runs what is in the file, so load only what you made yourself
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(dumps(joblib.load(sys.argv[1]), sys.argv[2:]))
