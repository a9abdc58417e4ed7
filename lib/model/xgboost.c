#include "xgboost.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "assemble.h"
#include "number.h"
#include "text.h"

struct reader {
	const char *path;
	char **error;
	struct assembly assembly;
	size_t group; /* numbers a row has before the link: classes, or 1 */
};

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

__attribute__((format(printf, 2, 3))) static int fail(
	const struct reader *r, const char *format, ...)
{
	char *what;
	va_list args;

	va_start(args, format);
	what = text_vprint(format, args);
	va_end(args);
	*r->error = text_print("%s: %s", r->path, what);
	free(what);
	return -EINVAL;
}

/* A text, "" where there is none. */
static struct str text_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	return json_is_string(v) ? (struct str){ json_string_value(v), json_string_length(v) }
				 : (struct str){ "", 0 };
}

/* XGBoost writes its parameters as texts: "5E-1", and from 3.0 on "[5E-1]". */
static bool parameter(const json_t *object, const char *key, double *ret)
{
	struct str s = text_of(object, key);
	bool integer;
	int64_t i;

	if (s.len > 2 && s.data[0] == '[' && s.data[s.len - 1] == ']')
		s = (struct str){ s.data + 1, s.len - 2 };
	return s.len && number_parse(s.data, s.len, ret, &integer, &i) == s.len && isfinite(*ret);
}

/* Outputs and base. */

/* XGBoost keeps base_score as a probability where the link is logistic, and adds it in float 32. */
static void set_base(struct forest *f, double score)
{
	f->base = calloc(f->leaf_width, sizeof(*f->base));
	if (!f->base)
		abort();
	for (size_t k = 0; k < f->leaf_width; k++)
		f->base[k] =
			f->link == FOREST_LOGISTIC ? -logf(1 / (float)score - 1) : (float)score;
}

