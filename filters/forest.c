#include <errno.h>
#include <libgen.h>
#include <math.h>
#include <stdlib.h>

#include "filter.h"
#include "forest/forest.h"
#include "model/model.h"
#include "text.h"

enum {
	DIGEST_SHORT = 12,
	FAR = 10, /* times the width of what a feature is compared with */
};

static const char *model_path, *scaler_path, *positive;
static const char *probability_name = "failure_probability", *class_name = "failure";
static struct opt_list names;
static double threshold = 0.5;

static const struct opt options[] = {
	{ "model", OPT_FILE, &model_path, .arg = "FILE",
		.help = "the forest, as duto train writes it", .required = true },
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
	OPT_END,
};

struct range {
	double low, high;
};

static struct forest *forest;
static struct field *features, probability, class;
static double *row, *probabilities;
static struct range *near;
static int positive_class;
static char *via;

static void load_scaler(void)
{
	struct scaler scaler;
	char *error;
	const char *missing;
	int r = scaler_load(scaler_path, &scaler, &error);

	if (r < 0)
		die_config("%s", error);
	r = forest_prepare(forest, &scaler, names.count ? names.words : NULL, &missing);
	if (r == -ENOENT)
		die_config("%s has no field %s, a feature of %s", scaler_path, missing, model_path);
	if (r == -EEXIST)
		die_config("%s has a scaler inside already: leave --scaler out", model_path);
	scaler_free(&scaler);
}

static void choose_class(void)
{
	size_t n = forest->output_count;

	positive_class = positive ? forest_output(forest, str(positive)) : n == 2 ? 1 : -1;
	if (positive_class >= 0)
		return;
	if (!positive)
		die_config(
			"%s has %zu classes: --positive says which one is scored", model_path, n);
	const char *meant = opt_suggest(positive, (const char *const *)forest->outputs, n);
	die_config("--positive: %s has no class %s; there is %s", model_path, positive,
		meant ? meant : forest->outputs[0]);
}

static void name_features(void)
{
	size_t n = forest->feature_count;

	if (names.count && names.count != n)
		die_config("--features: %zu names for the %zu features of %s", names.count, n,
			model_path);
	features = calloc(n, sizeof(*features));
	row = calloc(n, sizeof(*row));
	probabilities = calloc(forest->output_count, sizeof(*probabilities));
	if (!features || !row || !probabilities)
		abort();
	for (size_t i = 0; i < n; i++)
		features[i].name = str(names.count ? names.words[i] : forest->features[i]);
	probability.name = str(probability_name);
	class.name = str(class_name);
}

/* Readings scored by a model of scaled values, or the other way round, give no error, only
 * nonsense; such values lie far from all thresholds. */
static void find_ranges(void)
{
	near = calloc(forest->feature_count, sizeof(*near));
	if (!near)
		abort();
	for (size_t i = 0; i < forest->feature_count; i++) {
		struct range *r = &near[i];
		bool used = forest_range(forest, i, &r->low, &r->high) && r->low < r->high;
		double margin = used ? FAR * (r->high - r->low) : INFINITY;
		r->low -= margin;
		r->high += margin;
	}
}

static void warn_of_far(void)
{
	static bool warned;

	for (size_t i = 0; !warned && i < forest->feature_count; i++) {
		if (row[i] >= near[i].low && row[i] <= near[i].high)
			continue;
		warned = true;
		warning("%.*s is %g, far from all that %s compares it with: is it scaled as when "
			"the model was trained? (--scaler, --features)",
			STR_ARG(features[i].name), row[i], model_path);
	}
}

/* Only Duto's text is scored: a model that runs a plant for years is one that diff and sha256sum can
 * tell from another. */
static void load_model(void)
{
	enum model_form form = model_recognise_file(model_path);
	char *error;

	if (form != MODEL_UNKNOWN && form != MODEL_DUTO)
		die_config("%s: this is %s: duto model convert %s NAME.forest makes it a model to "
			   "score with",
			model_path, model_form_name(form), model_path);
	if (forest_load(model_path, &forest, &error) < 0)
		die_config("%s", error);
}

static void start(void)
{
	char *copy;

	load_model();
	choose_class();
	name_features();
	if (scaler_path)
		load_scaler();
	find_ranges();
	copy = strdup(model_path);
	if (!copy)
		abort();
	via = text_print("%s@%.*s", basename(copy), DIGEST_SHORT, forest->digest);
	free(copy);
}

/* Fills row with the worst quality returned; *ret_any: the sample has some of the features. */
static uint32_t read_row(const struct sample *s, bool *ret_any)
{
	uint32_t worst = STATUS_GOOD;

	*ret_any = false;
	for (size_t i = 0; i < forest->feature_count; i++) {
		struct wire w;
		uint32_t status = sample_number(s, &features[i], &row[i]);
		*ret_any |= !status_is_bad(status) || sample_find(s, &features[i], &w);
		worst = status_worst(worst, status);
	}
	return worst;
}

static void score(struct sample *s, uint32_t status)
{
	if (status_is_bad(status)) {
		sample_set_nil(s, &probability);
		sample_set_nil(s, &class);
	} else {
		warn_of_far();
		forest_predict(forest, row, probabilities);
		double p = probabilities[positive_class];
		sample_set_number(s, &probability, p);
		sample_set_integer(s, &class, p >= threshold);
	}
	if (status != STATUS_GOOD || s->quality.count) {
		sample_set_status(s, probability.name, status);
		sample_set_status(s, class.name, status);
	}
	sample_set_via(s, STR("model"), str(via));
}

static void on_sample(struct sample *s)
{
	bool any = false;
	uint32_t status = sample_is_measurement(s) ? read_row(s, &any) : STATUS_GOOD;

	if (any)
		score(s, status);
	emit(s);
}

static void describe(struct fields *f)
{
	for (size_t i = 0; i < forest->feature_count; i++)
		fields_need(f, features[i].name.data, NULL);
	fields_make(f, probability_name, NULL);
	fields_make(f, class_name, NULL);
}

const struct filter filter = {
	.summary = "score measurements with a random forest",
	.details = "Adds the probability of a class and the decision, 1 or 0, to measurements that "
		   "have the model's features, and the model's name and digest to via. Where a "
		   "feature is missing or Bad both are nil, with the worst quality; else they "
		   "carry the worst quality of the features. Samples with none of the features are "
		   "passed on as they are.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.fields = describe,
};
