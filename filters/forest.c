#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "filter.h"
#include "forest/forest.h"
#include "forest/open.h"
#include "model/model.h"
#include "text.h"

enum {
	DIGEST_SHORT = 12,
	EXPLAINED_MAX = 20,
};

static const char *model_path, *scaler_path, *positive;
static const char *probability_name = "failure_probability", *class_name = "failure";
static const char *value_name;
static struct opt_list names;
static double threshold = 0.5;
static int64_t explained;

static const struct opt options[] = {
	{ "model", OPT_FILE, &model_path, .arg = "FILE",
		.help = "the forest, as duto train writes it; SIGHUP takes up a new one",
		.required = true },
	{ "scaler", OPT_FILE, &scaler_path, .arg = "FILE",
		.help = "scale inside by this model of duto scale; readings stay" },
	{ "features", OPT_LIST, &names, .arg = "A,B,...",
		.help = "the fields to score, in the order of the model's features" },
	{ "threshold", OPT_NUMBER, &threshold, .arg = "P",
		.help = "the decision is 1 from this probability on", .min = 0, .max = 1 },
	{ "positive", OPT_TEXT, &positive, .arg = "CLASS",
		.help = "the class that is scored; of two the second" },
	{ "probability-name", OPT_TEXT, &probability_name, .arg = "FIELD",
		.help = "the field for its probability" },
	{ "class-name", OPT_TEXT, &class_name, .arg = "FIELD",
		.help = "the field for the decision, 1 or 0" },
	{ "value-name", OPT_TEXT, &value_name, .arg = "FIELD",
		.help = "the field for a regression's number; else predicted_ and its target" },
	{ "explain", OPT_INTEGER, &explained, .arg = "N",
		.help = "name the N features that moved the score most in via", .min = 1,
		.max = EXPLAINED_MAX },
	OPT_END,
};

/* All that comes with a model file, so that a new one is taken up whole. */
struct model {
	struct forest *forest;
	struct forest_explainer *explainer;
	struct field *features, score, class;
	double *row, *outputs, *moved;
	struct forest_range *ranges;
	size_t scored; /* which output */
	char *via;
};

static struct model model;

static void name_fields(struct model *m)
{
	const struct forest *f = m->forest;
	size_t n = f->feature_count;

	m->features = allocate(n, sizeof(*m->features));
	m->row = allocate(n, sizeof(*m->row));
	m->moved = allocate(n, sizeof(*m->moved));
	m->outputs = allocate(f->output_count, sizeof(*m->outputs));
	for (size_t i = 0; i < n; i++)
		m->features[i].name = str(names.count ? names.words[i] : f->features[i]);
	m->class.name = str(class_name);
	m->score.name = str(!f->regression ? probability_name
			    : value_name   ? value_name
					   : text_print("predicted_%s", f->outputs[0]));
}

static void warn_of_far(void)
{
	static bool warned;

	for (size_t i = 0; !warned && i < model.forest->feature_count; i++) {
		warned = forest_range_is_far(&model.ranges[i], model.row[i]);
		if (warned)
			warning("%.*s is %g, far from all that %s compares it with: is it scaled "
				"as when the model was trained? (--scaler, --features)",
				STR_ARG(model.features[i].name), model.row[i], model_path);
	}
}

static void name_model(struct model *m)
{
	char *copy = or_abort(strdup(model_path));

	m->via = text_print("%s@%.*s", basename(copy), DIGEST_SHORT, m->forest->digest);
	free(copy);
}

/* What is wrong, or NULL. */
static char *load(struct model *m)
{
	struct forest_source source = { model_path, scaler_path, names.words, names.count };
	char *error = model_other_form(model_path);

	if (error || forest_open(&source, &m->forest, &error) < 0 ||
		forest_choose_output(m->forest, model_path, positive, &m->scored, &error) < 0)
		return error;
	name_fields(m);
	name_model(m);
	m->ranges = forest_ranges(m->forest);
	if (explained)
		m->explainer = forest_explainer_open(m->forest, m->scored);
	return NULL;
}