static bool is_plain_regression(struct str name)
{
	static const char *const names[] = { "reg:squarederror", "reg:linear", "reg:absoluteerror",
		"reg:pseudohubererror", "reg:squaredlogerror" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (str_eq(name, str(names[i])))
			return true;
	return false;
}

static int read_objective(struct reader *r, struct str name)
{
	struct forest *f = r->assembly.forest;
	bool logistic = str_eq(name, STR("reg:logistic"));

	f->sum = f->missing = true;
	f->regression = logistic || is_plain_regression(name);
	if (logistic || str_eq(name, STR("binary:logistic")))
		f->link = FOREST_LOGISTIC;
	else if (str_eq(name, STR("multi:softprob")) || str_eq(name, STR("multi:softmax")))
		f->link = FOREST_SOFTMAX;
	else if (!f->regression)
		return fail(r,
			"learner.objective.name: expected binary:logistic, multi:softprob or a "
			"regression without a link, found \"%.*s\"",
			STR_ARG(name));
	return 0;
}

static int read_outputs(struct reader *r, const json_t *learner)
{
	struct forest *f = r->assembly.forest;
	const json_t *param = json_object_get(learner, "learner_model_param");
	double classes, score, targets = 1;
	int e = read_objective(r, text_of(json_object_get(learner, "objective"), "name"));

	if (e < 0)
		return e;
	if (!parameter(param, "num_class", &classes) || !parameter(param, "base_score", &score))
		return fail(
			r, "learner.learner_model_param: expected num_class and one base_score");
	parameter(param, "num_target", &targets);
	if ((f->link == FOREST_SOFTMAX) != (classes >= 2) || targets > 1 ||
		classes > FOREST_OUTPUTS_MAX)
		return fail(r,
			"learner.learner_model_param: %g classes and %g targets do not go with the "
			"objective, or are too many",
			classes, targets);
	r->group = classes >= 2 ? (size_t)classes : 1;
	if (f->link == FOREST_LOGISTIC && !(score > 0 && score < 1))
		return fail(r, "learner.learner_model_param.base_score: expected between 0 and 1");
	if (f->regression)
		assemble_output(&r->assembly, STR("prediction"));
	else
		assemble_outputs(&r->assembly, r->group == 1 ? 2 : r->group);
	f->leaf_width = forest_leaf_width(f);
	set_base(f, score);
	return 0;
}

static int read_features(struct reader *r, const json_t *learner)
{
	const json_t *names = json_object_get(learner, "feature_names");
	double count;
	int e = 0;

	if (!parameter(json_object_get(learner, "learner_model_param"), "num_feature", &count) ||
		!(count >= 1 && count <= FOREST_FEATURES_MAX))
		return fail(r, "learner.learner_model_param.num_feature: expected 1 to %d",
			FOREST_FEATURES_MAX);
	if (!json_array_size(names))
		return assemble_features(&r->assembly, "f", (size_t)count);
	for (size_t i = 0; i < json_array_size(names) && e == 0; i++) {
		const json_t *name = json_array_get(names, i);
		e = assemble_feature(&r->assembly,
			(struct str){ json_string_value(name), json_string_length(name) });
	}
	if (e < 0)
		return fail(r, "learner.feature_names: expected %s", assemble_name_error(e));
	if (json_array_size(names) != count)
		return fail(r, "learner.feature_names: expected %g names", count);
	return 0;
}

/* Trees. */

struct tree {
	const json_t *lists[ALL_LISTS];
	size_t index, count;
};

static double at(const struct tree *t, enum list list, size_t i)
{
	const json_t *v = json_array_get(t->lists[list], i);

	return json_is_number(v) ? json_number_value(v) : json_is_true(v) ? 1 : 0;
}

static int find_lists(const struct reader *r, const json_t *json, struct tree *t)
{
	t->count = json_array_size(json_object_get(json, list_keys[LEFT_CHILDREN]));
	for (int k = 0; k < ALL_LISTS; k++) {
		t->lists[k] = json_object_get(json, list_keys[k]);
		size_t found = json_array_size(t->lists[k]);
		if (k < LISTS && (found != t->count || !found || found > INT32_MAX))
			return fail(r,
				"learner.gradient_booster.model.trees[%zu].%s: expected as many numbers "
				"as left_children has, at least 1",
				t->index, list_keys[k]);
		for (size_t i = 0; k < LISTS && i < found; i++) {
			const json_t *v = json_array_get(t->lists[k], i);
			if (!json_is_number(v) && !json_is_boolean(v))
				return fail(r,
					"learner.gradient_booster.model.trees[%zu].%s[%zu]: expected a number",
					t->index, list_keys[k], i);
		}
	}
	return 0;
}

/* sum_hessian is a node's cover: of squared errors the number of its rows. */
static double left_share(const struct tree *t, size_t i, uint32_t left)
{
	double all = at(t, SUM_HESSIAN, i), part = at(t, SUM_HESSIAN, left);

	return all > 0 && part >= 0 && part <= all ? part / all : 0.5;
}

static bool to_index(double v, size_t below, uint32_t *ret)
{
	if (!(v >= 0 && v < (double)below) || v != floor(v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

static int read_split(const struct reader *r, const struct tree *t, size_t i, struct forest_node *n)
{
	uint32_t feature;

	if (!to_index(at(t, LEFT_CHILDREN, i), t->count, &n->left) ||
		!to_index(at(t, RIGHT_CHILDREN, i), t->count, &n->right) ||
		!to_index(at(t, SPLIT_INDICES, i), r->assembly.forest->feature_count, &feature) ||
		at(t, SPLIT_TYPE, i) != 0)
		return fail(r,
			"learner.gradient_booster.model.trees[%zu]: node %zu: expected children of this "
			"tree, one of the features and a split of numbers",
			t->index, i);
	n->feature = (uint16_t)feature;
	n->threshold = assemble_below((float)at(t, SPLIT_CONDITIONS, i));
	n->missing_left = at(t, DEFAULT_LEFT, i) != 0;
	n->left_share = left_share(t, i, n->left);
	return 0;
}

/* A node without a left child is a leaf, its value in split_conditions. */
static int read_nodes(const struct reader *r, const struct tree *t, uint32_t class,
	struct forest_node *nodes, double *leaves)
{
	size_t width = r->assembly.forest->leaf_width;
	int e = 0;

	for (size_t i = 0; i < t->count && e == 0; i++) {
		nodes[i] = (struct forest_node){ .feature = FOREST_LEAF, .left = (uint32_t)i };
		if (at(t, LEFT_CHILDREN, i) == -1)
			leaves[i * width + class] = (float)at(t, SPLIT_CONDITIONS, i);
		else
			e = read_split(r, t, i, &nodes[i]);
	}
	return e;
}

static int add_tree(struct reader *r, const struct tree *t, uint32_t class)
{
	struct forest_node *nodes = malloc(t->count * sizeof(*nodes));
	double *leaves = assemble_leaves(&r->assembly, t->count);
	struct assemble_tree tree = { .nodes = nodes, .leaves = leaves, .copies = 1 };
	const char *error = "expected fewer nodes times classes";
	uint32_t node = 0;
	int e = -EINVAL;

	if (!nodes)
		abort();
	tree.count = tree.leaf_count = (uint32_t)t->count;
	if (leaves)
		e = read_nodes(r, t, class, nodes, leaves);
	if (!leaves || (e == 0 && (e = assemble_tree(&r->assembly, &tree, &node, &error)) < 0))
		fail(r, "learner.gradient_booster.model.trees[%zu]: node %u: %s", t->index, node,
			error);
	free(nodes);
	free(leaves);
	return e;
}

static int read_trees(struct reader *r, const json_t *learner)
{
	const json_t *booster = json_object_get(learner, "gradient_booster");
	const json_t *model = json_object_get(booster, "model");
	const json_t *trees = json_object_get(model, "trees");
	const json_t *info = json_object_get(model, "tree_info");
	struct str name = text_of(booster, "name");
	struct tree t = { .index = 0 };
	uint32_t class;
	int e = 0;

	if (!str_eq(name, STR("gbtree")))
		return fail(r, "learner.gradient_booster.name: expected gbtree, found \"%.*s\"",
			STR_ARG(name));
	if (!json_array_size(trees) || json_array_size(info) != json_array_size(trees))
		return fail(r,
			"learner.gradient_booster.model: expected trees, at least 1, and tree_info, "
			"as many");
	for (; t.index < json_array_size(trees) && e == 0; t.index++) {
		const json_t *of = json_array_get(info, t.index);
		if (!json_is_number(of) || !to_index(json_number_value(of), r->group, &class))
			return fail(r,
				"learner.gradient_booster.model.tree_info[%zu]: expected a class",
				t.index);
		e = find_lists(r, json_array_get(trees, t.index), &t);
		if (e == 0)
			e = add_tree(r, &t, class);
	}
	return e;
}

static int read_model(struct reader *r, const json_t *root)
{
	const json_t *learner = json_object_get(root, "learner");
	int e;

	if (!json_is_object(learner))
		return fail(r, "expected an object \"learner\", as XGBoost writes it");
	e = read_features(r, learner);
	if (e == 0)
		e = read_outputs(r, learner);
	return e < 0 ? e : read_trees(r, learner);
}

int xgboost_read(const char *path, struct str text, struct forest **ret, char **ret_error)
{
	struct reader r = { .path = path, .error = ret_error };
	json_error_t wrong;
	json_t *root = json_loadb(text.data, text.len, 0, &wrong);
	int e;

	if (!root)
		return text_refuse(ret_error, "%s:%d:%d: expected JSON: %s", path, wrong.line,
			wrong.column, wrong.text);
	r.assembly = assemble_begin();
	e = read_model(&r, root);
	json_decref(root);
	if (e < 0)
		forest_close(r.assembly.forest);
	else
		*ret = r.assembly.forest;
	return e;
}
