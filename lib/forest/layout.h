/* A forest laid out for scoring: one array of nodes, the scaler folded into the bounds. Inside
 * lib/forest. */
#ifndef DUTO_FOREST_LAYOUT_H
#define DUTO_FOREST_LAYOUT_H

#include <math.h>

#include "forest/forest.h"

/* Children stand side by side, so that the comparison is the step. A leaf leads to itself. */
struct layout_node {
	double bound; /* goes to next where the raw value is <= bound, else to next + 1 */
	uint32_t next;
	uint16_t feature;
	bool missing_left;
};

struct forest_layout {
	struct layout_node *nodes;
	uint32_t *
		leaves; /* of a leaf's node, which of all leaves it is, in the order of the trees */
	uint32_t *roots;
	double *numbers;     /* width of each leaf */
	double *left_shares; /* of the nodes */
	size_t trees, features, width;
	uint32_t count, leaf_count;
};

struct folding {
	const struct scaler *scaler;	    /* NULL: none */
	const struct scaler_field **fields; /* of the features */
	bool float64;
};

/* The greatest raw value that goes left at a threshold. */
double fold(const struct folding *f, size_t feature, double threshold);

void layout_free(struct forest_layout *l); /* NULL is well */

/* The leaf that a row comes to in a tree; values may be NAN. */
uint32_t layout_leaf(const struct forest_layout *l, size_t tree, const double *row);

static inline bool layout_is_leaf(const struct forest_layout *l, uint32_t node)
{
	return l->nodes[node].next == node;
}

/* Where a value, NAN too, goes from a node. */
static inline uint32_t layout_step(const struct layout_node *n, double v)
{
	return n->next + !(isnan(v) ? n->missing_left : v <= n->bound);
}

/* Adds the numbers of leaves, in their order, to the width sums. */
void layout_add(const struct forest_layout *l, const uint32_t *leaves, size_t count, double *sums);

#endif
