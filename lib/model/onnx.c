#include "onnx.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocate.h"
#include "onnx_trees.h"

/* An attribute that is a word; TreeEnsemble numbers the same words. */
static int read_word(const struct onnx_trees *t, const char *name, const char *const *words,
	size_t count, size_t absent, size_t *ret)
{
	const struct onnx_attribute *a = onnx_find(t->path->ensemble, name);
	struct str found = { "", 0 };
	size_t i;

	*ret = absent;
	if (!a)
		return 0;
	if (a->integers.len) {
		i = (size_t)*ONNX_ITEM(a->integers, int64_t, 0);
	} else {
		if (a->texts.len)
			found = *ONNX_ITEM(a->texts, struct str, 0);
		for (i = 0; i < count && !str_eq(found, str(words[i]));)
			i++;
	}
	*ret = i;
	return i < count ? 0
			 : onnx_fail(t->file, t->path->ensemble->offset,
				   "%s: expected %s or %s and so on, found \"%.*s\"", name,
				   words[0], words[1], STR_ARG(found));
}

static int read_link(const struct onnx_trees *t)
{
	static const char *const words[] = { "NONE", "SOFTMAX", "LOGISTIC" };
	static const enum forest_link links[] = { FOREST_IDENTITY, FOREST_SOFTMAX,
		FOREST_LOGISTIC };
	size_t i;
	int e = read_word(t, "post_transform", words, 3, 0, &i);

	if (e == 0)
		t->assembly->forest->link = links[i];
	return e;
}

static int read_aggregate(const struct onnx_trees *t)
{
	static const char *const words[] = { "AVERAGE", "SUM" };
	size_t i;
	int e = read_word(t, "aggregate_function", words, 2, 1, &i);

	if (e == 0)
		t->assembly->forest->sum = i == 1;
	return e;
}

/* Outputs. */

static int read_labels(const struct onnx_trees *t)
{
	const struct onnx_node *n = t->path->ensemble;
	const struct onnx_attribute *texts = onnx_find(n, "classlabels_strings");
	const struct onnx_attribute *numbers = onnx_find(n, "classlabels_int64s");
	char number[24];
	int e = 0;

	for (size_t i = 0; texts && i < ONNX_COUNT(texts->texts, struct str) && e == 0; i++)
		e = assemble_output(t->assembly, *ONNX_ITEM(texts->texts, struct str, i));
	for (size_t i = 0; numbers && i < ONNX_COUNT(numbers->integers, int64_t) && e == 0; i++) {
		snprintf(number, sizeof(number), "%lld",
			(long long)*ONNX_ITEM(numbers->integers, int64_t, i));
		e = assemble_output(t->assembly, str(number));
	}
	if (e < 0)
		return onnx_trees_fail(t, assemble_name_error(e));
	return t->assembly->forest->output_count < 2
		       ? onnx_trees_fail(t, "expected two class labels or more")
		       : 0;
}

static int name_target(const struct onnx_trees *t)
{
	int e = assemble_target(t->assembly, t->file->target);

	return e < 0 ? onnx_fail(t->file, 0, "metadata target: expected %s", assemble_name_error(e))
		     : 0;
}

/* Of a regressor, and of a TreeEnsemble, whose several targets are taken as classes. */
static int read_targets(const struct onnx_trees *t)
{
	const struct onnx_attribute *a = onnx_find(t->path->ensemble, "n_targets");
	int64_t n = a && a->integers.len ? *ONNX_ITEM(a->integers, int64_t, 0) : 1;
	bool classes = str_eq(t->path->ensemble->kind, STR("TreeEnsemble"));

	t->assembly->forest->regression = n == 1;
	if (n < 1 || n > (classes ? FOREST_OUTPUTS_MAX : 1))
		return onnx_trees_fail(t, "n_targets: expected 1, of a TreeEnsemble up to 256");
	if (n == 1)
		return name_target(t);
	return assemble_outputs(t->assembly, (size_t)n);
}

/* Two classes, and weights for only one of them: they are the second one's. */
static bool is_binary(const struct onnx_trees *t)
{
	const struct onnx_attribute *ids = onnx_find(t->path->ensemble, "class_ids");

	if (!ids || t->assembly->forest->output_count != 2)
		return false;
	for (size_t i = 1; i < ONNX_COUNT(ids->integers, int64_t); i++)
		if (*ONNX_ITEM(ids->integers, int64_t, i) != *ONNX_ITEM(ids->integers, int64_t, 0))
			return false;
	return true;
}

static const struct onnx_attribute *find_base(const struct onnx_node *n)
{
	const struct onnx_attribute *a = onnx_find(n, "base_values");

	return a ? a : onnx_find(n, "base_values_as_tensor");
}

/* A base of 0 where there is none: of classifiers a mean without a base stands for votes, and these
 * leaves may hold any numbers. Of two bases where there is one score, the second class's counts. */
