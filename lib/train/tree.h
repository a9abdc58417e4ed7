/* Grows one tree of a forest at a time (train/train.h). A grower is one thread's. */
#ifndef DUTO_TRAIN_TREE_H
#define DUTO_TRAIN_TREE_H

#include "random.h"
#include "train/bins.h"

struct tree_grower;
struct tree_grower *tree_grower_open(const struct train_set *set,
	const struct train_options *options, const struct bins *bins, const double *class_weights);

/* Tree number `index` of the forest: it depends on that and the seed only. leaf, where not NULL, is
 * called for each leaf with its numbers and the rows not drawn that fall into it. */
void tree_grow(struct tree_grower *g, size_t index, struct forest_tree *ret,
	void (*leaf)(void *context, const double *numbers, const uint32_t *rows, uint32_t count),
	void *context);
void tree_grower_close(struct tree_grower *g);

/* The bootstrap sample of a tree, as often as asked: how often each row is drawn. r is left where
 * the tree's other draws begin. */
void tree_bootstrap(
	struct random *r, uint64_t seed, size_t index, uint16_t *ret_drawn, size_t rows);

#endif
