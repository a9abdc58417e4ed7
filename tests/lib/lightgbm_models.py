"""LightGBM's text of random trees, as its Booster.save_model writes it (no Debian package has LightGBM)."""


def tree(rng, number, features, splits):
    """Grown by turning a leaf into a split, as LightGBM does: children are splits from 0, leaves from -1 downwards."""
    left, right = [-1], [-2]
    for i in range(1, splits):
        leaf = -int(rng.integers(1, i + 2))
        for children in left, right:
            if leaf in children:
                children[children.index(leaf)] = i
        left.append(leaf)
        right.append(-i - 2)
    join = lambda values: " ".join(map(str, values))
    thresholds = [float(rng.choice([rng.integers(-8, 9) / 4, 1.0000000180025095e-35, -1.0000000180025095e-35, 0.0]))
                  for _ in range(splits)]
    decisions = [int(rng.integers(2)) * 2 + int(rng.integers(3)) * 4 for _ in range(splits)]
    return "\n".join([
        f"Tree={number}", f"num_leaves={splits + 1}", "num_cat=0",
        f"split_feature={join(rng.integers(0, features, splits))}", f"split_gain={join([1] * splits)}",
        f"threshold={join(map(repr, thresholds))}", f"decision_type={join(decisions)}", f"left_child={join(left)}",
        f"right_child={join(right)}", f"leaf_value={join(repr(float(v)) for v in rng.normal(size=splits + 1))}",
        f"leaf_count={join([1] * (splits + 1))}", f"internal_count={join(range(splits + 1, 1, -1))}",
        "is_linear=0", "shrinkage=0.1", "", ""])


def stump(number):
    return "\n".join([f"Tree={number}", "num_leaves=1", "num_cat=0", "split_feature=", "split_gain=", "threshold=",
                      "decision_type=", "left_child=", "right_child=", "leaf_value=0.125", "is_linear=0", "shrinkage=1",
                      "", ""])


def model(rng, objective, trees_a_turn, average, turns=6, features=3):
    head = ["tree", "version=v3", f"num_class={trees_a_turn}", f"num_tree_per_iteration={trees_a_turn}", "label_index=0",
            f"max_feature_idx={features - 1}", f"objective={objective}"] + ["average_output"] * average
    head += ["feature_names=" + " ".join(f"Column_{i}" for i in range(features)),
             "feature_infos=" + " ".join(["[-3:3]"] * features), "tree_sizes=1", "", ""]
    count = trees_a_turn * turns
    body = [tree(rng, i, features, int(rng.integers(1, 9))) for i in range(count - trees_a_turn)]
    body += [stump(i) for i in range(count - trees_a_turn, count)]
    return "\n".join(head) + "\n".join(body) + "end of trees\n\nfeature_importances:\nColumn_0=3\n\nparameters:\nend of parameters\n"
