"""Evaluators of tree models for tests, written from the formats' descriptions, one row at a time and slow: Duto's text
(schemas/forest.md), ONNX tree ensembles (onnx.ai/onnx/operators), LightGBM's text. Scores are summed in float 64."""
import math

import numpy as np
import onnx
import onnx.helper
import onnx.numpy_helper


def logistic(v):
    return 1 / (1 + math.exp(-v))


def softmax(v):
    e = [math.exp(x - max(v)) for x in v]
    total = 0.0
    for x in e:
        total += x
    return [x / total for x in e]


def linked(link, v):
    return {"NONE": list, "LOGISTIC": lambda v: [logistic(x) for x in v], "SOFTMAX": softmax}[link](v)


class Text:
    """Duto's text, for models without a scaler."""

    def __init__(self, path):
        lines = [line.split(" ") for line in open(path).read().split("\n")]
        of = lambda word: [line for line in lines if line[0] == word]
        self.features = [" ".join(line[1:]) for line in of("feature")]
        self.outputs = [" ".join(line[1:]) for line in of("class") + of("regression")]
        self.wide, self.sum = bool(of("float64")), bool(of("sum"))
        self.link = (of("link") or [["", "none"]])[0][1].upper()
        self.base = [float(x) for x in (of("base") or [[""]])[0][1:]]
        self.trees = []
        for line in lines:
            if line[0] == "tree":
                self.trees.append([])
            if line[0] in ("split", "leaf"):
                self.trees[-1].append(line)

    def leaf(self, tree, row):
        line = tree[0]
        while line[0] == "split":
            x = float(row[int(line[1])])
            x = x if self.wide else float(np.float32(x))
            left = line[5] == "left" if math.isnan(x) else x <= float(line[2])
            line = tree[int(line[3] if left else line[4])]
        return [float(v) for v in line[1:]]

    def predict(self, row):
        total = None
        for tree in self.trees:
            leaf = self.leaf(tree, row)
            total = leaf if total is None else [a + b for a, b in zip(total, leaf)]
        if not self.sum:
            total = [v / len(self.trees) for v in total]
        total = linked(self.link, [a + b for a, b in zip(total, self.base or [0.0] * len(total))])
        return [1 - total[0], total[0]] if len(total) < len(self.outputs) else total


def compare(mode, x, t, missing):
    if math.isnan(x):
        return bool(missing)
    return {"BRANCH_LEQ": x <= t, "BRANCH_LT": x < t, "BRANCH_GTE": x >= t, "BRANCH_GT": x > t, "BRANCH_EQ": x == t,
            "BRANCH_NEQ": x != t}[mode]


