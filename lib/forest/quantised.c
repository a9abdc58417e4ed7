/* Every tree from its root over nodes of 8 bytes: values and bounds are ranks (ranks.h). For
 * forests of many features, or too large for boxes.c. */
#include <stdlib.h>

#include "allocate.h"
#include "forest/evaluator.h"
#include "forest/ranks.h"

enum {
	LANES = 16,
	ROW_MAX = 256,	    /* features whose ranks stand on the stack */
	LOOKUPS_A_TREE = 2, /* so many ranks a tree are cheaper than what they save */
};

struct node {
	uint16_t rank,
		feature; /* goes to next where the value's rank is <= rank, else to next + 1 */
	uint32_t next;
};

struct quantised {
	struct node *nodes; /* as in the layout */
	struct ranks ranks;
};

static void *make(const struct forest_layout *l, bool votes)
{
	struct quantised *q;

	(void)votes;
	if (l->features > ROW_MAX || l->features > l->trees * LOOKUPS_A_TREE)
		return NULL;
	q = allocate(1, sizeof(*q));
	if (!ranks_make(&q->ranks, l)) {
		free(q);
		return NULL;
	}
	q->nodes = or_abort(malloc(l->count * sizeof(*q->nodes)));
	for (uint32_t k = 0; k < l->count; k++) {
		const struct layout_node *n = &l->nodes[k];
		uint32_t rank = layout_is_leaf(l, k)
					? UINT16_MAX
					: ranks_of(&q->ranks.features[n->feature], n->bound);
		q->nodes[k] = (struct node){ (uint16_t)rank, n->feature, n->next };
	}
	return q;
}

static uint32_t step(const struct node *nodes, uint32_t at, const uint16_t *ranks)
{
	struct node n = nodes[at];

	return n.next + (ranks[n.feature] > n.rank);
}

/* Until none moves: two steps between looks, as a leaf leads to itself. */
static void walk_lanes(const struct node *nodes, uint32_t k[LANES], const uint16_t *ranks)
{
	uint32_t moved;

	do {
		moved = 0;
#pragma GCC unroll 16
		for (int i = 0; i < LANES; i++) {
			uint32_t before = step(nodes, k[i], ranks);
			k[i] = step(nodes, before, ranks);
			moved |= before ^ k[i];
		}
	} while (moved);
}

static bool rank_row(const struct quantised *q, const double *row, uint16_t *ret)
{
	bool whole = true;

	for (size_t i = 0; i < q->ranks.count; i++) {
		ret[i] = (uint16_t)ranks_of(&q->ranks.features[i], row[i]);
		whole &= !isnan(row[i]);
	}
	return whole;
}

static void sum(const void *state, const struct forest_layout *l, const double *row, double *ret)
{
	const struct quantised *q = state;
	uint16_t ranks[ROW_MAX];

	if (!rank_row(q, row, ranks)) {
		evaluator_walk.sum(NULL, l, row, ret);
		return;
	}
	memset(ret, 0, l->width * sizeof(*ret));
	for (size_t t = 0; t < l->trees; t += LANES) {
		size_t count = l->trees - t < LANES ? l->trees - t : LANES;
		uint32_t k[LANES] = { 0 };
		memcpy(k, l->roots + t, count * sizeof(*k));
		walk_lanes(q->nodes, k, ranks);
		for (size_t i = 0; i < count; i++)
			k[i] = l->leaves[k[i]];
		layout_add(l, k, count, ret);
	}
}

static void forget(void *state)
{
	struct quantised *q = state;

	ranks_free(&q->ranks);
	free(q->nodes);
	free(q);
}

const struct evaluator evaluator_quantised = { "quantised", make, sum, forget };
