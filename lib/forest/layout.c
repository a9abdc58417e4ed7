#include "forest/layout.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "forest/evaluator.h"

void layout_free(struct forest_layout *l)
{
	if (!l)
		return;
	free(l->nodes);
	free(l->leaves);
	free(l->roots);
	free(l->numbers);
	free(l->left_shares);
	free(l);
}

/* Which field of the scaler is which feature; NULL where there is no scaler. */
static int match(const struct forest *f, const struct scaler *s, const char *const *names,
	const struct scaler_field ***ret, const char **ret_missing)
{
	const struct scaler_field **fields = allocate(f->feature_count, sizeof(*fields));
	for (size_t i = 0; s && i < f->feature_count; i++) {
		const char *name = names ? names[i] : f->features[i];
		int at = scaler_find(s, str(name));
		if (at < 0) {
			*ret_missing = name;
			free(fields);
			return -ENOENT;
		}
		fields[i] = &s->fields[at];
	}
	*ret = fields;
	return 0;
}

struct work {
	struct forest_layout *layout;
	struct folding folding;
	uint32_t *places; /* where a tree's nodes went */
};

static void lay_node(struct work *w, const struct forest_node *n, uint32_t i)
{
	struct forest_layout *l = w->layout;
	uint32_t at = w->places[i];

	if (n->feature == FOREST_LEAF) {
		l->nodes[at] =
			(struct layout_node){ .bound = INFINITY, .next = at, .missing_left = true };
		l->leaves[at] = l->leaf_count + n->left;
		return;
	}
	l->nodes[at] = (struct layout_node){
		.bound = fold(&w->folding, n->feature, n->threshold),
		.next = l->count,
		.feature = n->feature,
		.missing_left = n->missing_left,
	};
	l->left_shares[at] = n->left_share;
	w->places[n->left] = l->count++;
	w->places[n->right] = l->count++;
}

/* Children stand behind their parent, so one pass has placed each node before it comes to it. */
static void lay_tree(struct work *w, const struct forest_tree *t)
{
	struct forest_layout *l = w->layout;

	w->places[0] = l->count++;
	for (uint32_t i = 0; i < t->count; i++)
		lay_node(w, &t->nodes[i], i);
	memcpy(l->numbers + l->leaf_count * l->width, t->leaves,
		t->leaf_count * l->width * sizeof(double));
	l->leaf_count += t->leaf_count;
}

static struct forest_layout *make_layout(const struct forest *f, size_t *ret_longest)
{
	struct forest_layout *l = calloc(1, sizeof(*l));
	size_t nodes = 0, leaves = 0, longest = 0;

	for (size_t i = 0; i < f->tree_count; i++) {
		nodes += f->trees[i].count;
		leaves += f->trees[i].leaf_count;
		longest = f->trees[i].count > longest ? f->trees[i].count : longest;
	}
	if (!l)
		abort();
	l->trees = f->tree_count;
	l->features = f->feature_count;
	l->width = f->leaf_width;
	l->nodes = or_abort(malloc(nodes * sizeof(*l->nodes)));
	l->leaves = allocate(nodes, sizeof(*l->leaves));
	l->left_shares = allocate(nodes, sizeof(*l->left_shares));
	l->roots = or_abort(malloc(f->tree_count * sizeof(*l->roots)));
	l->numbers = or_abort(malloc(leaves * f->leaf_width * sizeof(*l->numbers)));
	*ret_longest = longest;
	return l;
}

static struct forest_layout *lay_out(const struct forest *f, const struct folding *folding)
{
	size_t longest;
	struct work w = { make_layout(f, &longest), *folding, NULL };

	w.places = or_abort(malloc(longest * sizeof(*w.places)));
	for (size_t i = 0; i < f->tree_count; i++) {
		w.layout->roots[i] = w.layout->count;
		lay_tree(&w, &f->trees[i]);
	}
	free(w.places);
	return w.layout;
}

int forest_prepare(struct forest *f, const struct scaler *s, const char *const *names,
	const char **ret_missing)
{
	struct folding folding = {
		.scaler = f->scaler.count ? &f->scaler : s,
		.float64 = f->float64,
	};
	int r;

	if (s && f->scaler.count)
		return -EEXIST;
	r = match(f, folding.scaler, names, &folding.fields, ret_missing);
	if (r < 0)
		return r;
	evaluator_drop(f);
	layout_free(f->layout);
	f->layout = lay_out(f, &folding);
	free(folding.fields);
	evaluator_choose(f);
	return 0;
}

uint32_t layout_leaf(const struct forest_layout *l, size_t tree, const double *row)
{
	uint32_t k = l->roots[tree];

	while (!layout_is_leaf(l, k))
		k = layout_step(&l->nodes[k], row[l->nodes[k].feature]);
	return l->leaves[k];
}

/* One number, or two, stay in registers. */
static void add_pairs(const struct forest_layout *l, const uint32_t *leaves, size_t n, double *sums)
{
	double first = sums[0], second = sums[1];

	for (size_t i = 0; i < n; i++) {
		first += l->numbers[leaves[i] * (size_t)2];
		second += l->numbers[leaves[i] * (size_t)2 + 1];
	}
	sums[0] = first;
	sums[1] = second;
}

void layout_add(const struct forest_layout *l, const uint32_t *leaves, size_t count, double *sums)
{
	if (l->width == 2) {
		add_pairs(l, leaves, count, sums);
		return;
	}
	for (size_t i = 0; i < count; i++)
		for (size_t c = 0; c < l->width; c++)
			sums[c] += l->numbers[leaves[i] * l->width + c];
}

bool forest_range(const struct forest *f, size_t feature, double *ret_low, double *ret_high)
{
	double low = INFINITY, high = -INFINITY;

	for (uint32_t k = 0; k < f->layout->count; k++) {
		const struct layout_node *n = &f->layout->nodes[k];
		if (layout_is_leaf(f->layout, k) || n->feature != feature)
			continue;
		low = fmin(low, n->bound);
		high = fmax(high, n->bound);
	}
	if (low > high)
		return false;
	*ret_low = low;
	*ret_high = high;
	return true;
}