class Onnx:
    """A graph of one ensemble with Scaler, Cast and Identity before it; its probabilities or regressed values."""

    def __init__(self, model):
        self.nodes = list(model.graph.node)
        self.wide = model.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.DOUBLE
        self.ensemble = next(n for n in self.nodes if n.op_type.startswith("TreeEnsemble"))
        self.before = self.nodes[:self.nodes.index(self.ensemble)]
        a = {x.name: onnx.helper.get_attribute_value(x) for x in self.ensemble.attribute}
        a = {k: onnx.numpy_helper.to_array(v).tolist() if isinstance(v, onnx.TensorProto) else v for k, v in a.items()}
        self.a = {k.replace("_as_tensor", ""): v for k, v in a.items()}
        self.indexed = self.ensemble.op_type == "TreeEnsemble"
        if not self.indexed:
            self.tuples()

    def tuples(self):
        a = self.a
        count = len(a["nodes_modes"])
        missing = a.get("nodes_missing_value_tracks_true", [0] * count)
        kind = "class" if "class_ids" in a else "target"
        self.votes, self.trees = {}, {}
        for key in zip(*(a[f"{kind}_{x}"] for x in ("treeids", "nodeids", "ids", "weights"))):
            self.votes.setdefault(key[:2], []).append(key[2:])
        for i in range(count):
            self.trees.setdefault(a["nodes_treeids"][i], {})[a["nodes_nodeids"][i]] = (
                a["nodes_modes"][i].decode(), a["nodes_featureids"][i], a["nodes_values"][i], a["nodes_truenodeids"][i],
                a["nodes_falsenodeids"][i], missing[i])

    def scaled(self, row):
        row = np.array(row, dtype=np.float64 if self.wide else np.float32)
        for node in self.before:
            a = {x.name: np.array(onnx.helper.get_attribute_value(x), np.float32) for x in node.attribute}
            if node.op_type == "Scaler":
                row = ((row - a["offset"]) * a["scale"]).astype(np.float32)
            elif node.op_type == "Cast" and int(a["to"]) == onnx.TensorProto.FLOAT:
                row = row.astype(np.float32)
        return [float(x) for x in row]

    def leaves(self, row):
        """The votes of each tree's leaf: pairs of output and weight."""
        if self.indexed:
            yield from (self.indexed_leaf(root, row) for root in self.a["tree_roots"])
            return
        for tree, nodes in sorted(self.trees.items()):
            at = 0
            while nodes[at][0] != "LEAF":
                mode, feature, value, yes, no, missing = nodes[at]
                at = yes if compare(mode, row[feature], value, missing) else no
            yield self.votes.get((tree, at), [])

    def indexed_leaf(self, at, row):
        modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
        a, leaf = self.a, False
        while not leaf:
            yes = compare(modes[a["nodes_modes"][at]], row[a["nodes_featureids"][at]], a["nodes_splits"][at],
                          a["nodes_missing_value_tracks_true"][at])
            leaf = a["nodes_trueleafs" if yes else "nodes_falseleafs"][at]
            at = a["nodes_truenodeids" if yes else "nodes_falsenodeids"][at]
        return [(a["leaf_targetids"][at], a["leaf_weights"][at])]

    def predict(self, row):
        a = self.a
        labels = a.get("classlabels_strings") or a.get("classlabels_int64s") or [0] * a.get("n_targets", 1)
        single = len(labels) == 2 and len(set(a.get("class_ids", [0, 1]))) == 1
        base = list(a.get("base_values", [0.0] * (1 if single else len(labels))))
        total = [0.0] * (1 if single else len(labels))
        for votes in self.leaves(self.scaled(row)):
            for output, weight in votes:
                total[0 if single else output] += weight
        if a.get("aggregate_function", b"SUM") in (b"AVERAGE", 0):
            total = [v / len(a.get("tree_roots") or self.trees) for v in total]
        total = [v + b for v, b in zip(total, base)]
        post = a.get("post_transform", b"NONE")
        total = linked(post.decode() if isinstance(post, bytes) else ["NONE", "SOFTMAX", "LOGISTIC"][post], total)
        return [1 - total[0], total[0]] if single else total


class LightGBM:
    """LightGBM's text: Tree::NumericalDecision and the objectives' ConvertOutput, as its sources have them."""

    ZERO = float(np.float32(1e-35))

    def __init__(self, path):
        blocks = open(path).read().split("end of trees")[0].split("\nTree=")
        fields = lambda text: dict(line.split("=", 1) for line in text.split("\n") if "=" in line)
        self.head = fields(blocks[0])
        self.average = "average_output" in blocks[0].split("\n")
        self.trees = [fields("Tree=" + b) for b in blocks[1:]]
        self.trees = [{k: v.split(" ") for k, v in t.items()} for t in self.trees]

    def leaf(self, tree, row):
        at = 0 if tree["num_leaves"] != ["1"] else -1
        while at >= 0:
            x, decision = float(row[int(tree["split_feature"][at])]), int(tree["decision_type"][at])
            kind = decision >> 2 & 3
            if math.isnan(x) and kind != 2:
                x = 0.0
            if (kind == 1 and -self.ZERO <= x <= self.ZERO) or (kind == 2 and math.isnan(x)):
                left = bool(decision & 2)
            else:
                left = x <= float(tree["threshold"][at])
            at = int(tree["left_child" if left else "right_child"][at])
        return float(tree["leaf_value"][~at])

    def predict(self, row):
        k = int(self.head["num_tree_per_iteration"])
        total = [0.0] * k
        for i, tree in enumerate(self.trees):
            total[i % k] += self.leaf(tree, row)
        if self.average:
            total = [v * k / len(self.trees) for v in total]
        kind = self.head["objective"].split(" ")
        if kind[0] == "binary":
            p = logistic(float(kind[1].split(":")[1]) * total[0])
            return [1 - p, p]
        if kind[0] == "cross_entropy":
            return [1 - logistic(total[0]), logistic(total[0])]
        if kind[0] == "multiclassova":
            return [logistic(v) for v in total]
        return softmax(total) if kind[0] == "multiclass" else total
