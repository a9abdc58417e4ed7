/* LightGBM's text models (Booster.save_model; src/io/gbdt_model_text.cpp and src/io/tree.cpp there
 * are their only description). */
#ifndef DUTO_LIGHTGBM_H
#define DUTO_LIGHTGBM_H

#include "assemble.h"

/* Fills what assemble_begin began. 0; or -EINVAL with a malloc'ed "model.txt:17: expected ..." in
 * ret_error.
 *
 * Values are compared as float 64, sums run in the order of the trees: rows go to the same leaves
 * and sums are the same to the last bit. What is not taken is refused: categorical and linear
 * trees, and objectives other than those with a logistic link or softmax and the regressions
 * without a link. */
int lightgbm_read(const char *path, struct str text, struct assembly *a, char **ret_error);

#endif
