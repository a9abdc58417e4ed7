#include "onnx_trees.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

/* EQ and NEQ become two splits that share a subtree. */
enum { COPIES = 8 };

int onnx_trees_fail(const struct onnx_trees *t, const char *what)
{
	return onnx_fail(t->file, t->path->ensemble->offset, "%.*s: %s",
		STR_ARG(t->path->ensemble->kind), what);
}

static int wrong_count(const struct onnx_file *o, const struct onnx_node *n, const char *name,
	size_t found, size_t count)
{
	return onnx_fail(o, n->offset, "%.*s: %s: expected %zu values, found %zu", STR_ARG(n->kind),
		name, count == SIZE_MAX ? 1 : count, found);
}

int onnx_integers(const struct onnx_file *o, const struct onnx_node *n, const char *name,
	size_t count, const int64_t **ret)
{
	const struct onnx_attribute *a = onnx_find(n, name);
	size_t found = a ? ONNX_COUNT(a->integers, int64_t) : 0;

	if (!found || (count != SIZE_MAX && found != count))
		return wrong_count(o, n, name, found, count);
	*ret = (const int64_t *)a->integers.data;
	return 0;
}

int onnx_numbers(const struct onnx_file *o, const struct onnx_node *n, const char *name,
	size_t count, const double **ret)
{
	char tensor[64];
	const struct onnx_attribute *a = onnx_find(n, name);
	size_t found;

	if (!a || !a->numbers.len) {
		snprintf(tensor, sizeof(tensor), "%s_as_tensor", name);
		a = onnx_find(n, tensor);
	}
	found = a ? ONNX_COUNT(a->numbers, double) : 0;
	if (!found || (count != SIZE_MAX && found != count))
		return wrong_count(o, n, name, found, count);
	*ret = (const double *)a->numbers.data;
	return 0;
}

/* Scalers: (x - offset) * scale in float 32, which is monotone, so that "scaled <= threshold" is
 * "x <= bound" for the greatest float 32 of which it holds; or, where scale is below 0, the other
 * way round. */

static int scaler_numbers(const struct onnx_trees *t, const struct onnx_node *n, uint32_t feature,
	float *ret_offset, float *ret_scale)
{
	const char *const names[] = { "offset", "scale" };
	float *const to[] = { ret_offset, ret_scale };

	for (int k = 0; k < 2; k++) {
		const struct onnx_attribute *a = onnx_find(n, names[k]);
		size_t count = a ? ONNX_COUNT(a->numbers, double) : 0;
		if (count != 1 && count != t->assembly->forest->feature_count)
			return wrong_count(
				t->file, n, names[k], count, t->assembly->forest->feature_count);
		*to[k] = (float)*ONNX_ITEM(a->numbers, double, count == 1 ? 0 : feature);
	}
	if (!isfinite(*ret_offset) || !isfinite(*ret_scale) || *ret_scale == 0)
		return onnx_fail(t->file, n->offset,
			"Scaler: feature %u: expected a finite offset, and a finite scale other than 0",
			feature);
	return 0;
}

struct scaling {
	float offset[ONNX_SCALERS_MAX], scale[ONNX_SCALERS_MAX];
	size_t count;
};

static float scale(const struct scaling *s, float x)
{
	for (size_t i = s->count; i-- > 0;)
		x = (x - s->offset[i]) * s->scale[i];
	return x;
}

