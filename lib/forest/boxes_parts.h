/* What lib/forest/boxes.c and boxes_place.c share while a table is made. */
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

/* Which leaf has which bit: those near to one another in the same chunk. */
void boxes_place_leaves(struct builder *w);

#endif
