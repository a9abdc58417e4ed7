/* What lib/forest/boxes.c, boxes_place.c and boxes_cluster.c share while a table is made. */
#ifndef DUTO_FOREST_BOXES_PARTS_H
#define DUTO_FOREST_BOXES_PARTS_H

#include "forest/boxes.h"

/* What leads to a node: ranks from <= r < to, and a missing value or not. */
struct range {
	uint16_t from, to;
	bool missing;
};

struct builder {
	const struct forest_layout *layout;
	struct boxes *boxes;
	struct range *ranges; /* feature_count for each node */
	uint32_t *nodes;      /* the leaf of each bit; LEAFLESS: none */
	uint32_t *roots;      /* the tree of each node */
	size_t bit_count, bitmap_count;
};

enum { LEAFLESS = UINT32_MAX };

void *boxes_allocate(size_t n, size_t size); /* zeroed; n may be 0 */

/* The ranges of all nodes. */
void boxes_find_ranges(struct builder *w);

/* Which leaf has which bit. */
void boxes_place_leaves(struct builder *w);

/* Brings n leaves, whole chunks, into an order in which those of a chunk lie near to one another, and
 * in a chunk stand in the order of the trees, which spreads a row's bits. */
void boxes_cluster(const struct builder *w, uint32_t *nodes, size_t n);

#endif
