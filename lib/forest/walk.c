/* Every tree from its root, some side by side so that their cache misses overlap. Suits all. */
#include <math.h>

#include "forest/evaluator.h"

enum { LANES = 8 };

static inline uint32_t step(const struct layout_node *nodes, uint32_t k, const double *row)
{
	return nodes[k].next + !(row[nodes[k].feature] <= nodes[k].bound);
}

static void walk_lanes(const struct forest_layout *l, uint32_t k[LANES], const double *row)
{
	uint32_t moved;

	do {
		moved = 0;
		for (int i = 0; i < LANES; i++) {
			uint32_t to = step(l->nodes, k[i], row);
			moved |= to ^ k[i];
			k[i] = to;
		}
	} while (moved);
	for (int i = 0; i < LANES; i++)
		k[i] = l->leaves[k[i]];
}

static bool any_missing(const double *row, size_t n)
{
	bool missing = false;

	for (size_t i = 0; i < n; i++)
		missing |= isnan(row[i]);
	return missing;
}

static void sum(const void *state, const struct forest_layout *l, const double *row, double *ret)
{
	bool missing = any_missing(row, l->features);
	size_t t = 0;

	(void)state;
	memset(ret, 0, l->width * sizeof(*ret));
	for (; !missing && t + LANES <= l->trees; t += LANES) {
		uint32_t k[LANES];
		memcpy(k, l->roots + t, sizeof(k));
		walk_lanes(l, k, row);
		layout_add(l, k, LANES, ret);
	}
	for (; t < l->trees; t++)
		layout_add(l, &(uint32_t){ layout_leaf(l, t, row) }, 1, ret);
}

static void *make(const struct forest_layout *l, bool votes)
{
	(void)votes;
	return (void *)l;
}

static void forget(void *state)
{
	(void)state;
}

const struct evaluator evaluator_walk = { "walk", make, sum, forget };
