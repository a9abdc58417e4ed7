#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "file.h"
#include "filter.h"
#include "train/evaluate.h"
#include "train/importance.h"
#include "train/report.h"
#include "train/rows.h"

static const char *target_name, *out_path, *class_weight = "none", *task = "classification";
static const char *split, *report_path;
static struct opt_list feature_names;
static int64_t trees = 100, seed = 1, max_rows = 1000000;
static int64_t depth, leaf_rows = 1, features_a_split, folds, threads;

static const struct opt options[] = {
	{ "target", OPT_TEXT, &target_name, .arg = "FIELD",
		.help = "the field to predict: an integer, bool or text; of a regression a number",
		.required = true },
	{ "features", OPT_LIST, &feature_names, .arg = "A,B,...",
		.help = "the fields to predict it from: numbers", .required = true },
	{ "out", OPT_OUTPUT, &out_path, .arg = "FILE", .help = "where the model goes",
		.required = true },
	{ "task", OPT_CHOICE, &task, .arg = "WHAT", .help = "predict a class or a number",
		.choices = "classification|regression" },
	{ "trees", OPT_INTEGER, &trees, .arg = "N", .help = "how many trees", .min = 1,
		.max = 100000 },
	{ "seed", OPT_INTEGER, &seed, .arg = "N",
		.help = "of the random draws: the same seed, the same model" },
	{ "class-weight", OPT_CHOICE, &class_weight, .arg = "HOW",
		.help = "balanced: rare classes weigh as much as common ones",
		.choices = "none|balanced" },
	{ "max-depth", OPT_INTEGER, &depth, .arg = "N", .help = "0: until leaves are pure",
		.min = 0, .max = 100000 },
	{ "min-leaf", OPT_INTEGER, &leaf_rows, .arg = "N", .help = "draws that a leaf has at least",
		.min = 1, .max = 1e9 },
	{ "split-features", OPT_INTEGER, &features_a_split, .arg = "N",
		.help = "features tried at each split; 0: the square root of their number, of a "
			"regression all",
		.min = 0, .max = FOREST_FEATURES_MAX },
	{ "split", OPT_TEXT, &split, .arg = "time:0.8",
		.help = "learn from this share of the rows, the earliest, and report on the later" },
	{ "folds", OPT_INTEGER, &folds, .arg = "N",
		.help = "try it N times on a part of the rows that was not learnt from, before "
			"learning from all",
		.min = 2, .max = 100 },
	{ "report", OPT_OUTPUT, &report_path, .arg = "FILE",
		.help = "the report as JSON; - for standard output, in place of the text" },
	{ "max-rows", OPT_INTEGER, &max_rows, .arg = "N",
		.help = "of more rows, so many are drawn at random", .min = 1, .max = 1e9 },
	{ "threads", OPT_INTEGER, &threads, .arg = "N",
		.help = "0: one a processor; the model is the same", .min = 0, .max = 1024,
		.incidental = true },
	OPT_END,
};

enum { LABEL_MAX = 24, NAMES_MAX = 1000, NAMES_SAMPLES = 100 };

static struct train_rows *rows;
static struct field target, *features;
static float *row;
static bool target_seen, *feature_seen;
static uint64_t samples, skipped;
static bool regression;
static double split_share;

/* Names seen in the first samples, for "did you mean". */
static const char *names[NAMES_MAX];
static size_t name_count;

static void remember_name(struct str name)
{
	for (size_t i = 0; i < name_count; i++)
		if (str_eq(name, str(names[i])))
			return;
	if (name_count < NAMES_MAX)
		names[name_count++] = strndup(name.data, name.len);
}

static void remember_names(const struct sample *s)
{
	for (uint32_t i = 0; i < s->values.count; i++) {
		struct str name;
		struct wire w;
		sample_value(s, i, &name, &w);
		remember_name(name);
	}
}

static int print_label(const struct wire *w, char to[LABEL_MAX])
{
	switch (w->type) {
	case WIRE_UINT:
		return snprintf(to, LABEL_MAX, "%llu", (unsigned long long)w->u);
	case WIRE_INT:
		return snprintf(to, LABEL_MAX, "%lld", (long long)w->i);
	case WIRE_BOOL:
		return snprintf(to, LABEL_MAX, "%d", w->b);
	case WIRE_DOUBLE:
		if (w->d != trunc(w->d) || fabs(w->d) > 1e15)
			die_config("%s is %g: a target is an integer, a bool or a text (if it was "
				   "scaled, scale --fields leaves it out; --task regression "
				   "predicts numbers)",
				target_name, w->d);
		return snprintf(to, LABEL_MAX, "%.0f", w->d + 0.0);
	default:
		return 0;
	}
}

static bool is_text(const struct wire *w)
{
	return w->type == WIRE_STR;
}

/* The label of a class; room is where one that is no text is printed. False where there is none. */
static bool read_label(const struct wire *w, char room[LABEL_MAX], struct str *ret)
{
	*ret = is_text(w) ? w->bytes : (struct str){ room, print_label(w, room) };
	return ret->len && !memchr(ret->data, '\n', ret->len) && !memchr(ret->data, '\0', ret->len);
}

