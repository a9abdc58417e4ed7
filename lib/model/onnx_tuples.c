/* TreeEnsembleClassifier and TreeEnsembleRegressor: nodes and votes are lists of tuples, joined by
 * tree and node number. */
#include <errno.h>
#include <stdlib.h>

#include "allocate.h"
#include "onnx_trees.h"

struct tuples {
	const int64_t *trees, *ids, *features, *yes, *no, *missing;
	const double *values;
	const struct str *modes;
	size_t count;
	uint32_t *order; /* by tree, then node number */
};

static int read_tuples(const struct onnx_trees *t, struct tuples *u)
{
	const struct onnx_node *n = t->path->ensemble;
	const struct onnx_attribute *modes = onnx_find(n, "nodes_modes");
	const struct {
		const char *name;
		const int64_t **to;
	} lists[] = { { "nodes_treeids", &u->trees }, { "nodes_nodeids", &u->ids },
		{ "nodes_featureids", &u->features }, { "nodes_truenodeids", &u->yes },
		{ "nodes_falsenodeids", &u->no },
		{ "nodes_missing_value_tracks_true", &u->missing } };
	int e = 0;

	u->count = modes ? ONNX_COUNT(modes->texts, struct str) : 0;
	if (!u->count || u->count > INT32_MAX / 2)
		return onnx_trees_fail(t, "nodes_modes: expected one for each node");
	u->modes = (const struct str *)modes->texts.data;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists) && e == 0; i++)
		if (i < 5 || onnx_find(n, lists[i].name))
			e = onnx_integers(t->file, n, lists[i].name, u->count, lists[i].to);
	return e < 0 ? e : onnx_numbers(t->file, n, "nodes_values", u->count, &u->values);
}

static int compare(const struct tuples *u, int64_t tree, int64_t id, uint32_t at)
{
	if (tree != u->trees[at])
		return tree < u->trees[at] ? -1 : 1;
	return (id > u->ids[at]) - (id < u->ids[at]);
}

static int by_number(const void *a, const void *b, void *context)
{
	const struct tuples *u = context;
	uint32_t i = *(const uint32_t *)a;

	return compare(u, u->trees[i], u->ids[i], *(const uint32_t *)b);
}

static int sort_tuples(const struct onnx_trees *t, struct tuples *u)
{
	u->order = or_abort(malloc(u->count * sizeof(*u->order)));
	for (uint32_t i = 0; i < u->count; i++)
		u->order[i] = i;
	qsort_r(u->order, u->count, sizeof(*u->order), by_number, u);
	for (size_t i = 1; i < u->count; i++)
		if (!by_number(&u->order[i - 1], &u->order[i], u))
			return onnx_fail(t->file, t->path->ensemble->offset,
				"tree %lld: expected node %lld only once",
				(long long)u->trees[u->order[i]], (long long)u->ids[u->order[i]]);
	return 0;
}

