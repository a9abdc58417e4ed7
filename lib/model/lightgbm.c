#include "lightgbm.h"

#include <errno.h>

#include "lightgbm_tree.h"

static int read_features(struct lightgbm *r)
{
	struct str rest = r->value;
	int e = 0;

	while (rest.len && e == 0)
		e = assemble_feature(r->assembly, lightgbm_word(&rest));
	return e < 0 ? lightgbm_fail(
			       r, r->line, "feature_names: expected %s", assemble_name_error(e))
		     : 0;
}

struct objective {
	const char *name;
	bool regression, sloped; /* sloped: a sigmoid with a slope of its own */
	enum forest_link link;
};

static const struct objective *find_objective(struct str name)
{
	static const struct objective all[] = {
		{ "binary", .sloped = true, .link = FOREST_LOGISTIC },
		{ "cross_entropy", .link = FOREST_LOGISTIC },
		{ "multiclass", .link = FOREST_SOFTMAX },
		{ "multiclassova", .sloped = true, .link = FOREST_LOGISTIC },
		{ "regression", .regression = true },
		{ "regression_l1", .regression = true },
		{ "huber", .regression = true },
		{ "fair", .regression = true },
		{ "quantile", .regression = true },
		{ "mape", .regression = true },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (str_eq(name, str(all[i].name)))
			return &all[i];
	return NULL;
}

/* "binary sigmoid:1", "multiclassova num_class:3 sigmoid:1": the slope is the leaves' factor. */
static int read_slope(struct lightgbm *r, struct str words)
{
	const struct str slope = STR("sigmoid:");

	while (words.len) {
		struct str word = lightgbm_word(&words);
		if (!str_starts(word, slope))
			continue;
		word = (struct str){ word.data + slope.len, word.len - slope.len };
		if (lightgbm_number(word, &r->factor) && r->factor > 0)
			return 0;
	}
	return lightgbm_fail(r, r->line, "objective: expected sigmoid:NUMBER, above 0");
}

static int read_objective(struct lightgbm *r, const struct objective **ret)
{
	struct forest *f = r->assembly->forest;
	struct str rest = r->value, name = lightgbm_word(&rest);
	const struct objective *o = find_objective(name);

	/* "regression sqrt" */
	if (!o || (o->regression && rest.len))
		return lightgbm_fail(r, r->line,
			"objective %.*s: expected binary, multiclass, multiclassova, cross_entropy "
			"or a regression without a link",
			STR_ARG(r->value));
	f->regression = o->regression;
	f->link = o->link;
	*ret = o;
	return o->sloped ? read_slope(r, rest) : 0;
}

struct header {
	const struct objective *objective;
	bool average;
};

static int read_header_line(struct lightgbm *r, struct header *h)
{
	if (lightgbm_is(r, "num_tree_per_iteration"))
		return lightgbm_count(r, FOREST_OUTPUTS_MAX, &r->trees_a_turn);
	if (lightgbm_is(r, "feature_names"))
		return read_features(r);
	if (lightgbm_is(r, "objective"))
		return read_objective(r, &h->objective);
	h->average |= lightgbm_is(r, "average_output");
	return 0;
}

static bool is_multiclass(const struct objective *o)
{
	return strncmp(o->name, "multiclass", strlen("multiclass")) == 0;
}

static int finish_header(struct lightgbm *r, const struct header *h)
{
	struct forest *f = r->assembly->forest;
	uint32_t k = r->trees_a_turn, least;

	if (!f->feature_count || !k || !h->objective)
		return lightgbm_fail(r, r->line,
			"expected feature_names, num_tree_per_iteration and objective before the trees");
	least = !is_multiclass(h->objective) ? 1 : f->link == FOREST_SOFTMAX ? 2 : 3;
	if (least == 1 ? k != 1 : k < least)
		return lightgbm_fail(r, r->line, "%u trees an iteration: %s has %s%u", k,
			h->objective->name, least == 1 ? "" : "at least ", least);
	f->float64 = true;
	f->sum = !h->average;
	if (h->average)
		r->factor *= k; /* the mean is over the iterations, not over all trees */
	assemble_boosted(r->assembly, k);
	return 0;
}

static int read_header(struct lightgbm *r)
{
	struct header h = { 0 };
	int e = 0;

	if (!lightgbm_next(r) || !lightgbm_is(r, "tree"))
		return lightgbm_fail(r, 1, "expected \"tree\" in the first line");
	while (e == 0 && lightgbm_next(r) && !lightgbm_is(r, "Tree"))
		e = read_header_line(r, &h);
	return e < 0 ? e : finish_header(r, &h);
}

/* From "Tree=" to the next one, or to the end, which it notes. */
static int read_tree(struct lightgbm *r, struct lightgbm_tree *t, bool *ret_last)
{
	int e = 0;

	lightgbm_tree_begin(r, t);
	while (e == 0 && lightgbm_next(r) && !lightgbm_is(r, "Tree")) {
		*ret_last = lightgbm_is(r, "end of trees");
		if (*ret_last)
			break;
		e = lightgbm_tree_line(r, t);
	}
	return e < 0 ? e : lightgbm_tree_finish(r, t);
}

static int read_trees(struct lightgbm *r)
{
	struct lightgbm_tree t = { 0 };
	bool last = false;
	int e = 0;

	while (e == 0 && !last && lightgbm_is(r, "Tree"))
		e = read_tree(r, &t, &last);
	lightgbm_tree_free(&t);
	if (e == 0 && !last)
		e = lightgbm_fail(r, r->line,
			"expected \"Tree=\" or \"end of trees\": the file is cut short");
	if (e == 0 && r->assembly->forest->tree_count % r->trees_a_turn)
		e = lightgbm_fail(r, r->line, "expected %u trees an iteration", r->trees_a_turn);
	return e;
}

int lightgbm_read(const char *path, struct str text, struct assembly *a, char **ret_error)
{
	struct lightgbm r = { path, ret_error, a, .rest = text, .factor = 1 };
	int e = read_header(&r);

	return e < 0 ? e : read_trees(&r);
}
