#include "xgboost.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "number.h"
#include "xgboost_parts.h"

/* A value takes some forty bytes of memory, at worst two of the file. */
enum { VALUES_MAX = 1 << 25 };

/* A text, "" where there is none. */
static struct str text_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	return json_is_string(v) ? (struct str){ json_string_value(v), json_string_length(v) }
				 : (struct str){ "", 0 };
}

/* XGBoost writes its parameters as texts: "5E-1", and from 3.0 on "[5E-1]". */
bool xgboost_parameter(const json_t *object, const char *key, double *ret)
{
	struct str s = text_of(object, key);
	bool integer;
	int64_t i;

	if (s.len > 2 && s.data[0] == '[' && s.data[s.len - 1] == ']')
		s = (struct str){ s.data + 1, s.len - 2 };
	return s.len && number_parse(s.data, s.len, ret, &integer, &i) == s.len && isfinite(*ret);
}

/* XGBoost keeps base_score as a probability where the link is logistic, and adds it in float 32. */
static void set_base(struct forest *f, double score)
{
	f->base = allocate(f->leaf_width, sizeof(*f->base));
	for (size_t k = 0; k < f->leaf_width; k++)
		f->base[k] =
			f->link == FOREST_LOGISTIC ? -logf(1 / (float)score - 1) : (float)score;
}

static int read_objective(const struct xgboost *r, struct str name)
{
	static const struct {
		const char *name;
		bool regression;
		enum forest_link link;
	} all[] = {
		{ "binary:logistic", false, FOREST_LOGISTIC },
		{ "multi:softprob", false, FOREST_SOFTMAX },
		{ "multi:softmax", false, FOREST_SOFTMAX },
		{ "reg:logistic", true, FOREST_LOGISTIC },
		{ "reg:squarederror", true, FOREST_IDENTITY },
		{ "reg:linear", true, FOREST_IDENTITY },
		{ "reg:absoluteerror", true, FOREST_IDENTITY },
		{ "reg:pseudohubererror", true, FOREST_IDENTITY },
		{ "reg:squaredlogerror", true, FOREST_IDENTITY },
		{ "reg:quantileerror", true, FOREST_IDENTITY },
	};
	struct forest *f = r->assembly->forest;

	f->sum = f->missing = true;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		f->regression = all[i].regression;
		f->link = all[i].link;
		if (str_eq(name, str(all[i].name)))
			return 0;
	}
	return xgboost_fail(r,
		"learner.objective.name: expected binary:logistic, multi:softprob or a regression "
		"without a link, found \"%.*s\"",
		STR_ARG(name));
}

static int read_group(struct xgboost *r, const json_t *param)
{
	const struct forest *f = r->assembly->forest;
	double classes, targets = 1;

	if (!xgboost_parameter(param, "num_class", &classes))
		return xgboost_fail(r, "learner.learner_model_param: expected num_class");
	xgboost_parameter(param, "num_target", &targets);
	if ((f->link == FOREST_SOFTMAX) != (classes >= 2) || targets > 1 ||
		classes > FOREST_OUTPUTS_MAX)
		return xgboost_fail(r,
			"learner.learner_model_param: %g classes and %g targets do not go with the "
			"objective, or are too many",
			classes, targets);
	r->group = classes >= 2 ? (size_t)classes : 1;
	return 0;
}

static int read_outputs(struct xgboost *r, const json_t *learner)
{
	const json_t *param = json_object_get(learner, "learner_model_param");
	struct forest *f = r->assembly->forest;
	double score;
	int e = read_objective(r, text_of(json_object_get(learner, "objective"), "name"));

	if (e == 0)
		e = read_group(r, param);
	if (e < 0)
		return e;
	if (!xgboost_parameter(param, "base_score", &score))
		return xgboost_fail(
			r, "learner.learner_model_param.base_score: expected one number");
	if (f->link == FOREST_LOGISTIC && !(score > 0 && score < 1))
		return xgboost_fail(
			r, "learner.learner_model_param.base_score: expected between 0 and 1");
	assemble_boosted(r->assembly, r->group);
	set_base(f, score);
	return 0;
}

static int read_features(struct xgboost *r, const json_t *learner)
{
	const json_t *names = json_object_get(learner, "feature_names");
	double count;
	int e = 0;

	if (!xgboost_parameter(
		    json_object_get(learner, "learner_model_param"), "num_feature", &count) ||
		!(count >= 1 && count <= FOREST_FEATURES_MAX))
		return xgboost_fail(r, "learner.learner_model_param.num_feature: expected 1 to %d",
			FOREST_FEATURES_MAX);
	if (!json_array_size(names))
		return assemble_features(r->assembly, "f", (size_t)count);
	for (size_t i = 0; i < json_array_size(names) && e == 0; i++) {
		const json_t *name = json_array_get(names, i);
		e = assemble_feature(r->assembly,
			(struct str){ json_string_value(name), json_string_length(name) });
	}
	if (e < 0)
		return xgboost_fail(
			r, "learner.feature_names: expected %s", assemble_name_error(e));
	if (json_array_size(names) != count)
		return xgboost_fail(r, "learner.feature_names: expected %g names", count);
	return 0;
}

/* Training that stopped early goes on a little behind the best iteration; what Booster.predict
 * does then depends on how it is called. Training that did not has its last iteration here. */
static void note_best(struct xgboost *r, const json_t *learner, const json_t *model)
{
	double best, parallel = 1;

	if (!xgboost_parameter(json_object_get(learner, "attributes"), "best_iteration", &best))
		return;
	xgboost_parameter(
		json_object_get(model, "gbtree_model_param"), "num_parallel_tree", &parallel);
	if ((best + 1) * parallel * (double)r->group < (double)r->assembly->forest->tree_count)
		r->assembly->note = text_print(
			"all trees count, behind the best iteration (%g) too: to leave those out, save "
			"booster[:%g]",
			best, best + 1);
}

static int read_learner(struct xgboost *r, const json_t *learner)
{
	const json_t *booster = json_object_get(learner, "gradient_booster");
	const json_t *model = json_object_get(booster, "model");
	struct str name = text_of(booster, "name");
	int e;

	if (!json_is_object(learner))
		return xgboost_fail(r, "expected an object \"learner\", as XGBoost writes it");
	if (!str_eq(name, STR("gbtree")))
		return xgboost_fail(r,
			"learner.gradient_booster.name: expected gbtree, found \"%.*s\"",
			STR_ARG(name));
	e = read_features(r, learner);
	if (e == 0)
		e = read_outputs(r, learner);
	if (e == 0)
		e = xgboost_trees(r, model);
	if (e == 0)
		note_best(r, learner, model);
	return e;
}

static bool is_too_much(struct str text)
{
	size_t values = 0;

	for (size_t i = 0; i < text.len; i++)
		values += text.data[i] == ',';
	return values > VALUES_MAX;
}

int xgboost_read(const char *path, struct str text, struct assembly *a, char **ret_error)
{
	struct xgboost r = { .path = path, .error = ret_error, .assembly = a };
	json_error_t wrong;
	json_t *root;
	int e;

	if (is_too_much(text))
		return xgboost_fail(&r, "expected at most %d values", VALUES_MAX);
	root = json_loadb(text.data, text.len, 0, &wrong);
	if (!root)
		return text_refuse(ret_error, "%s:%d:%d: expected JSON: %s", path, wrong.line,
			wrong.column, wrong.text);
	e = read_learner(&r, json_object_get(root, "learner"));
	json_decref(root);
	return e;
}
