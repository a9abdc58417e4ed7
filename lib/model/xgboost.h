/* XGBoost's JSON models (Booster.save_model("m.json"); xgboost.readthedocs.io, "Introduction to
 * Model IO"). */
#ifndef DUTO_XGBOOST_H
#define DUTO_XGBOOST_H

#include "forest/forest.h"
#include "str.h"

/* 0 with a forest; -EINVAL with a malloc'ed error in ret_error: "m.json:1:17: ..." where it is no
 * JSON, else with the path in it: "m.json: learner.gradient_booster.model.trees[3]: ...".
 *
 * Rows go to the same leaves. XGBoost adds their values up in float 32, Duto in float 64, so scores
 * agree to float 32, not to the last bit. All trees count, whatever iteration was the best. Boosters
 * other than gbtree, categorical splits and objectives other than binary:logistic, multi:softprob,
 * multi:softmax, reg:logistic and the regressions without a link are refused. */
int xgboost_read(const char *path, struct str text, struct forest **ret, char **ret_error);

#endif