static int read_base(const struct onnx_trees *t, bool binary)
{
	struct forest *f = t->assembly->forest;
	const struct onnx_attribute *a = find_base(t->path->ensemble);
	size_t count = a ? ONNX_COUNT(a->numbers, double) : 0;
	const double *base = a ? (const double *)a->numbers.data : NULL;

	f->base = allocate(f->leaf_width, sizeof(*f->base));
	if (!count)
		return 0;
	if (binary ? count > 2 : count != f->leaf_width)
		return onnx_trees_fail(t, "base_values: expected one for each class or target");
	for (size_t k = 0; k < f->leaf_width; k++) {
		f->base[k] = base[binary ? count - 1 : k];
		if (!isfinite(f->base[k]))
			return onnx_trees_fail(t, "base_values: expected finite numbers");
	}
	return 0;
}

/* Weights w of the second class, not transformed, are its probability; 1 - w is the first one's. */
static int spread_binary(struct onnx_trees *t)
{
	struct forest *f = t->assembly->forest;

	for (uint32_t i = 0; i < t->leaf_count; i++) {
		if (t->leaves[2 * i + 1] < 0)
			return onnx_trees_fail(t,
				"scores of one class below 0 are no probabilities: "
				"expected post_transform LOGISTIC");
		t->leaves[2 * i] = -t->leaves[2 * i + 1];
	}
	f->base[0] = 1 - f->base[1];
	return 0;
}

/* skl2onnx writes the list always; a rule was learnt where it says anything. */
static bool knows_missing(const struct onnx_node *n)
{
	const struct onnx_attribute *a = onnx_find(n, "nodes_missing_value_tracks_true");

	for (size_t i = 0; a && i < ONNX_COUNT(a->integers, int64_t); i++)
		if (*ONNX_ITEM(a->integers, int64_t, i))
			return true;
	return false;
}

/* How many features there are, where the graph does not say: one more than the last one used. */
static int find_features(const struct onnx_trees *t)
{
	const int64_t *ids;
	int64_t count = 1;
	const struct onnx_attribute *a = onnx_find(t->path->ensemble, "nodes_featureids");

	if (t->assembly->forest->feature_count)
		return 0;
	if (onnx_integers(t->file, t->path->ensemble, "nodes_featureids", SIZE_MAX, &ids) < 0)
		return -EINVAL;
	for (size_t i = 0; i < ONNX_COUNT(a->integers, int64_t); i++)
		count = ids[i] >= count ? ids[i] + 1 : count;
	if (count > FOREST_FEATURES_MAX)
		return onnx_trees_fail(t, "nodes_featureids: expected at most 4096 features");
	return assemble_features(t->assembly, "x", (size_t)count);
}

/* Outputs, link and base, from which the width of the leaves follows. */
static int read_outputs(const struct onnx_trees *t, bool *ret_binary)
{
	bool labels = str_eq(t->path->ensemble->kind, STR("TreeEnsembleClassifier"));
	struct forest *f = t->assembly->forest;
	int e = labels ? read_labels(t) : read_targets(t);

	if (e == 0)
		e = read_link(t);
	if (e == 0)
		e = read_aggregate(t);
	if (e < 0)
		return e;
	*ret_binary = labels && is_binary(t);
	if (f->link == FOREST_SOFTMAX && (*ret_binary || f->regression))
		return onnx_trees_fail(t, "post_transform SOFTMAX: expected scores of every class");
	if (f->link == FOREST_LOGISTIC && f->output_count == 2 && !*ret_binary)
		return onnx_trees_fail(
			t, "post_transform LOGISTIC: of two classes expected scores of one only");
	f->leaf_width = forest_leaf_width(f);
	return read_base(t, *ret_binary);
}

/* A base of 0 means something only beside the mean of a classifier's trees. */
static void drop_base(struct forest *f)
{
	bool needed = !f->sum && !f->regression;

	for (size_t k = 0; k < f->leaf_width; k++)
		needed |= f->base[k] != 0;
	if (needed)
		return;
	free(f->base);
	f->base = NULL;
}

static int read_trees(struct onnx_trees *t)
{
	struct forest *f = t->assembly->forest;
	bool binary = false;
	int e = find_features(t);

	if (e == 0)
		e = read_outputs(t, &binary);
	if (e == 0)
		e = str_eq(t->path->ensemble->kind, STR("TreeEnsemble"))
			    ? onnx_indexed_read(t)
			    : onnx_tuples_read(t, binary);
	if (e == 0 && binary && f->link == FOREST_IDENTITY)
		e = spread_binary(t);
	if (e == 0)
		drop_base(f);
	return e < 0 ? e : onnx_trees_assemble(t);
}

int onnx_read(const char *path, struct str bytes, struct assembly *a, char **ret_error)
{
	struct onnx_file o = { .path = path, .error = ret_error };
	struct onnx_path way;
	struct onnx_trees t = { .file = &o, .path = &way, .assembly = a };
	int e = onnx_file_read(&o, bytes);

	if (e == 0)
		e = onnx_path_find(&o, a, &way);
	if (e == 0) {
		a->forest->float64 = way.float64;
		a->forest->missing = knows_missing(way.ensemble);
		e = read_trees(&t);
	}
	onnx_trees_free(&t);
	onnx_file_free(&o);
	return e;
}
