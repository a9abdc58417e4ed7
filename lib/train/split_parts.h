/* What the files of train/split.h share. */
#ifndef DUTO_TRAIN_SPLIT_PARTS_H
#define DUTO_TRAIN_SPLIT_PARTS_H

#include <string.h>

#include "train/split.h"

enum {
	WORD = 64,
	WORDS = TRAIN_BINS / WORD,
	SORTED_MAX = 32, /* so few draws are sorted; more are counted in a histogram */
	KEPT_MAX = 8,
};

/* The histograms of all features over draws start.. of a tree. */
struct kept {
	uint64_t *pairs;
	uint32_t start, count;
};

struct splitter {
	const struct train_set *set;
	const struct train_options *options;
	const struct bins *bins;
	const double *class_weights;

	/* The node at hand. */
	const struct draw *draws;
	uint32_t start, count;
	struct split_side total;

	/* A histogram's bins in use; between uses none, and all bins 0. */
	uint64_t used[WORDS];

	/* Two classes: the draws of a bin, and those of them of the second class in the high half.
	 * Of the histograms kept the last is that of the node reached next. */
	uint64_t *pairs;
	struct kept kept[KEPT_MAX];
	uint32_t kept_count;
	uint32_t *kept_at;  /* where a feature begins in them */
	uint32_t kept_bins; /* of all features together; 0: none are kept */

	/* A measured target. */
	struct split_side *sides;
	double center; /* subtracted from the node's targets */

	/* More than two classes. */
	uint32_t *counts; /* TRAIN_BINS x classes */
	uint32_t *node_counts, *left_counts;
};

/* A walk over the bins of a node with one output, in ascending order. */
struct walk {
	const struct splitter *s;
	struct split *best;
	double weight, more; /* a draw of target t weighs weight + more * t */
	uint32_t feature, bins, before;
};

/* Looks at the cut between the bin before and this one: left is what is up to there. */
void split_walk_cut(struct walk *w, uint32_t bin, struct split_side left);

/* Keys of the node's draws in the order of their bins: the bin, then the draw's place in 32 bits. */
void split_sort(const struct splitter *s, const uint16_t *codes, uint64_t keys[SORTED_MAX]);

static inline void mark_used(struct splitter *s, uint32_t bin)
{
	s->used[bin / WORD] |= 1ull << bin % WORD;
}

/* Calls take(context, bin) for the bins in use, lowest first, and marks them as not in use. */
static inline void take_used(
	struct splitter *s, uint32_t bins, void (*take)(void *context, uint32_t bin), void *context)
{
	for (uint32_t word = 0; word * WORD < bins; word++) {
		uint64_t left = s->used[word];
		s->used[word] = 0;
		for (; left; left &= left - 1)
			take(context, word * WORD + (uint32_t)__builtin_ctzll(left));
	}
}

/* How a kind of target is split: as splitter_ of the same names. total is in s already, where the
 * caller of splitter_node knew it. */
struct split_kind {
	bool (*node)(struct splitter *s, bool total_known);
	bool (*try)(struct splitter *s, uint32_t feature, struct split *best);
	void (*leaf)(struct splitter *s, double *ret);
};
extern const struct split_kind split_two, split_many, split_measure;

void split_two_open(struct splitter *s);
void split_two_close(struct splitter *s);
void split_two_hand_on(struct splitter *s, uint32_t middle, const struct split *split);

#endif
