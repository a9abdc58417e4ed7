#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "forest/layout.h"

struct forest_explainer {
	const struct forest_layout *layout;
	double *worth; /* of each node */
	double scale;
};

/* Children stand behind their parent. */
static void weigh(struct forest_explainer *e, size_t number)
{
	const struct forest_layout *l = e->layout;

	for (uint32_t k = l->count; k-- > 0;) {
		uint32_t next = l->nodes[k].next;
		double share = l->left_shares[k];
		e->worth[k] = layout_is_leaf(l, k)
				      ? l->numbers[l->leaves[k] * l->width + number]
				      : share * e->worth[next] + (1 - share) * e->worth[next + 1];
	}
}

struct forest_explainer *forest_explainer_open(const struct forest *f, size_t output)
{
	struct forest_explainer *e = malloc(sizeof(*e));
	bool other = f->leaf_width < f->output_count; /* one number, for the second of two */

	if (!e)
		abort();
	e->layout = f->layout;
	e->scale = f->sum ? 1 : 1 / (double)f->tree_count;
	if (other && output == 0)
		e->scale = -e->scale;
	e->worth = or_abort(malloc(f->layout->count * sizeof(*e->worth)));
	weigh(e, other ? 0 : output);
	return e;
}

static void explain_tree(
	const struct forest_explainer *e, uint32_t k, const double *row, double *to)
{
	const struct layout_node *nodes = e->layout->nodes;

	while (!layout_is_leaf(e->layout, k)) {
		const struct layout_node *n = &nodes[k];
		uint32_t next = layout_step(n, row[n->feature]);
		to[n->feature] += e->worth[next] - e->worth[k];
		k = next;
	}
}

void forest_explain(const struct forest_explainer *e, const double *row, double *ret)
{
	const struct forest_layout *l = e->layout;

	memset(ret, 0, l->features * sizeof(*ret));
	for (size_t t = 0; t < l->trees; t++)
		explain_tree(e, l->roots[t], row, ret);
	for (size_t i = 0; i < l->features; i++)
		ret[i] *= e->scale;
}

size_t forest_largest(const double *contributions, size_t count)
{
	size_t largest = 0;

	for (size_t i = 1; i < count; i++)
		if (fabs(contributions[i]) > fabs(contributions[largest]))
			largest = i;
	return largest;
}

void forest_explainer_close(struct forest_explainer *e)
{
	if (e)
		free(e->worth);
	free(e);
}
