/* The best cut of one feature of a node, for the trainer (train/train.h).
 *
 * What is wanted is the greatest sum over both sides of S^2 / W, summed over the outputs: W is the
 * weight of a side's draws, S their weighted target (of classes, the weight of the class). The
 * greater it is, the lower are Gini impurity or variance. Two classes are one output, 0 or 1, with
 * the same order of cuts. */
#ifndef DUTO_TRAIN_SPLIT_H
#define DUTO_TRAIN_SPLIT_H

#include "train/bins.h"

/* A row drawn into a tree. */
struct draw {
	uint32_t row;
	uint16_t times;
	uint16_t class; /* 0 in a regression */
};

/* The draws on one side of a cut, and the sum of their targets. */
struct split_side {
	double sum;
	uint32_t draws;
};

/* A cut: bins up to low go left, from high on right; no draw of the node is between. */
struct split {
	double gain;
	uint32_t feature, low, high;
	struct split_side left;
};

struct splitter;
struct splitter *splitter_open(const struct train_set *set, const struct train_options *options,
	const struct bins *bins, const double *class_weights);
void splitter_close(struct splitter *s);

/* Turns to the node of draws[start..end) of a tree. total, where not NULL, is what is known of it:
 * what its parent's split said of the left side, or left over for the right one. Returns whether
 * its targets differ, so that it may be split. */
bool splitter_node(struct splitter *s, const struct draw *draws, uint32_t start, uint32_t end,
	const struct split_side *total);

/* Improves best by the cuts of one feature. Returns false where its values are all in one bin. */
bool splitter_try(struct splitter *s, uint32_t feature, struct split *best);

/* What a leaf of the node says: train_outputs numbers. */
void splitter_leaf(struct splitter *s, double *ret);

/* The node was parted by a split: draws[middle..) are on the right now. */
void splitter_parted(struct splitter *s, uint32_t middle, const struct split *split);
struct split_side splitter_right(const struct splitter *s, const struct split *split);

#endif
