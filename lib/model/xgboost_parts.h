/* What the two halves of XGBoost's reader share: the learner (xgboost.c) and its trees. */
#ifndef DUTO_XGBOOST_PARTS_H
#define DUTO_XGBOOST_PARTS_H

#include <jansson.h>

#include "assemble.h"
#include "text.h"

struct xgboost {
	const char *path;
	char **error;
	struct assembly *assembly;
	size_t group; /* numbers a row has before the link: classes, or 1 */
};

/* Puts "m.json: ..." into *r->error and gives -EINVAL. */
#define xgboost_fail(r, format, ...)                                                               \
	text_refuse((r)->error, "%s: " format, (r)->path, ##__VA_ARGS__)

/* A number that is written as a text. False where there is none. */
bool xgboost_parameter(const json_t *object, const char *key, double *ret);

/* Gives the forest its trees. 0 or -EINVAL with an error. */
int xgboost_trees(struct xgboost *r, const json_t *model);

#endif
