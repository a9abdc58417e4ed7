/* A forest as the one node of an ONNX graph. Field numbers are those of onnx.proto. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "forest/layout.h"
#include "onnx_write_parts.h"

/* AttributeProto.AttributeType */
enum { TYPE_FLOATS = 6, TYPE_INTS = 7, TYPE_STRINGS = 8, TYPE_STRING = 3, TYPE_INT = 2 };

/* The lists of a tree ensemble, as they grow: each holds the repeated fields of one attribute. */
struct lists {
	struct buffer trees, ids, features, values, modes, yes, no, missing;
	struct buffer vote_trees, vote_ids, vote_outputs, vote_weights;
	bool any_missing; /* goes left */
};

static float bounded(float v)
{
	return v > FLT_MAX ? FLT_MAX : v < -FLT_MAX ? -FLT_MAX : v;
}

/* As float 32: rounded down, so that float 32 values go the same way. */
static float threshold(double bound)
{
	float v = (float)bound;

	return bounded(v > bound ? nextafterf(v, -INFINITY) : v);
}

float onnx_weight(const struct forest *f, double number)
{
	double share = f->sum || f->regression ? 1 : (double)f->tree_count;

	return bounded((float)(number / share));
}

static void add_int(struct buffer *list, int64_t v)
{
	protobuf_add_integer(list, 8, v);
}

static void add_node(struct lists *l, uint32_t tree, uint32_t id, const struct layout_node *n,
	bool leaf, uint32_t first)
{
	add_int(&l->trees, tree);
	add_int(&l->ids, id);
	add_int(&l->features, leaf ? 0 : n->feature);
	protobuf_add_float(&l->values, 7, leaf ? 0 : threshold(n->bound));
	protobuf_add_bytes(&l->modes, 9, leaf ? STR("LEAF") : STR("BRANCH_LEQ"));
	add_int(&l->yes, leaf ? 0 : n->next - first);
	add_int(&l->no, leaf ? 0 : n->next + 1 - first);
	add_int(&l->missing, !leaf && n->missing_left);
	l->any_missing |= !leaf && n->missing_left;
}

static void add_votes(
	struct lists *l, const struct forest *f, uint32_t tree, uint32_t id, const double *numbers)
{
	for (size_t k = 0; k < f->leaf_width; k++) {
		add_int(&l->vote_trees, tree);
		add_int(&l->vote_ids, id);
		add_int(&l->vote_outputs, (int64_t)k);
		protobuf_add_float(&l->vote_weights, 7, onnx_weight(f, numbers[k]));
	}
}

/* Takes the thresholds as they are laid out for raw values: the scaler is folded in. */
static void add_trees(struct lists *l, const struct forest *f)
{
	const struct forest_layout *y = f->layout;

	for (uint32_t t = 0; t < f->tree_count; t++) {
		uint32_t first = y->roots[t],
			 end = t + 1 < f->tree_count ? y->roots[t + 1] : y->count;
		for (uint32_t i = first; i < end; i++) {
			bool leaf = layout_is_leaf(y, i);
			add_node(l, t, i - first, &y->nodes[i], leaf, first);
			if (leaf)
				add_votes(l, f, t, i - first, y->numbers + y->leaves[i] * y->width);
		}
	}
}

/* AttributeProto in NodeProto. */
static void add_attribute(
	struct buffer *node, const char *name, int type, const struct buffer *values)
{
	struct buffer a = { 0 };

	protobuf_add_bytes(&a, 1, str(name));
	buffer_add_str(&a, buffer_str(values));
	protobuf_add_integer(&a, 20, type);
	protobuf_add_bytes(node, 5, buffer_str(&a));
	buffer_free(&a);
}

static void add_word(struct buffer *node, const char *name, const char *word)
{
	struct buffer v = { 0 };

	protobuf_add_bytes(&v, 4, str(word));
	add_attribute(node, name, TYPE_STRING, &v);
	buffer_free(&v);
}

/* A class that is an integer as one, where all are. */
static bool integer_of(const char *text, int64_t *ret)
{
	char back[24], *end;

	*ret = strtoll(text, &end, 10);
	snprintf(back, sizeof(back), "%lld", (long long)*ret);
	return strcmp(back, text) == 0;
}

