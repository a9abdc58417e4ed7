/* Random forests learnt from rows (Breiman 2001): each tree grows on a bootstrap sample, each split
 * is the best among a few features drawn at random, by Gini impurity of the classes or by the
 * variance of the target.
 *
 * A feature with up to TRAIN_BINS different values is split exactly. One with more is cut into as
 * many bins: its lowest and highest quarter of bins hold one value each, since what is rare shows
 * in the tails, and the rest about equal numbers of rows. A threshold lies midway between the two
 * neighbours, as scikit-learn puts it. */
#ifndef DUTO_TRAIN_H
#define DUTO_TRAIN_H

#include "forest/forest.h"

enum { TRAIN_BINS = 4096 };

/* rows x features, row after row: finite float 32, as the scorer rounds. Of a classification class
 * has each row's class; of a regression classes is 0 and measure has each row's target. */
struct train_set {
	const float *values;
	const uint16_t *class;
	const double *measure;
	size_t rows, features, classes;
};

struct train_options {
	uint32_t trees;
	uint64_t seed; /* the same seed gives the same forest, whatever the number of threads */
	uint32_t features_a_split; /* 0: of classes the square root of their number, else all */
	uint32_t depth;		   /* 0: until leaves are pure */
	uint32_t leaf_rows;	   /* a leaf has at least so many draws; at least 1 */
	bool balanced;	  /* a row weighs rows / (classes x rows of its class), so that all classes
			  weigh the same; else 1 */
	unsigned threads; /* at least 1 */
	void (*progress)(uint32_t trees); /* from the calling thread, as trees get done; or NULL */
};

/* The numbers that a leaf holds: a fraction of each class, or the mean of the target. */
static inline size_t train_outputs(const struct train_set *set)
{
	return set->classes ? set->classes : 1;
}

/* Learns a forest without names: features, outputs, digest and walk are the caller's to fill,
 * counts are set. ret_out_of_bag, where not NULL (rows x train_outputs), takes each row's mean over
 * the trees that did not draw it, NAN where there is none. 0 or -errno of starting threads. */
int train_forest(const struct train_set *set, const struct train_options *options,
	struct forest **ret, double *ret_out_of_bag);

#endif
