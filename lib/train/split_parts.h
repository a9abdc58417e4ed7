/* What the files of train/split.h share. */
#ifndef DUTO_TRAIN_SPLIT_PARTS_H
#define DUTO_TRAIN_SPLIT_PARTS_H

#include <string.h>

#include "train/split.h"

enum { WORD = 64, WORDS = TRAIN_BINS / WORD };

/* The draws of a bin or a side of one output: how many, and the sum of their targets. */
struct cell {
	double sum;
	uint32_t draws;
};

struct splitter {
	const struct train_set *set;
	const struct bins *bins;
	uint32_t leaf_rows;

	/* The node at hand. */
	const struct draw *draws;
	uint32_t count;

	uint64_t used[WORDS]; /* bins in use in the histogram; none between uses, and its cells 0 */

	/* One output. */
	struct cell *cells;
	struct cell total;
	double center;	     /* of a regression: subtracted from the node's targets */
	double weight, more; /* a draw of target t weighs weight + more * t */

	/* More than two classes. */
	const double *class_weights;
	uint32_t *histogram; /* TRAIN_BINS x classes */
	uint32_t *node_counts, *left_counts;
};

/* Calls take(context, bin) for the bins in use, lowest first, and marks them as not in use. */
static inline void take_used(struct splitter *s, uint32_t bins,
	void (*take)(void *context, uint32_t bin), void *context)
{
	for (uint32_t word = 0; word * WORD < bins; word++) {
		uint64_t left = s->used[word];
		s->used[word] = 0;
		for (; left; left &= left - 1)
			take(context, word * WORD + (uint32_t)__builtin_ctzll(left));
	}
}

static inline void mark_used(struct splitter *s, uint32_t bin)
{
	s->used[bin / WORD] |= 1ull << bin % WORD;
}

bool split_number_node(struct splitter *s);
bool split_number_try(struct splitter *s, uint32_t feature, struct split *best);
void split_number_leaf(const struct splitter *s, double *ret);
bool split_classes_node(struct splitter *s);
bool split_classes_try(struct splitter *s, uint32_t feature, struct split *best);
void split_classes_leaf(const struct splitter *s, double *ret);

#endif