static bool find_tuple(const struct tuples *u, int64_t tree, int64_t id, uint32_t *ret)
{
	size_t low = 0, high = u->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = compare(u, tree, id, u->order[middle]);
		if (c == 0) {
			*ret = u->order[middle];
			return true;
		}
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

static bool read_mode(struct str word, enum onnx_mode *ret)
{
	static const char *const words[] = { "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT",
		"BRANCH_EQ", "BRANCH_NEQ", "LEAF" };

	for (int i = ONNX_LEQ; i <= ONNX_LEAF; i++) {
		*ret = i;
		if (str_eq(word, str(words[i])))
			return true;
	}
	return false;
}

/* Notes children in is_child, so that the roots are left. */
static int place_tuple(struct onnx_trees *t, const struct tuples *u, uint32_t i, uint8_t *is_child)
{
	struct forest_node *n = ONNX_ITEM(t->nodes, struct forest_node, i);
	struct onnx_split s = { .value = u->values[i], .missing_yes = u->missing && u->missing[i] };

	if (!read_mode(u->modes[i], &s.mode))
		return onnx_fail(t->file, t->path->ensemble->offset,
			"nodes_modes[%u]: expected LEAF, BRANCH_LEQ, _LT, _GTE, _GT, _EQ or _NEQ, found "
			"\"%.*s\"",
			i, STR_ARG(u->modes[i]));
	if (s.mode == ONNX_LEAF) {
		*n = (struct forest_node){ .feature = FOREST_LEAF, .left = t->leaf_count++ };
		return 0;
	}
	if (!find_tuple(u, u->trees[i], u->yes[i], &s.yes) ||
		!find_tuple(u, u->trees[i], u->no[i], &s.no))
		return onnx_fail(t->file, t->path->ensemble->offset,
			"tree %lld, node %lld: expected children of the same tree",
			(long long)u->trees[i], (long long)u->ids[i]);
	is_child[s.yes] = is_child[s.no] = 1;
	s.feature = u->features[i] >= 0 && u->features[i] < FOREST_FEATURES_MAX
			    ? (uint32_t)u->features[i]
			    : FOREST_LEAF;
	return onnx_trees_split(t, i, &s);
}

/* A tree's root is its first node, and the only one that no node leads to. */
static int find_roots(struct onnx_trees *t, const struct tuples *u, const uint8_t *is_child)
{
	for (size_t k = 0; k < u->count; k++) {
		uint32_t i = u->order[k];
		bool first = !k || u->trees[u->order[k - 1]] != u->trees[i];
		if (first == is_child[i])
			return onnx_fail(t->file, t->path->ensemble->offset,
				"tree %lld, node %lld: expected %s", (long long)u->trees[i],
				(long long)u->ids[i],
				first ? "the root: no node leads to it"
				      : "a node that leads to it");
		if (first)
			buffer_add(&t->roots, &i, sizeof(i));
	}
	return 0;
}

static int place_tuples(struct onnx_trees *t, const struct tuples *u)
{
	uint8_t *is_child = allocate(u->count, 1);
	int e = 0;

	buffer_reserve(&t->nodes, u->count * sizeof(struct forest_node));
	t->nodes.len = u->count * sizeof(struct forest_node);
	for (uint32_t i = 0; i < u->count && e == 0; i++)
		e = place_tuple(t, u, i, is_child);
	if (e == 0)
		e = find_roots(t, u, is_child);
	free(is_child);
	return e;
}

/* Votes: lists of tuples too, "class_..." or "target_...". */
struct votes {
	const int64_t *trees, *ids, *outputs;
	const double *weights;
	size_t count;
};

static int read_votes(const struct onnx_trees *t, struct votes *v)
{
	const struct onnx_node *n = t->path->ensemble;
	bool classes = str_eq(n->kind, STR("TreeEnsembleClassifier"));
	const struct onnx_attribute *ids = onnx_find(n, classes ? "class_ids" : "target_ids");
	int e;

	v->count = ids ? ONNX_COUNT(ids->integers, int64_t) : 0;
	e = onnx_integers(t->file, n, classes ? "class_ids" : "target_ids", v->count, &v->outputs);
	if (e == 0)
		e = onnx_integers(t->file, n, classes ? "class_nodeids" : "target_nodeids",
			v->count, &v->ids);
	if (e == 0)
		e = onnx_integers(t->file, n, classes ? "class_treeids" : "target_treeids",
			v->count, &v->trees);
	if (e == 0)
		e = onnx_numbers(t->file, n, classes ? "class_weights" : "target_weights", v->count,
			&v->weights);
	return e;
}

static int add_votes(struct onnx_trees *t, const struct tuples *u, bool binary)
{
	size_t width = t->assembly->forest->leaf_width;
	struct votes v;
	uint32_t at;

	if (read_votes(t, &v) < 0)
		return -EINVAL;
	t->leaves = assemble_leaves(t->assembly, t->leaf_count);
	for (size_t i = 0; t->leaves && i < v.count; i++) {
		uint64_t output = binary ? width - 1 : (uint64_t)v.outputs[i];
		if (!find_tuple(u, v.trees[i], v.ids[i], &at) || output >= width ||
			ONNX_ITEM(t->nodes, struct forest_node, at)->feature != FOREST_LEAF)
			return onnx_fail(t->file, t->path->ensemble->offset,
				"vote %zu: expected a leaf and one of %zu classes or targets", i,
				width);
		at = ONNX_ITEM(t->nodes, struct forest_node, at)->left;
		t->leaves[at * width + output] += v.weights[i];
	}
	return t->leaves ? 0 : onnx_trees_fail(t, "expected fewer leaves times classes");
}

int onnx_tuples_read(struct onnx_trees *t, bool binary)
{
	struct tuples u = { 0 };
	int e = read_tuples(t, &u);

	if (e == 0)
		e = sort_tuples(t, &u);
	if (e == 0)
		e = place_tuples(t, &u);
	if (e == 0)
		e = add_votes(t, &u, binary);
	free(u.order);
	return e;
}
