/* Grows one tree of a forest at a time (lib/train.h). A grower is one thread's. */
#ifndef DUTO_TREE_H
#define DUTO_TREE_H

#include "bins.h"

struct tree_grower;
struct tree_grower *tree_grower_open(const struct train_set *set,
	const struct train_options *options, const struct bins *bins, const double *class_weights);

/* Tree number `index` of the forest: it depends on that and the seed only. */
void tree_grow(struct tree_grower *g, size_t index, struct forest_tree *ret);

/* How often the last tree drew each row. */
const uint16_t *tree_drawn(const struct tree_grower *g);
void tree_grower_close(struct tree_grower *g);

#endif