bool onnx_classes_are_integers(const struct forest *f)
{
	int64_t v;

	for (size_t i = 0; i < f->output_count; i++)
		if (!integer_of(f->outputs[i], &v))
			return false;
	return true;
}

static void add_labels(struct buffer *node, const struct forest *f)
{
	bool integers = onnx_classes_are_integers(f);
	struct buffer v = { 0 };
	int64_t number;

	for (size_t i = 0; i < f->output_count; i++) {
		if (integers && integer_of(f->outputs[i], &number))
			add_int(&v, number);
		else
			protobuf_add_bytes(&v, 9, str(f->outputs[i]));
	}
	add_attribute(node, integers ? "classlabels_int64s" : "classlabels_strings",
		integers ? TYPE_INTS : TYPE_STRINGS, &v);
	buffer_free(&v);
}

static bool has_base(const struct forest *f)
{
	for (size_t k = 0; f->base && k < f->leaf_width; k++)
		if (f->base[k] != 0)
			return true;
	return false;
}

static void add_base(struct buffer *node, const struct forest *f)
{
	struct buffer v = { 0 };

	if (!has_base(f))
		return;
	for (size_t k = 0; k < f->leaf_width; k++)
		protobuf_add_float(&v, 7, bounded((float)f->base[k]));
	add_attribute(node, "base_values", TYPE_FLOATS, &v);
	buffer_free(&v);
}

static void add_targets(struct buffer *node, const struct forest *f)
{
	struct buffer one = { 0 };

	protobuf_add_integer(&one, 3, 1);
	add_attribute(node, "n_targets", TYPE_INT, &one);
	add_word(node, "aggregate_function", f->sum ? "SUM" : "AVERAGE");
	buffer_free(&one);
}

static void add_lists(struct buffer *node, const struct forest *f, struct lists *l)
{
	const struct {
		const char *name;
		int type;
		struct buffer *list;
	} nodes[] = {
		{ "nodes_treeids", TYPE_INTS, &l->trees },
		{ "nodes_nodeids", TYPE_INTS, &l->ids },
		{ "nodes_featureids", TYPE_INTS, &l->features },
		{ "nodes_values", TYPE_FLOATS, &l->values },
		{ "nodes_modes", TYPE_STRINGS, &l->modes },
		{ "nodes_truenodeids", TYPE_INTS, &l->yes },
		{ "nodes_falsenodeids", TYPE_INTS, &l->no },
		{ "nodes_missing_value_tracks_true", TYPE_INTS, &l->missing },
		{ f->regression ? "target_treeids" : "class_treeids", TYPE_INTS, &l->vote_trees },
		{ f->regression ? "target_nodeids" : "class_nodeids", TYPE_INTS, &l->vote_ids },
		{ f->regression ? "target_ids" : "class_ids", TYPE_INTS, &l->vote_outputs },
		{ f->regression ? "target_weights" : "class_weights", TYPE_FLOATS,
			&l->vote_weights },
	};

	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++) {
		if (nodes[i].list != &l->missing || (f->missing && l->any_missing))
			add_attribute(node, nodes[i].name, nodes[i].type, nodes[i].list);
		buffer_free(nodes[i].list);
	}
}

void onnx_write_ensemble(const struct forest *f, struct buffer *graph)
{
	static const char *const links[] = { "NONE", "LOGISTIC", "SOFTMAX" };
	struct buffer node = { 0 };
	struct lists lists = { 0 };

	protobuf_add_bytes(&node, 1, STR("features"));
	if (!f->regression)
		protobuf_add_bytes(&node, 2, STR("label"));
	protobuf_add_bytes(&node, 2, f->regression ? STR("prediction") : STR("probabilities"));
	protobuf_add_bytes(&node, 3, STR("forest"));
	protobuf_add_bytes(&node, 4,
		f->regression ? STR("TreeEnsembleRegressor") : STR("TreeEnsembleClassifier"));
	protobuf_add_bytes(&node, 7, STR("ai.onnx.ml"));
	add_word(&node, "post_transform", links[f->link]);
	if (f->regression)
		add_targets(&node, f);
	else
		add_labels(&node, f);
	add_base(&node, f);
	add_trees(&lists, f);
	add_lists(&node, f, &lists);
	protobuf_add_bytes(graph, 1, buffer_str(&node));
	buffer_free(&node);
}