/* The float 32 values in their order as integers, and back. */
static float ordered(int32_t key)
{
	uint32_t bits = key < 0 ? (uint32_t)INT32_MIN - (uint32_t)key : (uint32_t)key;
	float v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static int32_t order_of(float v)
{
	int32_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits < 0 ? INT32_MIN - bits : bits;
}

static int fold_scalers(const struct onnx_trees *t, struct forest_node *n)
{
	struct scaling s = { .count = t->path->scaler_count };
	int64_t low = order_of(-INFINITY), high = order_of(INFINITY);
	bool falling = false;

	for (size_t i = 0; i < s.count; i++) {
		int e = scaler_numbers(
			t, t->path->scalers[i], n->feature, &s.offset[i], &s.scale[i]);
		if (e < 0)
			return e;
		falling ^= s.scale[i] < 0;
	}
	while (low + 1 < high) {
		int64_t middle = (low + high) / 2;
		if ((scale(&s, ordered((int32_t)middle)) <= n->threshold) != falling)
			low = middle;
		else
			high = middle;
	}
	n->threshold = ordered((int32_t)low);
	if (falling) {
		uint32_t left = n->left;
		n->left = n->right;
		n->right = left;
		n->missing_left = !n->missing_left;
	}
	return 0;
}

static struct forest_node *node_at(const struct onnx_trees *t, uint32_t i)
{
	return ONNX_ITEM(t->nodes, struct forest_node, i);
}

static int put(struct onnx_trees *t, uint32_t at, struct forest_node n)
{
	int e = t->path->scaler_count ? fold_scalers(t, &n) : 0;

	*node_at(t, at) = n;
	return e;
}

/* x == value: below it no, else where it is <= value yes. */
static int put_equal(struct onnx_trees *t, uint32_t at, const struct onnx_split *s)
{
	uint32_t second = (uint32_t)ONNX_COUNT(t->nodes, struct forest_node);
	bool equal = s->mode == ONNX_EQ;
	uint32_t same = equal ? s->yes : s->no, other = equal ? s->no : s->yes;
	bool missing_other = s->missing_yes != equal;
	struct forest_node n = { .threshold = s->value,
		.left_share = 0.5,
		.left = same,
		.right = other,
		.feature = (uint16_t)s->feature,
		.missing_left = true };
	int e;

	buffer_add(&t->nodes, &n, sizeof(n));
	e = put(t, second, n);
	n.threshold = assemble_below(s->value);
	n.left = other;
	n.right = second;
	n.missing_left = missing_other;
	return e < 0 ? e : put(t, at, n);
}

int onnx_trees_split(struct onnx_trees *t, uint32_t at, const struct onnx_split *s)
{
	bool yes_left = s->mode == ONNX_LEQ || s->mode == ONNX_LT;
	bool open = s->mode == ONNX_LT || s->mode == ONNX_GTE;
	struct forest_node n = { .left_share = 0.5, .feature = (uint16_t)s->feature };

	if (s->feature >= t->assembly->forest->feature_count || !isfinite(s->value))
		return onnx_fail(t->file, t->path->ensemble->offset,
			"split %u: expected a feature from 0 to %zu and a finite value", at,
			t->assembly->forest->feature_count - 1);
	if (s->mode == ONNX_EQ || s->mode == ONNX_NEQ)
		return put_equal(t, at, s);
	n.threshold = open ? assemble_below(s->value) : s->value;
	n.left = yes_left ? s->yes : s->no;
	n.right = yes_left ? s->no : s->yes;
	n.missing_left = s->missing_yes == yes_left;
	return put(t, at, n);
}

int onnx_trees_assemble(struct onnx_trees *t)
{
	struct assemble_tree tree = {
		.nodes = node_at(t, 0),
		.count = (uint32_t)ONNX_COUNT(t->nodes, struct forest_node),
		.leaves = t->leaves,
		.leaf_count = t->leaf_count,
		.copies = COPIES,
	};
	const char *error;
	uint32_t node;

	for (size_t i = 0; i < ONNX_COUNT(t->roots, uint32_t); i++) {
		tree.root = *ONNX_ITEM(t->roots, uint32_t, i);
		if (assemble_tree(t->assembly, &tree, &node, &error) < 0)
			return onnx_fail(t->file, t->path->ensemble->offset,
				"tree %zu, node %u: %s", i, node, error);
	}
	return 0;
}

void onnx_trees_free(struct onnx_trees *t)
{
	buffer_free(&t->nodes);
	buffer_free(&t->roots);
	free(t->leaves);
}
