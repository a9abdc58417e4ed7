/* TreeEnsemble (ai.onnx.ml 5): splits and leaves in two lists, children by their places in them. */
#include <errno.h>

#include "onnx_trees.h"

struct indexed {
	const int64_t *features, *yes, *no, *yes_leaf, *no_leaf, *modes, *missing, *roots;
	const double *splits;
	size_t count;
};

static int read_lists(const struct onnx_trees *t, struct indexed *x)
{
	const struct onnx_node *n = t->path->ensemble;
	const struct {
		const char *name;
		const int64_t **to;
	} lists[] = { { "nodes_featureids", &x->features }, { "nodes_truenodeids", &x->yes },
		{ "nodes_falsenodeids", &x->no }, { "nodes_trueleafs", &x->yes_leaf },
		{ "nodes_falseleafs", &x->no_leaf }, { "nodes_modes", &x->modes },
		{ "nodes_missing_value_tracks_true", &x->missing } };
	const struct onnx_attribute *modes = onnx_find(n, "nodes_modes");
	int e = 0;

	x->count = modes ? ONNX_COUNT(modes->integers, int64_t) : 0;
	if (!x->count || x->count > INT32_MAX / 4)
		return onnx_trees_fail(t, "nodes_modes: expected one for each node");
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists) && e == 0; i++)
		if (i < 6 || onnx_find(n, lists[i].name))
			e = onnx_integers(t->file, n, lists[i].name, x->count, lists[i].to);
	if (e == 0)
		e = onnx_integers(t->file, n, "tree_roots", SIZE_MAX, &x->roots);
	return e < 0 ? e : onnx_numbers(t->file, n, "nodes_splits", x->count, &x->splits);
}

static int read_leaves(struct onnx_trees *t)
{
	const struct onnx_node *n = t->path->ensemble;
	const struct onnx_attribute *a = onnx_find(n, "leaf_targetids");
	size_t width = t->assembly->forest->leaf_width;
	size_t count = a ? ONNX_COUNT(a->integers, int64_t) : 0;
	const int64_t *targets;
	const double *weights;

	if (count > INT32_MAX / 4 ||
		onnx_integers(t->file, n, "leaf_targetids", count, &targets) < 0 ||
		onnx_numbers(t->file, n, "leaf_weights", count, &weights) < 0)
		return count > INT32_MAX / 4 ? onnx_trees_fail(t, "expected fewer leaves")
					     : -EINVAL;
	t->leaf_count = (uint32_t)count;
	t->leaves = assemble_leaves(t->assembly, count);
	if (!t->leaves)
		return onnx_trees_fail(t, "expected fewer leaves times targets");
	for (size_t i = 0; i < count; i++) {
		if (targets[i] < 0 || targets[i] >= (int64_t)width)
			return onnx_trees_fail(
				t, "leaf_targetids: expected targets below n_targets");
		t->leaves[i * width + (size_t)targets[i]] = weights[i];
	}
	return 0;
}

/* Leaves stand behind the splits. */
static bool place(
	const struct onnx_trees *t, const struct indexed *x, int64_t id, bool leaf, uint32_t *ret)
{
	if (id < 0 || id >= (leaf ? (int64_t)t->leaf_count : (int64_t)x->count))
		return false;
	*ret = (uint32_t)(leaf ? (int64_t)x->count + id : id);
	return true;
}

static int place_split(struct onnx_trees *t, const struct indexed *x, uint32_t i)
{
	struct onnx_split s = {
		.mode = (enum onnx_mode)x->modes[i],
		.value = x->splits[i],
		.missing_yes = x->missing && x->missing[i],
	};

	if (x->modes[i] < ONNX_LEQ || x->modes[i] > ONNX_NEQ)
		return onnx_trees_fail(
			t, x->modes[i] == ONNX_LEAF
				   ? "nodes_modes: BRANCH_MEMBER: Duto compares numbers only"
				   : "nodes_modes: expected 0 to 5");
	if (!place(t, x, x->yes[i], x->yes_leaf[i], &s.yes) ||
		!place(t, x, x->no[i], x->no_leaf[i], &s.no))
		return onnx_trees_fail(
			t, "nodes_truenodeids, nodes_falsenodeids: expected nodes or leaves");
	s.feature = x->features[i] >= 0 && x->features[i] < FOREST_FEATURES_MAX
			    ? (uint32_t)x->features[i]
			    : FOREST_LEAF;
	return onnx_trees_split(t, i, &s);
}

static int add_roots(struct onnx_trees *t, const struct indexed *x)
{
	const struct onnx_attribute *a = onnx_find(t->path->ensemble, "tree_roots");

	for (size_t i = 0; i < ONNX_COUNT(a->integers, int64_t); i++) {
		uint32_t root;
		if (!place(t, x, x->roots[i], false, &root))
			return onnx_trees_fail(t, "tree_roots: expected nodes");
		buffer_add(&t->roots, &root, sizeof(root));
	}
	return 0;
}

int onnx_indexed_read(struct onnx_trees *t)
{
	struct indexed x = { 0 };
	int e = read_lists(t, &x);

	if (e == 0)
		e = read_leaves(t);
	if (e < 0)
		return e;
	buffer_reserve(&t->nodes, (x.count + t->leaf_count) * sizeof(struct forest_node));
	t->nodes.len = (x.count + t->leaf_count) * sizeof(struct forest_node);
	for (uint32_t i = 0; i < t->leaf_count; i++)
		*ONNX_ITEM(t->nodes, struct forest_node, x.count + i) =
			(struct forest_node){ .feature = FOREST_LEAF, .left = i };
	for (uint32_t i = 0; i < x.count && e == 0; i++)
		e = place_split(t, &x, i);
	return e < 0 ? e : add_roots(t, &x);
}
