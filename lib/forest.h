/* Random forests for classification: the model, its file (schemas/forest.md) and scoring.
 *
 * Scores are scikit-learn's to the last bit: a value, scaled where the model has a scaler, is
 * rounded to float 32 and goes left where it is <= the float 64 threshold; a probability is the sum
 * of the leaves' fractions in the order of the trees, divided by their number. Scaling and rounding
 * are monotone, so for scoring each threshold is replaced once by the greatest raw float 64 that
 * still goes left: a raw row is then compared as it is. */
#ifndef DUTO_FOREST_H
#define DUTO_FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digest.h"
#include "scaler.h"

enum {
	FOREST_LEAF = UINT16_MAX, /* in place of a node's feature */
	FOREST_FEATURES_MAX = 4096,
	FOREST_CLASSES_MAX = 256,
	FOREST_FILE_MAX = 1 << 30,
};

struct forest_node {
	double threshold;
	uint32_t left, right; /* nodes of the same tree, behind this one; of a leaf, left is its
				 place in leaves */
	uint16_t feature;
	bool missing_left; /* where a row without this feature (NAN) goes */
};

struct forest_tree {
	struct forest_node *nodes; /* the root first */
	double *leaves;		   /* class_count fractions per leaf, which sum to 1 */
	uint32_t count, leaf_count;
};

/* Arrays and texts are malloc'ed and belong to the forest. */
struct forest {
	char **features, **classes;
	struct forest_tree *trees;
	size_t feature_count, class_count, tree_count;
	struct scaler
		scaler; /* the model's own, one field a feature in their order; count 0: none */
	char digest[DIGEST_TEXT + 1]; /* of the file's text; set by forest_load and forest_save */
	struct forest_walk *walk;     /* the trees laid out for scoring */
};

/* 0 with a forest ready to score; or -EINVAL for what is wrong in the file, -errno of reading it,
 * with a malloc'ed "mill.forest:17: expected ..." in ret_error. No file, however hostile, gives a
 * forest that cannot be scored. */
int forest_load(const char *path, struct forest **ret, char **ret_error);
int forest_save(struct forest *f, const char *path); /* 0 or -errno */
void forest_close(struct forest *f);		     /* NULL is well */

/* Lays the trees out for scoring rows that s scales, where it is not NULL. names are the features'
 * names in s, in their order; NULL: as in the model. -ENOENT where s lacks one, which is then in
 * *ret_missing; -EEXIST where the model has a scaler of its own, with which forest_load has done
 * this already. */
int forest_prepare(struct forest *f, const struct scaler *s, const char *const *names,
	const char **ret_missing);

/* Scores one raw row of feature_count values (NAN: missing) into class_count probabilities. */
void forest_predict(const struct forest *f, const double *row, double *ret_probabilities);

/* The least and greatest raw value that a feature is compared with; false where it never is. */
bool forest_range(const struct forest *f, size_t feature, double *ret_low, double *ret_high);

/* The place of a class or feature by name, or -1. */
int forest_class(const struct forest *f, struct str label);
int forest_feature(const struct forest *f, struct str name);

#endif
