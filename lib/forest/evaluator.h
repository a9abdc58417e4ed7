/* Ways to find the leaves that a row comes to. All give the same sums to the last bit; which one is
 * fastest depends on the forest's shape and size, and on the processor. Inside lib/forest. */
#ifndef DUTO_FOREST_EVALUATOR_H
#define DUTO_FOREST_EVALUATOR_H

#include "forest/layout.h"

struct evaluator {
	const char *name;
	/* NULL where the forest or the processor does not suit it. votes: each leaf's numbers are
	 * one 1 and else 0. */
	void *(*make)(const struct forest_layout *l, bool votes);
	/* The width sums of the leaves' numbers over all trees, in their order. */
	void (*sum)(
		const void *state, const struct forest_layout *l, const double *row, double *ret);
	void (*free)(void *state);
};

extern const struct evaluator evaluator_walk, evaluator_quantised, evaluator_boxes;
#ifdef __x86_64__
extern const struct evaluator evaluator_boxes_avx2, evaluator_boxes_avx512;
#endif

/* The first of all that suits the forest. */
void evaluator_choose(struct forest *f);
void evaluator_drop(struct forest *f);

#endif
