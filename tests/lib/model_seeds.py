"""Small models of every form, for the fuzz target to begin with: model_seeds.py FOLDER."""
import os
import sys

import numpy as np
import xgboost

import lightgbm_models
import onnx_models as models

os.chdir(sys.argv[1])
rng = np.random.default_rng(1)
small = dict(trees=2, depth=2)
for name, node in {
        "classes": models.classifier(rng, ["a", "b", "c"], **small),
        "one-score": models.classifier(rng, [0, 1], [0], post_transform="LOGISTIC", base_values=[0.3], **small),
        "probability": models.classifier(rng, [0, 1], [1], **small),
        "regression": models.regressor(rng, aggregate_function="AVERAGE", **small),
        "indexed": models.indexed(rng, 3, aggregate_function=0, **small)}.items():
    models.save(models.graph(node, [models.scaler([1.0, 2.0, 3.0], [0.5, -1.0, 2.0])]), name + ".onnx")
for i, objective in enumerate(("binary sigmoid:1", "multiclass num_class:3", "regression")):
    with open(f"lightgbm{i}.txt", "w") as f:
        f.write(lightgbm_models.model(rng, objective, 3 if i == 1 else 1, False, turns=2))
x = rng.normal(size=(60, 3))
xgboost.XGBClassifier(n_estimators=2, max_depth=2).fit(x, x[:, 0] > 0).get_booster().save_model("binary.json")
xgboost.XGBClassifier(n_estimators=1, max_depth=2).fit(x, np.digitize(x[:, 0], [-0.5, 0.5])).get_booster().save_model("three.json")
