#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "filter.h"
#include "train_report.h"
#include "train_rows.h"

static const char *target_name, *out_path, *class_weight = "none";
static struct opt_list feature_names;
static int64_t trees = 100, seed = 1, max_rows = 1000000;
static int64_t depth, leaf_rows = 1, features_a_split, threads;

static const struct opt options[] = {
	{ "target", OPT_TEXT, &target_name, .arg = "FIELD",
		.help = "the field to predict: an integer, bool or text", .required = true },
	{ "features", OPT_LIST, &feature_names, .arg = "A,B,...",
		.help = "the fields to predict it from", .required = true },
	{ "out", OPT_OUTPUT, &out_path, .arg = "FILE", .help = "where the model goes",
		.required = true },
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
		.help = "features tried at each split; 0: the square root of their number",
		.min = 0, .max = FOREST_FEATURES_MAX },
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
				   "scaled, scale --fields leaves it out)",
				target_name, w->d);
		return snprintf(to, LABEL_MAX, "%.0f", w->d + 0.0);
	default:
		return 0;
	}
}

/* The label of a class; room is where one that is no text is printed. False where there is none. */
static bool read_label(const struct wire *w, char room[LABEL_MAX], struct str *ret)
{
	*ret = w->type == WIRE_STR ? w->bytes : (struct str){ room, print_label(w, room) };
	return ret->len && !memchr(ret->data, '\n', ret->len) && !memchr(ret->data, '\0', ret->len);
}

static bool read_features(const struct sample *s)
{
	bool whole = true;

	for (size_t i = 0; i < feature_names.count; i++) {
		struct wire w;
		double v;
		whole &= !status_is_bad(sample_number(s, &features[i], &v));
		row[i] = (float)v;
		whole &= isfinite(row[i]);
		if (!feature_seen[i])
			feature_seen[i] = sample_find(s, &features[i], &w);
	}
	return whole;
}

static void take(const struct sample *s)
{
	char room[LABEL_MAX];
	struct str label;
	struct wire w;
	bool whole = read_features(s);

	if (!sample_find(s, &target, &w))
		return;
	target_seen = true;
	if (!whole || status_is_bad(sample_status(s, target.name)) ||
		!read_label(&w, room, &label)) {
		skipped++;
		return;
	}
	if (train_rows_add(rows, row, label) < 0)
		die_config("%s has more than %d different values: that is a measure, not a class",
			target_name, FOREST_OUTPUTS_MAX);
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

static struct forest *learn(
	const struct train_set *set, const char *const *labels, double *out_of_bag)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct train_options o = {
		.trees = (uint32_t)trees,
		.seed = (uint64_t)seed,
		.features_a_split = (uint32_t)features_a_split,
		.depth = (uint32_t)depth,
		.leaf_rows = (uint32_t)leaf_rows,
		.balanced = strcmp(class_weight, "balanced") == 0,
		.threads = (unsigned)(threads	       ? threads
				      : processors > 0 ? processors
						       : 1),
	};
	struct forest *f;
	int r = train_forest(set, &o, &f, out_of_bag);

	if (r < 0)
		die_system("training: %s", strerror(-r));
	for (size_t i = 0; i < set->features; i++)
		f->features[i] = strdup(feature_names.words[i]);
	for (size_t i = 0; i < set->classes; i++)
		f->outputs[i] = strdup(labels[i]);
	return f;
}

static void report(const struct forest *f, const struct train_set *set, const char *const *labels,
	const double *out_of_bag)
{
	struct buffer *text = text_buffer();

	buffer_print(text,
		"%zu trees from %zu of %llu rows and %zu features; skipped %llu rows with a "
		"missing or Bad value\n",
		f->tree_count, set->rows, (unsigned long long)train_rows_seen(rows), set->features,
		(unsigned long long)skipped);
	train_report(text, set, labels, out_of_bag);
	buffer_print(text, "wrote %s, sha256 %s\n", out_path, f->digest);
	text_done();
}

static void end(void)
{
	struct train_set set;
	const char *const *labels;
	double *out_of_bag;
	int r;

	check_rows();
	train_rows_set(rows, &set, &labels);
	if (set.classes < 2)
		die_config("%s was %s in all %zu rows: two classes at least are needed",
			target_name, labels[0], set.rows);
	out_of_bag = malloc(set.rows * set.classes * sizeof(*out_of_bag));
	if (!out_of_bag)
		abort();
	struct forest *f = learn(&set, labels, out_of_bag);
	r = forest_save(f, out_path);
	if (r < 0)
		die_system("%s: %s", out_path, strerror(-r));
	report(f, &set, labels, out_of_bag);
	forest_close(f);
	free(out_of_bag);
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

	check_features();
	features = calloc(n, sizeof(*features));
	feature_seen = calloc(n, sizeof(*feature_seen));
	row = calloc(n, sizeof(*row));
	if (!features || !feature_seen || !row)
		abort();
	target.name = str(target_name);
	for (size_t i = 0; i < n; i++)
		features[i].name = str(feature_names.words[i]);
	rows = train_rows_open(n, (size_t)max_rows, (uint64_t)seed);
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
		   "what the trees say of rows they had not drawn (out of bag). Rows in which the "
		   "target or a feature is missing, Bad or beyond float 32 are skipped and "
		   "counted. The model is laid out in schemas/forest.md.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.fields = describe,
	.text_output = true,
};
