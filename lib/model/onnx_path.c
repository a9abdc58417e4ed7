#include "onnx_path.h"

#include <errno.h>
#include <stdio.h>

static bool is(const struct onnx_node *n, const char *kind)
{
	return str_eq(n->kind, str(kind));
}

static bool is_ensemble(const struct onnx_node *n)
{
	return is(n, "TreeEnsembleClassifier") || is(n, "TreeEnsembleRegressor") ||
	       is(n, "TreeEnsemble");
}

/* Behind the ensemble these change the form of its scores, not their values. */
static bool is_form_only(const struct onnx_node *n)
{
	return is(n, "ZipMap") || is(n, "Cast") || is(n, "Identity") || is(n, "ArgMax");
}

static int refuse(const struct onnx_file *o, const struct onnx_node *n)
{
	return onnx_fail(o, n->offset,
		"node \"%.*s\" is a %.*s: expected a tree ensemble with Scaler, Cast, Identity, Concat "
		"and FeatureVectorizer before it, ZipMap, Cast, Identity and ArgMax behind it",
		STR_ARG(n->name), STR_ARG(n->kind));
}

static struct onnx_node *node_at(const struct onnx_file *o, size_t i)
{
	return ONNX_ITEM(o->nodes, struct onnx_node, i);
}

static size_t node_count(const struct onnx_file *o)
{
	return ONNX_COUNT(o->nodes, struct onnx_node);
}

/* The node that makes a value, NULL where it comes from outside. */
static struct onnx_node *maker(const struct onnx_file *o, struct str value)
{
	for (size_t i = 0; i < node_count(o); i++) {
		const struct buffer *outputs = &node_at(o, i)->outputs;
		for (size_t k = 0; k < ONNX_COUNT(*outputs, struct str); k++)
			if (str_eq(*ONNX_ITEM(*outputs, struct str, k), value))
				return node_at(o, i);
	}
	return NULL;
}

static const struct onnx_input *input_named(const struct onnx_file *o, struct str value)
{
	for (size_t i = 0; i < ONNX_COUNT(o->inputs, struct onnx_input); i++) {
		const struct onnx_input *input = ONNX_ITEM(o->inputs, struct onnx_input, i);
		if (str_eq(input->name, value))
			return input;
	}
	return NULL;
}

/* Values on their way to the ensemble, followed back from it. */
struct trail {
	const struct onnx_file *file;
	struct assembly *assembly;
	struct onnx_path *path;
	bool rounded; /* behind here values are float 32 */
};

static int name_error(const struct trail *t, struct str name, int e)
{
	return e < 0 ? onnx_fail(t->file, 0, "feature \"%.*s\": expected %s", STR_ARG(name),
			       assemble_name_error(e))
		     : 0;
}

/* One a line, in the metadata. */
static int add_given_names(struct trail *t)
{
	struct str rest = t->file->features;
	int e = 0;

	while (rest.len && e == 0) {
		const char *end = memchr(rest.data, '\n', rest.len);
		struct str name = { rest.data, end ? (size_t)(end - rest.data) : rest.len };
		size_t used = name.len + (end != NULL);
		e = name_error(t, name, assemble_feature(t->assembly, name));
		rest = (struct str){ rest.data + used, rest.len - used };
	}
	return e;
}

static int add_columns(struct trail *t, const struct onnx_input *input, bool alone)
{
	struct forest *f = t->assembly->forest;
	char prefix[40];
	int e;

	if (input->columns < 0 || input->columns > FOREST_FEATURES_MAX)
		return onnx_fail(t->file, 0, "input \"%.*s\": expected at most %d columns",
			STR_ARG(input->name), FOREST_FEATURES_MAX);
	if (input->columns <= 1 && !alone)
		return name_error(t, input->name, assemble_feature(t->assembly, input->name));
	if (alone && t->file->features.len) {
		e = add_given_names(t);
		if (e == 0 && input->columns && f->feature_count != (size_t)input->columns)
			e = onnx_fail(t->file, 0, "metadata feature_names: expected %lld names",
				(long long)input->columns);
		return e;
	}
	snprintf(prefix, sizeof(prefix), "%.*s", alone ? 1 : (int)input->name.len,
		alone ? "x" : input->name.data);
	return name_error(
		t, input->name, assemble_features(t->assembly, prefix, (size_t)input->columns));
}

