#include "lightgbm.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "assemble.h"
#include "buffer.h"
#include "number.h"
#include "text.h"

/* Splits whose zeros go their own way take three nodes that share two subtrees. */
enum { COPIES = 8 };

/* decision_type */
enum { CATEGORICAL = 1, DEFAULT_LEFT = 2, MISSING_SHIFT = 2, MISSING_NONE = 0, MISSING_ZERO = 1 };

enum numbers {
	SPLIT_FEATURE,
	THRESHOLD,
	DECISION_TYPE,
	LEFT_CHILD,
	RIGHT_CHILD,
	LEAF_VALUE,
	INTERNAL_COUNT,
	LEAF_COUNT,
	NUMBERS,
};

static const char *const numbers_keys[NUMBERS] = {
	[SPLIT_FEATURE] = "split_feature",
	[THRESHOLD] = "threshold",
	[DECISION_TYPE] = "decision_type",
	[LEFT_CHILD] = "left_child",
	[RIGHT_CHILD] = "right_child",
	[LEAF_VALUE] = "leaf_value",
	[INTERNAL_COUNT] = "internal_count",
	[LEAF_COUNT] = "leaf_count",
};

struct reader {
	const char *path;
	char **error;
	struct str rest, key, value;
	size_t line;
	struct assembly assembly;
	uint32_t trees_a_turn;
	bool average;
	double factor;			/* of the leaves' values: the sigmoid's slope */
	struct buffer numbers[NUMBERS]; /* of the tree at hand: double */
	size_t lines[NUMBERS], tree_line;
	uint32_t leaves;
};

__attribute__((format(printf, 3, 4))) static int fail(
	const struct reader *r, size_t line, const char *format, ...)
{
	char *what;
	va_list args;

	va_start(args, format);
	what = text_vprint(format, args);
	va_end(args);
	*r->error = text_print("%s:%zu: %s", r->path, line, what);
	free(what);
	return -EINVAL;
}

/* Lines are KEY=VALUE, or a word alone. */
static bool next_line(struct reader *r)
{
	const char *end = r->rest.len ? memchr(r->rest.data, '\n', r->rest.len) : NULL;
	size_t len = end ? (size_t)(end - r->rest.data) : 0;
	const char *equals;

	if (!end)
		return false;
	r->line++;
	r->key = (struct str){ r->rest.data, len };
	r->rest = (struct str){ end + 1, r->rest.len - len - 1 };
	if (len && r->key.data[len - 1] == '\r')
		r->key.len--;
	equals = r->key.len ? memchr(r->key.data, '=', r->key.len) : NULL;
	r->value = (struct str){ "", 0 };
	if (equals) {
		r->value = (struct str){ equals + 1, r->key.data + r->key.len - equals - 1 };
		r->key.len = (size_t)(equals - r->key.data);
	}
	return true;
}

static bool is(const struct reader *r, const char *key)
{
	return str_eq(r->key, str(key));
}

static struct str next_word(struct str *rest)
{
	const char *space = rest->len ? memchr(rest->data, ' ', rest->len) : NULL;
	struct str word = { rest->data, space ? (size_t)(space - rest->data) : rest->len };

	rest->data += word.len + (space != NULL);
	rest->len -= word.len + (space != NULL);
	return word;
}

static bool to_number(struct str word, double *ret)
{
	bool integer;
	int64_t i;

	return word.len && number_parse(word.data, word.len, ret, &integer, &i) == word.len &&
	       isfinite(*ret);
}

static int read_count(const struct reader *r, uint32_t max, uint32_t *ret)
{
	double v;

	if (!to_number(r->value, &v) || !(v >= 1 && v <= max && v == floor(v)))
		return fail(r, r->line, "expected %.*s from 1 to %u", STR_ARG(r->key), max);
	*ret = (uint32_t)v;
	return 0;
}

/* The header. */

static int read_features(struct reader *r)
{
	struct str rest = r->value;
	int e = 0;

	while (rest.len && e == 0)
		e = assemble_feature(&r->assembly, next_word(&rest));
	return e < 0 ? fail(r, r->line, "feature_names: expected %s", assemble_name_error(e)) : 0;
}