static bool read_feature(const struct sample *s, size_t i)
{
	struct wire w;
	double v;
	bool good = !status_is_bad(sample_number(s, &features[i], &v));

	row[i] = (float)v;
	if (feature_seen[i])
		return good && isfinite(row[i]);
	feature_seen[i] = sample_find(s, &features[i], &w);
	if (feature_seen[i] && is_text(&w))
		die_config("--features: %s is text (%.*s); a forest learns from numbers: map makes "
			   "some of it",
			feature_names.words[i], STR_ARG(w.bytes));
	return good && isfinite(row[i]);
}

static bool read_features(const struct sample *s)
{
	bool whole = true;

	for (size_t i = 0; i < feature_names.count; i++)
		whole &= read_feature(s, i);
	return whole;
}

static bool take_measure(const struct sample *s)
{
	double v;

	if (status_is_bad(sample_number(s, &target, &v)) || !isfinite((float)v))
		return false;
	train_rows_add_measure(rows, s->time, row, v);
	return true;
}

static bool take_class(const struct sample *s, const struct wire *w)
{
	char room[LABEL_MAX];
	struct str label;

	if (status_is_bad(sample_status(s, target.name)) || !read_label(w, room, &label))
		return false;
	if (train_rows_add(rows, s->time, row, label) < 0)
		die_config("%s has more than %d different values: that is a measure, not a class "
			   "(--task regression)",
			target_name, FOREST_OUTPUTS_MAX);
	return true;
}

static void take(const struct sample *s)
{
	struct wire w;
	bool whole = read_features(s);

	if (!sample_find(s, &target, &w))
		return;
	target_seen = true;
	if (!whole || !(regression ? take_measure(s) : take_class(s, &w)))
		skipped++;
}

static void on_sample(struct sample *s)
{
	if (!sample_is_measurement(s))
		return;
	if (samples++ < NAMES_SAMPLES)
		remember_names(s);
	take(s);
}

static void die_unseen(const char *option, const char *name)
{
	const char *meant = opt_suggest(name, names, name_count);

	if (samples == 0)
		die_config("no measurement came in: nothing to learn from");
	if (meant)
		die_config("--%s: no sample has a field %s; did you mean %s?", option, name, meant);
	die_config("--%s: no sample has a field %s", option, name);
}

static void check_rows(void)
{
	if (!target_seen)
		die_unseen("target", target_name);
	for (size_t i = 0; i < feature_names.count; i++)
		if (!feature_seen[i])
			die_unseen("features", feature_names.words[i]);
	if (train_rows_seen(rows) == 0)
		die_config("no row is whole: in all %llu the target or a feature is missing or Bad",
			(unsigned long long)skipped);
}

static void show_progress(uint32_t done)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%u of %lld trees ", done, (long long)trees);
}

static void end_progress(void)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\x1b[K");
}

static struct train_options make_options(const struct train_set *set)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	double *weights = NULL;

	if (!regression && strcmp(class_weight, "balanced") == 0) {
		weights = calloc(set->classes, sizeof(*weights));
		if (!weights)
			abort();
		train_balance(set, weights);
	}
	return (struct train_options){
		.trees = (uint32_t)trees,
		.seed = (uint64_t)seed,
		.features_a_split = (uint32_t)features_a_split,
		.depth = (uint32_t)depth,
		.leaf_rows = (uint32_t)leaf_rows,
		.class_weights = weights,
		.threads = (unsigned)(threads	       ? threads
				      : processors > 0 ? processors
						       : 1),
		.progress = show_progress,
	};
}

static void try_folds(
	const struct train_set *set, const struct train_options *o, struct train_report *report)
{
	struct train_metrics found[folds];
	int r = train_folds(set, o, (uint32_t)folds, found);

	if (r < 0)
		die_system("training: %s", strerror(-r));
	train_report_folds(report, found, (uint32_t)folds);
	for (int64_t i = 0; i < folds; i++)
		train_metrics_free(&found[i]);
}

/* Learns from all rows; metrics are of what the trees say of those they had not drawn. */
static int learn_all(const struct train_set *set, const struct train_options *o,
	struct forest **ret, struct train_metrics *ret_metrics)
{
	double *out_of_bag = calloc(set->rows * train_outputs(set), sizeof(*out_of_bag));
	int r;

	if (!out_of_bag)
		abort();
	r = train_forest(set, o, ret, out_of_bag);
	if (r == 0)
		*ret_metrics = train_metrics(set, out_of_bag);
	free(out_of_bag);
	return r;
}

static struct forest *learn(
	struct train_set *set, const struct train_options *o, struct train_report *report)
{
	size_t earlier = (size_t)((double)set->rows * split_share);
	struct forest *f;
	int r;

	if (split && (earlier == 0 || earlier == set->rows))
		die_config("--split: of %zu rows no part is left to %s", set->rows,
			earlier ? "report on" : "learn from");
	r = split ? train_split(set, o, earlier, &f, &report->metrics)
		  : learn_all(set, o, &f, &report->metrics);
	if (split)
		set->rows = earlier;
	if (r < 0)
		die_system("training: %s", strerror(-r));
	return f;
}

