#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "xgboost_parts.h"

/* Where the trees stand in the file, for errors. */
#define TREE "learner.gradient_booster.model.trees[%zu]"

enum list {
	LEFT_CHILDREN,
	RIGHT_CHILDREN,
	SPLIT_INDICES,
	SPLIT_CONDITIONS,
	DEFAULT_LEFT,
	LISTS,
	SPLIT_TYPE = LISTS, /* these two may be absent */
	SUM_HESSIAN,
	ALL_LISTS,
};

static const char *const list_keys[ALL_LISTS] = {
	[LEFT_CHILDREN] = "left_children",
	[RIGHT_CHILDREN] = "right_children",
	[SPLIT_INDICES] = "split_indices",
	[SPLIT_CONDITIONS] = "split_conditions",
	[DEFAULT_LEFT] = "default_left",
	[SPLIT_TYPE] = "split_type",
	[SUM_HESSIAN] = "sum_hessian",
};

struct tree {
	const json_t *lists[ALL_LISTS];
	size_t index, count;
};

static double at(const struct tree *t, enum list list, size_t i)
{
	const json_t *v = json_array_get(t->lists[list], i);

	return json_is_number(v) ? json_number_value(v) : json_is_true(v) ? 1 : 0;
}

static int check_list(const struct xgboost *r, const struct tree *t, enum list list)
{
	size_t found = json_array_size(t->lists[list]);

	if (found != t->count || !found || found > INT32_MAX)
		return xgboost_fail(r,
			TREE ".%s: expected as many numbers as left_children has, at least 1",
			t->index, list_keys[list]);
	for (size_t i = 0; i < found; i++) {
		const json_t *v = json_array_get(t->lists[list], i);
		if (!json_is_number(v) && !json_is_boolean(v))
			return xgboost_fail(r, TREE ".%s[%zu]: expected a number", t->index,
				list_keys[list], i);
	}
	return 0;
}

static int find_lists(const struct xgboost *r, const json_t *json, struct tree *t)
{
	int e = 0;

	for (int k = 0; k < ALL_LISTS; k++)
		t->lists[k] = json_object_get(json, list_keys[k]);
	t->count = json_array_size(t->lists[LEFT_CHILDREN]);
	for (int k = 0; k < LISTS && e == 0; k++)
		e = check_list(r, t, k);
	return e;
}

/* Where several targets share trees, a leaf holds a number for each. */
static int check_width(const struct xgboost *r, const json_t *json, const struct tree *t)
{
	double width;

	if (xgboost_parameter(json_object_get(json, "tree_param"), "size_leaf_vector", &width) &&
		width > 1)
		return xgboost_fail(r,
			TREE ".tree_param.size_leaf_vector: expected one number a leaf, found %g",
			t->index, width);
	return 0;
}

static bool to_index(double v, size_t below, uint32_t *ret)
{
	if (!(v >= 0 && v < (double)below) || v != floor(v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

static int read_split(
	const struct xgboost *r, const struct tree *t, size_t i, struct forest_node *n)
{
	uint32_t feature;

	if (!to_index(at(t, LEFT_CHILDREN, i), t->count, &n->left) ||
		!to_index(at(t, RIGHT_CHILDREN, i), t->count, &n->right) ||
		!to_index(at(t, SPLIT_INDICES, i), r->assembly->forest->feature_count, &feature) ||
		at(t, SPLIT_TYPE, i) != 0)
		return xgboost_fail(r,
			TREE ": node %zu: expected children of this "
			     "tree, one of the features and a split of numbers",
			t->index, i);
	n->feature = (uint16_t)feature;
	n->threshold = assemble_below((float)at(t, SPLIT_CONDITIONS, i));
	n->missing_left = at(t, DEFAULT_LEFT, i) != 0;
	/* a node's cover: of squared errors the number of its rows */
	n->left_share = assemble_share(at(t, SUM_HESSIAN, i), at(t, SUM_HESSIAN, n->left));
	return 0;
}

/* A node without a left child is a leaf, its value in split_conditions. */
static int read_nodes(const struct xgboost *r, const struct tree *t, uint32_t class,
	struct forest_node *nodes, double *leaves)
{
	size_t width = r->assembly->forest->leaf_width;
	int e = 0;

	for (size_t i = 0; i < t->count && e == 0; i++) {
		nodes[i] = assemble_leaf((uint32_t)i);
		if (at(t, LEFT_CHILDREN, i) == -1)
			leaves[i * width + class] = (float)at(t, SPLIT_CONDITIONS, i);
		else
			e = read_split(r, t, i, &nodes[i]);
	}
	return e;
}

static int add_tree(const struct xgboost *r, const struct tree *t, uint32_t class)
{
	struct assemble_tree tree = { .copies = 1 };
	double *leaves = assemble_leaves(r->assembly, t->count);
	struct forest_node *nodes;
	const char *error;
	uint32_t node;
	int e;

	if (!leaves)
		return xgboost_fail(r, TREE ": expected fewer nodes times classes", t->index);
	nodes = or_abort(malloc(t->count * sizeof(*nodes)));
	tree.nodes = nodes;
	tree.leaves = leaves;
	tree.count = tree.leaf_count = (uint32_t)t->count;
	e = read_nodes(r, t, class, nodes, leaves);
	if (e == 0 && assemble_tree(r->assembly, &tree, &node, &error) < 0)
		e = xgboost_fail(r, TREE ": node %u: %s", t->index, node, error);
	free(nodes);
	free(leaves);
	return e;
}

static int read_tree(const struct xgboost *r, const json_t *json, const json_t *info, size_t i)
{
	struct tree t = { .index = i };
	uint32_t class;
	int e;

	if (!json_is_number(info) || !to_index(json_number_value(info), r->group, &class))
		return xgboost_fail(
			r, "learner.gradient_booster.model.tree_info[%zu]: expected a class", i);
	e = find_lists(r, json, &t);
	if (e == 0)
		e = check_width(r, json, &t);
	return e < 0 ? e : add_tree(r, &t, class);
}

int xgboost_trees(struct xgboost *r, const json_t *model)
{
	const json_t *trees = json_object_get(model, "trees");
	const json_t *info = json_object_get(model, "tree_info");
	int e = 0;

	if (!json_array_size(trees) || json_array_size(info) != json_array_size(trees))
		return xgboost_fail(r,
			"learner.gradient_booster.model: expected trees, at least 1, and tree_info, "
			"as many");
	for (size_t i = 0; i < json_array_size(trees) && e == 0; i++)
		e = read_tree(r, json_array_get(trees, i), json_array_get(info, i), i);
	return e;
}
