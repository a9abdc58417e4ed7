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
    missing = getattr(tree, "missing_go_to_left", None)  # since scikit-learn 1.3, of forests since 1.4
    weights = classes and abs(tree.value.sum(axis=2) - 1).max() > 1e-9  # of classes, to 1.3; fractions since then
    for i, (left, right) in enumerate(zip(tree.children_left.tolist(), tree.children_right.tolist())):
        if left < 0:
            value = tree.value[i][0]
            yield "leaf " + " ".join(map(repr, (value / value.sum() if weights else value).tolist()))
        else:
            share = float(tree.weighted_n_node_samples[left] / tree.weighted_n_node_samples[i])
            to_left = share >= 0.5 if missing is None else missing[i]
            yield (f"split {int(tree.feature[i])} {float(tree.threshold[i])!r} {left} {right} "
                   f"{'left' if to_left else 'right'} {share!r}")


def dumps(model, features=None, target="value"):
    model = getattr(model, "best_estimator_", model)  # of a search
    steps = [step for _, step in getattr(model, "steps", [("", model)]) if step not in (None, "passthrough")]
    forest = steps[-1]
    trees = [getattr(e, "tree_", None) for e in getattr(forest, "estimators_", [forest])]
    if getattr(forest, "n_outputs_", 0) != 1 or None in trees:
        raise ValueError(f"{forest}: expected a fitted random forest with one output")
    if not features:
        features = getattr(model, "feature_names_in_", [f"x{i}" for i in range(forest.n_features_in_)])
    if len(features) != forest.n_features_in_:
        raise ValueError(f"{len(features)} names for {forest.n_features_in_} features")
    classes = getattr(forest, "classes_", None)
    lines = ["duto-forest 1"] + [f"feature {name}" for name in features]
    lines += [line for step in steps[:-1] for line in scaler_lines(step)]
    lines += [f"regression {target}"] if classes is None else [f"class {label}" for label in classes]
    lines += ["missing"] * hasattr(trees[0], "missing_go_to_left") + [f"trees {len(trees)}"]
    for tree in trees:
        lines += [f"tree {tree.node_count}", *tree_lines(tree, classes is not None)]
    text = "\n".join(lines) + "\n"
    return text + "sha256 " + hashlib.sha256(text.encode()).hexdigest() + "\n"


def save(model, path, features=None, target="value"):
    with open(path, "w", encoding="utf-8") as f:
        f.write(dumps(model, features, target))


if __name__ == "__main__":
    import joblib  # scikit-learn's own; it runs what is in the file, so load only what you made yourself
    sys.stdout.reconfigure(encoding="utf-8")
    try:
        sys.stdout.write(dumps(joblib.load(sys.argv[1]), sys.argv[2:]) if len(sys.argv) > 1 else sys.exit(__doc__))
    except (OSError, ValueError) as e:
        sys.exit(f"sklearn_to_duto.py: {e}")
