/* XGBoost's JSON models (Booster.save_model("m.json"); xgboost.readthedocs.io, "Introduction to
 * Model IO"). */
#ifndef DUTO_XGBOOST_H
#define DUTO_XGBOOST_H

#include "assemble.h"

/* Fills what assemble_begin began. 0; or -EINVAL with a malloc'ed error in ret_error:
 * "m.json:1:17: ..." where it is no JSON, else with the path in it: "m.json:
 * learner.gradient_booster.model.trees[3]: ...".
 *
 * Rows go to the same leaves. XGBoost adds their values up in float 32, Duto in float 64, so
 * scores agree to float 32, not to the last bit. All trees count; where training noted a best
 * iteration, the assembly's note says so. Boosters other than gbtree, categorical splits and
 * objectives other than binary:logistic, multi:softprob, multi:softmax, reg:logistic and the
 * regressions without a link are refused. */
int xgboost_read(const char *path, struct str text, struct assembly *a, char **ret_error);

#endif
