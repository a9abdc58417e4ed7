#include "lightgbm_tree.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Splits whose zeros go their own way take three nodes that share two subtrees. */
enum { COPIES = 8 };

/* decision_type */
enum { CATEGORICAL = 1, DEFAULT_LEFT = 2, MISSING_SHIFT = 2, MISSING_NONE = 0, MISSING_ZERO = 1 };

enum { DECISIONS = 12 };

static const char *const keys[LIGHTGBM_LISTS] = {
	[SPLIT_FEATURE] = "split_feature",
	[THRESHOLD] = "threshold",
	[DECISION_TYPE] = "decision_type",
	[LEFT_CHILD] = "left_child",
	[RIGHT_CHILD] = "right_child",
	[LEAF_VALUE] = "leaf_value",
	[INTERNAL_COUNT] = "internal_count",
	[LEAF_COUNT] = "leaf_count",
};

void lightgbm_tree_begin(const struct lightgbm *r, struct lightgbm_tree *t)
{
	t->leaves = 0;
	t->line = r->line;
	for (int k = 0; k < LIGHTGBM_LISTS; k++)
		t->lists[k].len = t->lines[k] = 0;
}

void lightgbm_tree_free(struct lightgbm_tree *t)
{
	for (int k = 0; k < LIGHTGBM_LISTS; k++)
		buffer_free(&t->lists[k]);
}

static int read_list(const struct lightgbm *r, struct buffer *list)
{
	struct str rest = r->value;
	double v;

	list->len = 0;
	while (rest.len) {
		if (!lightgbm_number(lightgbm_word(&rest), &v))
			return lightgbm_fail(
				r, r->line, "%.*s: expected finite numbers", STR_ARG(r->key));
		buffer_add(list, &v, sizeof(v));
	}
	return 0;
}

int lightgbm_tree_line(struct lightgbm *r, struct lightgbm_tree *t)
{
	for (int k = 0; k < LIGHTGBM_LISTS; k++) {
		if (!lightgbm_is(r, keys[k]))
			continue;
		t->lines[k] = r->line;
		return read_list(r, &t->lists[k]);
	}
	if (lightgbm_is(r, "num_leaves"))
		return lightgbm_count(r, INT32_MAX / 4, &t->leaves);
	if (lightgbm_is(r, "num_cat") && !str_eq(r->value, STR("0")))
		return lightgbm_fail(
			r, r->line, "categorical splits: expected comparisons of numbers only");
	if (lightgbm_is(r, "is_linear") && !str_eq(r->value, STR("0")))
		return lightgbm_fail(
			r, r->line, "linear trees: expected a number in each leaf, no more");
	return 0;
}

static double at(const struct lightgbm_tree *t, enum lightgbm_list list, uint32_t i)
{
	return ((const double *)t->lists[list].data)[i];
}

/* The lists have the lengths that num_leaves asks for, which the file thereby holds. */
static int check_lists(const struct lightgbm *r, const struct lightgbm_tree *t)
{
	if (!t->leaves)
		return lightgbm_fail(r, t->line, "expected num_leaves in this tree");
	for (int k = 0; k <= LEAF_VALUE; k++) {
		size_t found = t->lists[k].len / sizeof(double);
		size_t wanted = k == LEAF_VALUE ? t->leaves : t->leaves - 1;
		if (found != wanted && (k == LEAF_VALUE || wanted))
			return lightgbm_fail(r, t->lines[k] ? t->lines[k] : t->line,
				"%s: expected %zu numbers, found %zu", keys[k], wanted, found);
	}
	return 0;
}

/* Children are splits from 0, leaves from -1 downwards: nodes here are numbered with the leaves
 * behind the splits. */
static bool child(const struct lightgbm_tree *t, enum lightgbm_list list, uint32_t i, uint32_t *ret)
{
	double v = at(t, list, i), splits = t->leaves - 1;

	if (v != floor(v) || v >= splits || v < -(double)t->leaves)
		return false;
	*ret = (uint32_t)(v < 0 ? splits - 1 - v : v);
	return true;
}

static double left_share(const struct lightgbm_tree *t, uint32_t i, uint32_t left)
{
	uint32_t splits = t->leaves - 1;

	if (t->lists[INTERNAL_COUNT].len != splits * sizeof(double) ||
		t->lists[LEAF_COUNT].len != t->leaves * sizeof(double))
		return 0.5;
	return assemble_share(at(t, INTERNAL_COUNT, i),
		left < splits ? at(t, INTERNAL_COUNT, left) : at(t, LEAF_COUNT, left - splits));
}

/* Where zeros are missing values they go to the default side, whatever the threshold: [-zero, zero]
 * is cut out of the other side, by two nodes behind this one. */