static bool is_plain_regression(struct str kind)
{
	static const char *const kinds[] = { "regression", "regression_l1", "huber", "fair",
		"quantile", "mape" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (str_eq(kind, str(kinds[i])))
			return true;
	return false;
}

/* "binary sigmoid:1", "multiclass num_class:3", "regression": the classes, or 1 for a number. */
static int read_objective(struct reader *r)
{
	struct forest *f = r->assembly.forest;
	struct str rest = r->value, kind = next_word(&rest), slope = STR("sigmoid:");

	if (str_eq(kind, STR("binary")) && str_starts(rest, slope)) {
		rest = (struct str){ rest.data + slope.len, rest.len - slope.len };
		if (!to_number(rest, &r->factor) || !(r->factor > 0))
			return fail(r, r->line, "expected binary sigmoid:NUMBER, above 0");
		f->link = FOREST_LOGISTIC;
		return 0;
	}
	f->regression = is_plain_regression(kind) && !rest.len;
	if (str_eq(kind, STR("multiclass")))
		f->link = FOREST_SOFTMAX;
	else if (!f->regression)
		return fail(r, r->line,
			"objective %.*s: expected binary, multiclass or a regression without a link",
			STR_ARG(r->value));
	return 0;
}

static int read_header_line(struct reader *r)
{
	if (is(r, "num_tree_per_iteration"))
		return read_count(r, FOREST_OUTPUTS_MAX, &r->trees_a_turn);
	if (is(r, "feature_names"))
		return read_features(r);
	if (is(r, "objective"))
		return read_objective(r);
	r->average |= is(r, "average_output");
	return 0;
}

static int finish_header(struct reader *r)
{
	struct forest *f = r->assembly.forest;
	uint32_t k = r->trees_a_turn;

	if (!f->feature_count || !k || (!f->regression && f->link == FOREST_IDENTITY))
		return fail(r, r->line,
			"expected feature_names, num_tree_per_iteration and objective before the trees");
	if ((k == 1) == (f->link == FOREST_SOFTMAX))
		return fail(r, r->line, "%u trees an iteration do not go with the objective", k);
	f->float64 = true;
	f->sum = !r->average;
	if (r->average)
		r->factor *= k; /* the mean is over the iterations, not over all trees */
	if (f->regression)
		assemble_output(&r->assembly, STR("prediction"));
	else
		assemble_outputs(&r->assembly, k == 1 ? 2 : k);
	f->leaf_width = forest_leaf_width(f);
	return 0;
}

/* Trees. */

static int read_numbers(struct reader *r, struct buffer *list)
{
	struct str rest = r->value;
	double v;

	list->len = 0;
	while (rest.len) {
		if (!to_number(next_word(&rest), &v))
			return fail(r, r->line, "%.*s: expected finite numbers", STR_ARG(r->key));
		buffer_add(list, &v, sizeof(v));
	}
	return 0;
}

static int read_tree_line(struct reader *r)
{
	for (int k = 0; k < NUMBERS; k++) {
		if (!is(r, numbers_keys[k]))
			continue;
		r->lines[k] = r->line;
		return read_numbers(r, &r->numbers[k]);
	}
	if (is(r, "num_leaves"))
		return read_count(r, INT32_MAX / 4, &r->leaves);
	if (is(r, "num_cat") && !str_eq(r->value, STR("0")))
		return fail(r, r->line, "categorical splits: Duto compares numbers only");
	if (is(r, "is_linear") && !str_eq(r->value, STR("0")))
		return fail(r, r->line, "linear trees: Duto's leaves hold numbers only");
	return 0;
}

static double at(const struct reader *r, enum numbers list, uint32_t i)
{
	return ((const double *)r->numbers[list].data)[i];
}

/* The lists have the lengths that num_leaves asks for, which the file thereby holds. */
static int check_lists(const struct reader *r)
{
	if (!r->leaves)
		return fail(r, r->tree_line, "expected num_leaves in this tree");
	for (int k = 0; k <= LEAF_VALUE; k++) {
		size_t found = r->numbers[k].len / sizeof(double);
		size_t wanted = k == LEAF_VALUE ? r->leaves : r->leaves - 1;
		if (found != wanted && (k == LEAF_VALUE || wanted))
			return fail(r, r->lines[k] ? r->lines[k] : r->tree_line,
				"%s: expected %zu numbers, found %zu", numbers_keys[k], wanted,
				found);
	}
	return 0;
}

/* Children are nodes from 0, leaves from -1 downwards: nodes here are numbered with the leaves
 * behind the splits. */
static bool child(const struct reader *r, enum numbers list, uint32_t i, uint32_t *ret)
{
	double v = at(r, list, i), splits = r->leaves - 1;

	if (v != floor(v) || v >= splits || v < -(double)r->leaves)
		return false;
	*ret = (uint32_t)(v < 0 ? splits - 1 - v : v);
	return true;
}

/* The share of rows that went left, where the file tells. */
static double left_share(const struct reader *r, uint32_t i, uint32_t left)
{
	uint32_t splits = r->leaves - 1;
	double all, part;

	if (r->numbers[INTERNAL_COUNT].len != splits * sizeof(double) ||
		r->numbers[LEAF_COUNT].len != r->leaves * sizeof(double))
		return 0.5;
	all = at(r, INTERNAL_COUNT, i);
	part = left < splits ? at(r, INTERNAL_COUNT, left) : at(r, LEAF_COUNT, left - splits);
	return all > 0 && part >= 0 && part <= all ? part / all : 0.5;
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

static int add_split(struct reader *r, struct buffer *nodes, uint32_t i)
{
	struct forest_node *n = &((struct forest_node *)nodes->data)[i];
	double feature = at(r, SPLIT_FEATURE, i), decision = at(r, DECISION_TYPE, i);
	uint32_t type, missing;

	if (!(feature >= 0 && feature < r->assembly.forest->feature_count))
		return fail(r, r->lines[SPLIT_FEATURE], "split %u: expected a feature below %zu", i,
			r->assembly.forest->feature_count);
	if (!(decision >= 0 && decision < 12) || (uint32_t)decision & CATEGORICAL)
		return fail(
			r, r->lines[DECISION_TYPE], "split %u: expected a numerical decision", i);
	if (!child(r, LEFT_CHILD, i, &n->left) || !child(r, RIGHT_CHILD, i, &n->right))
		return fail(r, r->lines[LEFT_CHILD], "split %u: expected children of this tree", i);
	type = (uint32_t)decision;
	missing = type >> MISSING_SHIFT;
	r->assembly.forest->missing |= missing != MISSING_NONE;
	n->feature = (uint16_t)feature;
	n->threshold = at(r, THRESHOLD, i);
	n->left_share = left_share(r, i, n->left);
	n->missing_left = missing == MISSING_NONE ? 0 <= n->threshold : type & DEFAULT_LEFT;
	if (missing == MISSING_ZERO)
		cut_zeros(nodes, i, type & DEFAULT_LEFT);
	return 0;
}

/* A tree counts for one class only; its other numbers are 0. */
static void fill_leaves(const struct reader *r, double *leaves)
{
	const struct forest *f = r->assembly.forest;

	for (uint32_t i = 0; i < r->leaves; i++)
		leaves[i * f->leaf_width + f->tree_count % f->leaf_width] =
			at(r, LEAF_VALUE, i) * r->factor;
}

static int fill_nodes(struct reader *r, struct buffer *nodes)
{
	uint32_t splits = r->leaves - 1;
	int e = 0;

	nodes->len = (splits + r->leaves) * sizeof(struct forest_node);
	for (uint32_t i = 0; i < r->leaves; i++)
		((struct forest_node *)nodes->data)[splits + i] =
			(struct forest_node){ .feature = FOREST_LEAF, .left = i };
	for (uint32_t i = 0; i < splits && e == 0; i++)
		e = add_split(r, nodes, i);
	return e;
}

static int place_tree(struct reader *r, const struct buffer *nodes, double *leaves)
{
	struct assemble_tree t = {
		.nodes = (const struct forest_node *)nodes->data,
		.count = (uint32_t)(nodes->len / sizeof(*t.nodes)),
		.leaves = leaves,
		.leaf_count = r->leaves,
		.copies = COPIES,
	};
	const char *error;
	uint32_t node;

	fill_leaves(r, leaves);
	if (assemble_tree(&r->assembly, &t, &node, &error) < 0)
		return fail(r, r->tree_line, "node %u of this tree: %s", node, error);
	return 0;
}

static int finish_tree(struct reader *r)
{
	struct buffer nodes = { 0 };
	double *leaves = NULL;
	int e = check_lists(r);

	if (e < 0)
		return e;
	buffer_reserve(&nodes, (2 * (size_t)r->leaves - 1) * sizeof(struct forest_node));
	e = fill_nodes(r, &nodes);
	if (e == 0 && !(leaves = assemble_leaves(&r->assembly, r->leaves)))
		e = fail(r, r->tree_line, "expected fewer leaves times classes");
	if (e == 0)
		e = place_tree(r, &nodes, leaves);
	buffer_free(&nodes);
	free(leaves);
	return e;
}

static int read_tree(struct reader *r, bool *ret_last)
{
	int e = 0;

	r->leaves = 0;
	r->tree_line = r->line;
	for (int k = 0; k < NUMBERS; k++)
		r->numbers[k].len = r->lines[k] = 0;
	while (e == 0 && next_line(r) && !is(r, "Tree")) {
		*ret_last = is(r, "end of trees");
		if (*ret_last)
			break;
		e = read_tree_line(r);
	}
	return e < 0 ? e : finish_tree(r);
}

static int read_model(struct reader *r)
{
	bool last = false;
	int e = 0;

	if (!next_line(r) || !is(r, "tree"))
		return fail(r, 1, "expected \"tree\" in the first line");
	while (e == 0 && next_line(r) && !is(r, "Tree"))
		e = read_header_line(r);
	if (e == 0)
		e = finish_header(r);
	while (e == 0 && !last && is(r, "Tree"))
		e = read_tree(r, &last);
	if (e == 0 && !last)
		e = fail(r, r->line,
			"expected \"Tree=\" or \"end of trees\": the file is cut short");
	if (e == 0 && r->assembly.forest->tree_count % r->trees_a_turn)
		e = fail(r, r->line, "expected %u trees an iteration", r->trees_a_turn);
	return e;
}

int lightgbm_read(const char *path, struct str text, struct forest **ret, char **ret_error)
{
	struct reader r = { .path = path, .error = ret_error, .rest = text, .factor = 1 };
	int e;

	r.assembly = assemble_begin();
	e = read_model(&r);
	for (int k = 0; k < NUMBERS; k++)
		buffer_free(&r.numbers[k]);
	if (e < 0)
		forest_close(r.assembly.forest);
	else
		*ret = r.assembly.forest;
	return e;
}
