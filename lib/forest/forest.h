/* Forests of decision trees, for classification and regression, averaged or boosted: the model, its
 * file (schemas/forest.md) and scoring.
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
	FOREST_OUTPUTS_MAX = 256,
	FOREST_FILE_MAX = 1 << 30,
};

/* What makes an output of the aggregate (softmax over all outputs). */
enum forest_link { FOREST_IDENTITY, FOREST_LOGISTIC, FOREST_SOFTMAX };

struct forest_node {
	double threshold;
	double left_share;    /* of the rows it was learnt from, as far as known: else 0.5 */
	uint32_t left, right; /* nodes of the same tree, behind this one; of a leaf, left is its
				 place in leaves */
	uint16_t feature;
	bool missing_left; /* where a row without this feature (NAN) goes */
};

struct forest_tree {
	struct forest_node *nodes; /* the root first */
	double *leaves;		   /* leaf_width numbers per leaf; see forest_is_votes */
	uint32_t count, leaf_count;
};

/* Arrays and texts are malloc'ed and belong to the forest. Each output is
 *
 *     link(base + mean or sum over the trees, in their order, of the leaf's number)
 *
 * where base is 0 if it is not given. Of two classes with a logistic link a leaf has only one
 * number, for the second class; the first has what is left of 1. */
struct forest {
	char **features, **outputs; /* outputs: the classes in order; of a regression its target */
	struct forest_tree *trees;
	size_t feature_count, output_count, tree_count;
	size_t leaf_width; /* numbers per leaf and in base: forest_leaf_width */
	bool regression;   /* one output, any number; else classes, at least two */
	bool sum;	   /* of the leaves' numbers (boosted trees); else their mean */
	bool float64;	   /* values are not rounded to float 32 before they are compared */
	bool missing;	   /* a row with missing values can be scored: the sides were learnt */
	double *base;	   /* leaf_width numbers; NULL: 0 */
	enum forest_link link;
	struct scaler
		scaler; /* the model's own, one field a feature in their order; count 0: none */
	char digest[DIGEST_TEXT + 1]; /* of the file's text; set by forest_load and forest_save */
	struct forest_layout *layout; /* the trees laid out for scoring */
	const struct evaluator *evaluator;
	void *evaluator_state;
};

/* The leaf_width that follows from the outputs and the link. */
size_t forest_leaf_width(const struct forest *f);

/* A random forest for classification: a leaf's numbers are fractions, from 0 to 1, that sum to 1.
 * Else they are any finite numbers. */
bool forest_is_votes(const struct forest *f);

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

/* Scores one raw row of feature_count values (NAN: missing) into output_count numbers. Of a boosted
 * forest with huge leaves they may be infinite or NAN. */
void forest_predict(const struct forest *f, const double *row, double *ret);

/* The same for rows that stand one behind the other. */
void forest_predict_rows(const struct forest *f, const double *rows, size_t count, double *ret);

/* How rows are scored, chosen when the forest is prepared; every way gives the same bits. For tests
 * and benchmarks: names[i], NULL behind the last; the one chosen; and another by name: -ENOENT where
 * there is none, -ENOTSUP where the forest or the processor does not suit it. */
const char *forest_evaluator_name(size_t i);
const char *forest_evaluator(const struct forest *f);
int forest_choose(struct forest *f, const char *evaluator);

/* The least and greatest raw value that a feature is compared with; false where it never is. */
bool forest_range(const struct forest *f, size_t feature, double *ret_low, double *ret_high);

/* What moved a row's score. Each node is worth the mean, by left_share, of what is below it; on a row's
 * way through a tree each step's change in worth is the feature's that was compared (Saabas, 2014).
 * Summed over the trees, and divided by their number where the forest takes the mean, the
 * contributions and the roots' worth make the score before the link. Costs a plain walk. */
struct forest_explainer;
struct forest_explainer *forest_explainer_open(const struct forest *f, size_t output);
void forest_explain(const struct forest_explainer *e, const double *row, double *ret_contributions);
size_t forest_largest(const double *contributions, size_t count); /* by size, whatever its sign */
void forest_explainer_close(struct forest_explainer *e);	  /* NULL is well */

/* The place of an output or feature by name, or -1. */
int forest_output(const struct forest *f, struct str name);
int forest_feature(const struct forest *f, struct str name);

#endif