static void cut_zeros(struct buffer *nodes, uint32_t i, bool default_left)
{
	const double zero = 1e-35f, below = nextafter(-zero, -INFINITY);
	struct forest_node *n = &((struct forest_node *)nodes->data)[i];
	uint32_t next = (uint32_t)(nodes->len / sizeof(*n));
	struct forest_node first = *n, second = *n;
	uint32_t other = default_left ? n->right : n->left,
		 zeros = default_left ? n->left : n->right;

	n->missing_left = default_left;
	if (default_left ? n->threshold >= zero : n->threshold < -zero)
		return;
	if (n->threshold >= -zero && n->threshold <= zero) {
		n->threshold = default_left ? zero : below;
		return;
	}
	if (default_left)
		n->right = next;
	else
		n->left = next;
	first.threshold = below;
	first.left = other;
	first.right = next + 1;
	second.threshold = zero;
	second.left = zeros;
	second.right = other;
	buffer_add(nodes, &first, sizeof(first));
	buffer_add(nodes, &second, sizeof(second));
}

static int read_split(const struct lightgbm *r, const struct lightgbm_tree *t, uint32_t i,
	struct forest_node *ret)
{
	size_t features = r->assembly->forest->feature_count;
	double feature = at(t, SPLIT_FEATURE, i), decision = at(t, DECISION_TYPE, i);

	if (!(feature >= 0 && feature < (double)features))
		return lightgbm_fail(r, t->lines[SPLIT_FEATURE],
			"split %u: expected a feature below %zu", i, features);
	if (!(decision >= 0 && decision < DECISIONS) || (uint32_t)decision & CATEGORICAL)
		return lightgbm_fail(
			r, t->lines[DECISION_TYPE], "split %u: expected a numerical decision", i);
	if (!child(t, LEFT_CHILD, i, &ret->left) || !child(t, RIGHT_CHILD, i, &ret->right))
		return lightgbm_fail(
			r, t->lines[LEFT_CHILD], "split %u: expected children of this tree", i);
	ret->feature = (uint16_t)feature;
	ret->threshold = at(t, THRESHOLD, i);
	ret->left_share = left_share(t, i, ret->left);
	return 0;
}

/* Where nothing is missing a value that is not there counts as 0. */
static int place_split(
	const struct lightgbm *r, const struct lightgbm_tree *t, uint32_t i, struct buffer *nodes)
{
	struct forest_node *n = &((struct forest_node *)nodes->data)[i];
	uint32_t decision, missing;
	int e = read_split(r, t, i, n);

	if (e < 0)
		return e;
	decision = (uint32_t)at(t, DECISION_TYPE, i);
	missing = decision >> MISSING_SHIFT;
	r->assembly->forest->missing |= missing != MISSING_NONE;
	n->missing_left = missing == MISSING_NONE ? 0 <= n->threshold : decision & DEFAULT_LEFT;
	if (missing == MISSING_ZERO)
		cut_zeros(nodes, i, decision & DEFAULT_LEFT);
	return 0;
}

static int place_nodes(
	const struct lightgbm *r, const struct lightgbm_tree *t, struct buffer *nodes)
{
	uint32_t splits = t->leaves - 1;
	int e = 0;

	nodes->len = (splits + t->leaves) * sizeof(struct forest_node);
	for (uint32_t i = 0; i < t->leaves; i++)
		((struct forest_node *)nodes->data)[splits + i] = assemble_leaf(i);
	for (uint32_t i = 0; i < splits && e == 0; i++)
		e = place_split(r, t, i, nodes);
	return e;
}

/* A tree counts for one class only; its other numbers are 0. */
static void fill_leaves(
	const struct lightgbm *r, const struct lightgbm_tree *t, size_t class, double *leaves)
{
	size_t width = r->assembly->forest->leaf_width;

	for (uint32_t i = 0; i < t->leaves; i++)
		leaves[i * width + class] = at(t, LEAF_VALUE, i) * r->factor;
}

static int add(const struct lightgbm *r, const struct lightgbm_tree *t, const struct buffer *nodes)
{
	const struct forest *f = r->assembly->forest;
	struct assemble_tree tree = {
		.nodes = (const struct forest_node *)nodes->data,
		.count = (uint32_t)(nodes->len / sizeof(*tree.nodes)),
		.leaf_count = t->leaves,
		.copies = COPIES,
	};
	double *leaves = assemble_leaves(r->assembly, t->leaves);
	const char *error;
	uint32_t node;
	int e = 0;

	if (!leaves)
		return lightgbm_fail(r, t->line, "expected fewer leaves times classes");
	fill_leaves(r, t, f->tree_count % f->leaf_width, leaves);
	tree.leaves = leaves;
	if (assemble_tree(r->assembly, &tree, &node, &error) < 0)
		e = lightgbm_fail(r, t->line, "node %u of this tree: %s", node, error);
	free(leaves);
	return e;
}

int lightgbm_tree_finish(struct lightgbm *r, const struct lightgbm_tree *t)
{
	struct buffer nodes = { 0 };
	int e = check_lists(r, t);

	if (e < 0)
		return e;
	buffer_reserve(&nodes, (2 * (size_t)t->leaves - 1) * sizeof(struct forest_node));
	e = place_nodes(r, t, &nodes);
	if (e == 0)
		e = add(r, t, &nodes);
	buffer_free(&nodes);
	return e;
}
