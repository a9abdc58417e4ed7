#include <stdlib.h>
#include <unistd.h>

#include "file.h"
#include "filter.h"
#include "train/learn.h"
#include "train/reader.h"

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

static struct train_rows *rows;
static struct train_reader *reader;
static bool regression;
static struct train_plan plan;

static void on_sample(struct sample *s)
{
	char *error;

	if (sample_is_measurement(s) && train_reader_take(reader, s, &error) < 0)
		die_config("%s", error);
}

static void show_progress(uint32_t done)
{
	fprintf(stderr, "\r%u of %lld trees ", done, (long long)trees);
}

static void end_progress(void)
{
	if (plan.options.progress)
		fprintf(stderr, "\r\x1b[K");
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

static void check(const struct train_set *set, const char *const *labels)
{
	char *error;

	if (train_check(set, labels, &plan, &error) < 0)
		die_config("%s", error);
}

static void end(void)
{
	const char *const *labels;
	struct train_set set;
	struct forest *f;
	char *error;
	int r;

	if (train_reader_check(reader, &error) < 0)
		die_config("%s", error);
	train_rows_set(rows, split, &set, &labels);
	check(&set, labels);
	struct train_report report = {
		.target = target_name,
		.features = feature_names.words,
		.labels = labels,
		.seen = train_rows_seen(rows),
		.skipped = train_reader_skipped(reader),
	};
	r = train_learn(&set, &plan, &f, &report);
	end_progress();
	if (r < 0)
		die_system("training: %s", strerror(-r));
	name_outputs(f, labels);
	save_model(f, &report);
	tell(&report);
	train_report_free(&report);
	forest_close(f);
	train_reader_close(reader);
	train_rows_close(rows);
}

/* The share of the rows to learn from. */
static double read_split(void)
{
	char *end;
	double share;

	if (folds)
		die_config("--split and --folds do not go together");
	if (strncmp(split, "time:", 5) == 0) {
		share = strtod(split + 5, &end);
		if (end > split + 5 && *end == '\0' && share > 0 && share < 1)
			return share;
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

static struct train_options make_options(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	return (struct train_options){
		.trees = (uint32_t)trees,
		.seed = (uint64_t)seed,
		.features_a_split = (uint32_t)features_a_split,
		.depth = (uint32_t)depth,
		.leaf_rows = (uint32_t)leaf_rows,
		.balanced = strcmp(class_weight, "balanced") == 0,
		.threads = (unsigned)(threads	       ? threads
				      : processors > 0 ? processors
						       : 1),
		.progress = isatty(STDERR_FILENO) ? show_progress : NULL,
	};
}

static void start(void)
{
	regression = strcmp(task, "regression") == 0;
	if (regression && opt_given(&class_weight))
		die_config("--class-weight goes with classes, not with --task regression");
	check_features();
	plan = (struct train_plan){
		.options = make_options(),
		.split_share = split ? read_split() : 0,
		.folds = (uint32_t)folds,
	};
	rows = train_rows_open(feature_names.count, regression, (size_t)max_rows, (uint64_t)seed);
	reader = train_reader_open(
		target_name, feature_names.words, feature_names.count, regression, rows);
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