static void name_outputs(struct forest *f, const char *const *labels)
{
	for (size_t i = 0; i < f->feature_count; i++)
		f->features[i] = strdup(feature_names.words[i]);
	for (size_t i = 0; i < f->output_count; i++)
		f->outputs[i] = strdup(regression ? target_name : labels[i]);
}

static void save_model(struct forest *f, struct train_report *report)
{
	int r = forest_save(f, out_path);

	if (r < 0)
		die_system("%s: %s", out_path, strerror(-r));
	report->model = out_path;
	report->digest = f->digest;
}

static void tell(const struct train_report *report)
{
	bool on_output = report_path && strcmp(report_path, "-") == 0;
	struct buffer json = { 0 };
	int r;

	if (on_output)
		train_report_json(text_buffer(), report);
	else
		train_report_text(text_buffer(), report);
	text_done();
	if (!report_path || on_output)
		return;
	train_report_json(&json, report);
	r = file_replace(report_path, buffer_str(&json));
	if (r < 0)
		die_system("%s: %s", report_path, strerror(-r));
	buffer_free(&json);
}

static void weigh_features(const struct train_set *set, const struct train_options *o,
	const struct forest *f, double *ret)
{
	int r = train_importance(set, o, f, ret);

	if (r < 0)
		die_system("training: %s", strerror(-r));
}

static void check_set(const struct train_set *set, const char *const *labels)
{
	if (!regression && set->classes < 2)
		die_config("%s was %s in all %zu rows: two classes at least are needed",
			target_name, labels[0], set->rows);
	if (folds > (int64_t)set->rows)
		die_config("--folds: there are only %zu rows", set->rows);
}

static void end(void)
{
	double importance[FOREST_FEATURES_MAX];
	struct train_set set;
	const char *const *labels;

	check_rows();
	train_rows_set(rows, split, &set, &labels);
	check_set(&set, labels);
	struct train_options o = make_options(&set);
	struct train_report report = {
		.target = target_name,
		.features = feature_names.words,
		.labels = labels,
		.feature_count = set.features,
		.trees = o.trees,
		.seen = train_rows_seen(rows),
		.skipped = skipped,
		.from = split ? "held out, the latest" : "out of bag",
		.importance = importance,
	};
	if (folds)
		try_folds(&set, &o, &report);
	struct forest *f = learn(&set, &o, &report);
	report.rows = set.rows;
	weigh_features(&set, &o, f, importance);
	end_progress();
	name_outputs(f, labels);
	save_model(f, &report);
	tell(&report);
	train_metrics_free(&report.metrics);
	forest_close(f);
	free((double *)o.class_weights);
	train_rows_close(rows);
}

static void check_split(void)
{
	char *end;

	if (!split)
		return;
	if (folds)
		die_config("--split and --folds do not go together");
	if (strncmp(split, "time:", 5) == 0) {
		split_share = strtod(split + 5, &end);
		if (end > split + 5 && *end == '\0' && split_share > 0 && split_share < 1)
			return;
	}
	die_config("--split: expected time: and a share between 0 and 1, as time:0.8, found %s",
		split);
}

static void check_features(void)
{
	if (feature_names.count == 0 || feature_names.count > FOREST_FEATURES_MAX)
		die_config("--features: 1 to %d names are needed", FOREST_FEATURES_MAX);
	for (size_t i = 0; i < feature_names.count; i++) {
		const char *name = feature_names.words[i];
		if (strcmp(name, target_name) == 0)
			die_config("--features: %s is the target", name);
		for (size_t j = 0; j < i; j++)
			if (strcmp(name, feature_names.words[j]) == 0)
				die_config("--features: %s is there twice", name);
	}
}

static void start(void)
{
	size_t n = feature_names.count;

	regression = strcmp(task, "regression") == 0;
	if (regression && opt_given(&class_weight))
		die_config("--class-weight goes with classes, not with --task regression");
	check_features();
	check_split();
	features = calloc(n, sizeof(*features));
	feature_seen = calloc(n, sizeof(*feature_seen));
	row = calloc(n, sizeof(*row));
	if (!features || !feature_seen || !row)
		abort();
	target.name = str(target_name);
	for (size_t i = 0; i < n; i++)
		features[i].name = str(feature_names.words[i]);
	rows = train_rows_open(n, regression, (size_t)max_rows, (uint64_t)seed);
}

static void describe(struct fields *f)
{
	fields_need(f, target_name, NULL);
	for (size_t i = 0; i < feature_names.count; i++)
		fields_need(f, feature_names.words[i], NULL);
	fields_none(f);
}

const struct filter filter = {
	.summary = "learn a random forest that predicts a field from others",
	.details = "Reads measurements until the input ends, learns, writes the model and prints "
		   "how well it predicts rows that it did not learn from: what the trees say of "
		   "rows they had not drawn (out of bag), or with --split of the later rows. Rows "
		   "in which the target or a feature is missing, Bad or beyond float 32 are "
		   "skipped and counted. The model and the report are laid out in "
		   "schemas/forest.md.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.fields = describe,
	.text_output = true,
};