static void unload(struct model *m)
{
	forest_explainer_close(m->explainer);
	forest_close(m->forest);
	free(m->features);
	free(m->row);
	free(m->outputs);
	free(m->moved);
	free(m->ranges);
	free(m->via);
}

static void start(void)
{
	char *error = load(&model);

	if (error)
		die_config("%s", error);
}

static void reload(void)
{
	struct model next = { 0 };
	char *error = load(&next);

	if (error) {
		warning("%s; %s goes on", error, model.via);
		free(error);
		unload(&next);
		return;
	}
	notice("%s in place of %s", next.via, model.via);
	unload(&model);
	model = next;
}

/* Fills the row; the worst quality returned. *ret_any: the sample has some of the features. */
static uint32_t read_row(const struct sample *s, bool *ret_any)
{
	uint32_t worst = STATUS_GOOD;

	*ret_any = false;
	for (size_t i = 0; i < model.forest->feature_count; i++) {
		struct wire w;
		uint32_t status = sample_number(s, &model.features[i], &model.row[i]);
		*ret_any |= !status_is_bad(status) || sample_find(s, &model.features[i], &w);
		worst = status_worst(worst, status);
	}
	return worst;
}

/* "torque +0.412, tool_wear -0.03" */
static void explain(struct sample *s)
{
	static struct buffer text;

	text.len = 0;
	forest_explain(model.explainer, model.row, model.moved);
	for (int64_t n = 0; n < explained; n++) {
		size_t i = forest_largest(model.moved, model.forest->feature_count);
		if (model.moved[i] == 0)
			break;
		buffer_print(&text, "%s%.*s %+.3g", n ? ", " : "", STR_ARG(model.features[i].name),
			model.moved[i]);
		model.moved[i] = 0;
	}
	sample_set_via(s, STR("explain"), buffer_str(&text));
}

/* What cannot be scored, or gives no number, is nil. */
static bool score(struct sample *s)
{
	warn_of_far();
	forest_predict(model.forest, model.row, model.outputs);
	double v = model.outputs[model.scored];
	if (!isfinite(v))
		return false;
	sample_set_number(s, &model.score, v);
	if (!model.forest->regression)
		sample_set_integer(s, &model.class, v >= threshold);
	if (explained)
		explain(s);
	return true;
}

static uint32_t score_or_nil(struct sample *s, uint32_t status)
{
	bool scores = !status_is_bad(status) || model.forest->missing;

	if (scores && score(s))
		return status_is_bad(status) ? STATUS_UNCERTAIN_DATA_SUBNORMAL : status;
	sample_set_nil(s, &model.score);
	if (!model.forest->regression)
		sample_set_nil(s, &model.class);
	return status_is_bad(status) ? status : STATUS_BAD_OUT_OF_RANGE;
}

static void on_sample(struct sample *s)
{
	bool any = false;
	uint32_t status = sample_is_measurement(s) ? read_row(s, &any) : STATUS_GOOD;

	if (any) {
		status = score_or_nil(s, status);
		if (status != STATUS_GOOD || s->quality.count) {
			sample_set_status(s, model.score.name, status);
			if (!model.forest->regression)
				sample_set_status(s, model.class.name, status);
		}
		sample_set_via(s, STR("model"), str(model.via));
	}
	emit(s);
}

static void describe(struct fields *f)
{
	for (size_t i = 0; i < model.forest->feature_count; i++)
		fields_need(f, model.features[i].name.data, NULL);
	fields_make(f, model.score.name.data, NULL);
	if (!model.forest->regression)
		fields_make(f, class_name, NULL);
}

const struct filter filter = {
	.summary = "score measurements with a random forest",
	.details = "Adds the probability of a class and the decision, 1 or 0, or a regression's "
		   "number, to measurements that have the model's features, and the model's name "
		   "and digest to via. Where a feature is missing or Bad they are nil, with the "
		   "worst quality, unless the model learnt from missing values: then it scores, "
		   "and they are Uncertain. Else they carry the worst quality of the features. "
		   "Samples with none of the features are passed on as they are.\n\n"
		   "On SIGHUP the model file is read again. One that is broken is warned of, and "
		   "the old goes on.",
	.options = options,
	.start = start,
	.reload = reload,
	.sample = on_sample,
	.fields = describe,
};