static int arrive(struct trail *t, struct str value, bool alone)
{
	const struct onnx_input *input = input_named(t->file, value);

	if (!input)
		return onnx_fail(t->file, 0,
			"value \"%.*s\": expected an input of the graph or the output of a node",
			STR_ARG(value));
	if (input->type == ONNX_DOUBLE && !t->rounded)
		t->path->float64 = true;
	else if (input->type && input->type != ONNX_FLOAT && input->type != ONNX_INT32 &&
		 input->type != ONNX_INT64 && input->type != ONNX_DOUBLE)
		return onnx_fail(t->file, 0, "input \"%.*s\": expected numbers", STR_ARG(value));
	return add_columns(t, input, alone);
}

/* Steps back over a node that leaves values as they are, or notes what it does. */
static int step(struct trail *t, struct onnx_node *n)
{
	const struct onnx_attribute *to = onnx_find(n, "to");

	if (n->used || !n->inputs.len)
		return refuse(t->file, n);
	n->used = true;
	if (is(n, "Identity"))
		return 0;
	if (is(n, "Cast") && to && to->integers.len == sizeof(int64_t)) {
		int64_t type = *ONNX_ITEM(to->integers, int64_t, 0);
		t->rounded |= type == ONNX_FLOAT;
		return type == ONNX_FLOAT || type == ONNX_DOUBLE ? 0 : refuse(t->file, n);
	}
	if (!is(n, "Scaler") || t->path->scaler_count == ONNX_SCALERS_MAX)
		return refuse(t->file, n);
	t->path->scalers[t->path->scaler_count++] = n;
	t->rounded = false; /* what comes into a Scaler must be float 32 by itself */
	return 0;
}

/* Every column on its own way: only Cast and Identity are on it. */
static int follow_columns(struct trail *t, struct onnx_node *concat)
{
	bool rounded = t->rounded;
	size_t scalers = t->path->scaler_count;
	int e = 0;

	concat->used = true;
	for (size_t i = 0; i < ONNX_COUNT(concat->inputs, struct str) && e == 0; i++) {
		struct str value = *ONNX_ITEM(concat->inputs, struct str, i);
		struct onnx_node *n;
		t->rounded = rounded;
		while (e == 0 && (n = maker(t->file, value))) {
			e = step(t, n);
			if (e == 0 && t->path->scaler_count != scalers)
				e = refuse(t->file, n);
			value = *ONNX_ITEM(n->inputs, struct str, 0);
		}
		if (e == 0)
			e = arrive(t, value, false);
	}
	return e;
}

static int follow(struct trail *t, struct str value)
{
	struct onnx_node *n;
	int e;

	while ((n = maker(t->file, value))) {
		if ((is(n, "Concat") || is(n, "FeatureVectorizer")) && !n->used)
			return follow_columns(t, n);
		e = step(t, n);
		if (e < 0)
			return e;
		value = *ONNX_ITEM(n->inputs, struct str, 0);
	}
	return arrive(t, value, true);
}

static int find_ensemble(const struct onnx_file *o, struct onnx_path *path)
{
	for (size_t i = 0; i < node_count(o); i++) {
		struct onnx_node *n = node_at(o, i);
		if (!is_ensemble(n))
			continue;
		if (path->ensemble)
			return onnx_fail(o, n->offset,
				"node \"%.*s\": expected only one tree ensemble in the graph",
				STR_ARG(n->name));
		n->used = true;
		path->ensemble = n;
	}
	if (!path->ensemble)
		return onnx_fail(o, 0,
			"expected a graph with a TreeEnsembleClassifier, TreeEnsembleRegressor or "
			"TreeEnsemble");
	return path->ensemble->inputs.len ? 0 : refuse(o, path->ensemble);
}

int onnx_path_find(struct onnx_file *o, struct assembly *a, struct onnx_path *ret)
{
	struct onnx_path path = { 0 };
	struct trail t = { .file = o, .assembly = a, .path = &path };
	int e = find_ensemble(o, &path);

	if (e == 0)
		e = follow(&t, *ONNX_ITEM(path.ensemble->inputs, struct str, 0));
	for (size_t i = 0; i < node_count(o) && e == 0; i++)
		if (!node_at(o, i)->used && !is_form_only(node_at(o, i)))
			e = refuse(o, node_at(o, i));
	if (e == 0 && path.float64 && path.scaler_count)
		e = onnx_fail(o, path.scalers[0]->offset,
			"a Scaler of float 64 values: expected float, or a Cast to it before");
	if (e == 0)
		*ret = path;
	return e;
}
