#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "anomaly/watch.h"
#include "filter.h"
#include "filter/fields.h"
#include "series.h"
#include "text.h"

static struct anomaly_plan plan = {
	.settings = { .sensitivity = 1, .season = 86400 * INT64_C(1000000000) },
	.threshold = 0.5,
};
static struct opt_list names;
static const char *pattern = "{field}_anomaly";
static int64_t memory = 2000, rest = 300, source_count = 10000;

static const struct opt options[] = {
	{ "fields", OPT_LIST, &names, .arg = "A,B,...", .help = "the fields to watch",
		.required = true },
	{ "together", OPT_FLAG, &plan.together,
		.help = "watch how the fields go together too, in a score of its own" },
	{ "sensitivity", OPT_NUMBER, &plan.settings.sensitivity, .arg = "X",
		.help = "how much a surprise counts: 2 tells of more, 0.5 of less", .min = 1e-3,
		.max = 1e3 },
	{ "threshold", OPT_NUMBER, &plan.threshold, .arg = "SCORE",
		.help = "an anomaly is raised at this score", .min = 1e-3, .max = 1 },
	{ "memory", OPT_INTEGER, &memory, .arg = "N",
		.help = "values of a field that count as lately", .min = 100, .max = 1e9 },
	{ "rest", OPT_INTEGER, &rest, .arg = "N",
		.help = "values after which a surprise as big as the last is news again", .min = 2,
		.max = 1e9 },
	{ "season", OPT_DURATION, &plan.settings.season, .arg = "TIME",
		.help = "after which what is usual comes again: 8h, 1w", .min = 1,
		.max = 366 * 86400.0 },
	{ "as", OPT_TEXT, &pattern, .arg = "{field}_anomaly",
		.help = "the name of the field for a score" },
	{ "sources", OPT_INTEGER, &source_count, .arg = "N",
		.help = "so many sources at once; with more, the one not heard from for longest is "
			"forgotten",
		.min = 1, .max = 1e7 },
	OPT_END,
};

static struct series *sources; /* of a source: struct anomaly_watch */
static struct field *fields, *scores;
static double *values;
static struct anomaly_verdict *verdicts;
static size_t verdict_count;

static struct str name_beside(const char *field)
{
	const char *hole = strstr(pattern, "{field}");

	if (!hole)
		die_config("--as: %s lacks {field}, the place of the field's name", pattern);
	return str(text_print("%.*s%s%s", (int)(hole - pattern), pattern, field, hole + 7));
}

static void check_fields(void)
{
	if (plan.together && (names.count < 2 || names.count > TOGETHER_FIELDS))
		die_config("--together: 2 to %d fields, not %zu", TOGETHER_FIELDS, names.count);
	for (size_t i = 0; i < names.count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(names.words[i], names.words[j]) == 0)
				die_config("--fields: %s is named twice", names.words[i]);
}

static void start(void)
{
	check_fields();
	plan.settings.memory = (double)memory;
	plan.settings.rest = (double)rest;
	plan.fields = names.count;
	verdict_count = names.count + plan.together;
	fields = allocate(names.count, sizeof(*fields));
	scores = allocate(verdict_count, sizeof(*scores));
	values = allocate(names.count, sizeof(*values));
	verdicts = allocate(verdict_count, sizeof(*verdicts));
	for (size_t i = 0; i < names.count; i++)
		fields[i].name = str(names.words[i]);
	for (size_t i = 0; i < verdict_count; i++)
		scores[i].name = name_beside(i < names.count ? names.words[i] : "together");
	sources = series_open(anomaly_watch_size(&plan), (size_t)source_count, NULL);
}

static void add_cause(struct sample_writer *w, const struct anomaly *a)
{
	sample_add_text(w, STR("cause"), str(anomaly_cause_name(a->cause)));
	sample_add_number(w, STR("probability"), a->probability);
	sample_add_number(w, STR("expected"), a->expected);
}

static void tell(const struct sample *s, const struct anomaly_verdict *v, bool together)
{
	struct sample_writer *w = emit_begin(s->time, s->source, STR("event"));

	sample_add_text(w, STR("event"), STR("anomaly"));
	sample_add_text(w, STR("state"), v->event.active ? STR("raised") : STR("cleared"));
	sample_add_text(w, STR("field"), fields[v->field].name);
	sample_add_bool(w, STR("together"), together);
	sample_add_number(w, STR("value"), values[v->field]);
	sample_add_number(w, STR("score"), v->event.highest);
	if (v->event.active)
		add_cause(w, &v->anomaly);
	else
		sample_add_number(w, STR("lasted"), (double)(s->time - v->event.since) / 1e9);
	emit_end();
}

/* The fields' values, NAN where there is none or it is Bad. */
static void read_values(const struct sample *s, uint32_t *ret_statuses)
{
	for (size_t i = 0; i < names.count; i++)
		ret_statuses[i] = sample_number(s, &fields[i], &values[i]);
}

static void add_scores(struct sample *s, const uint32_t *statuses)
{
	uint32_t worst = STATUS_GOOD;

	for (size_t i = 0; i < names.count; i++)
		worst = status_worst(worst, statuses[i]);
	for (size_t i = 0; i < verdict_count; i++) {
		if (!verdicts[i].judged)
			continue;
		sample_set_number(s, &scores[i], verdicts[i].anomaly.score);
		if (s->quality.count)
			sample_set_status(s, scores[i].name, i < names.count ? statuses[i] : worst);
	}
}

static void on_measurement(struct sample *s)
{
	bool is_new;
	uint32_t statuses[names.count];

	read_values(s, statuses);
	anomaly_watch_add(
		series_get(sources, s->source, &is_new), &plan, s->time, values, verdicts);
	add_scores(s, statuses);
	emit(s);
	for (size_t i = 0; i < verdict_count; i++)
		if (verdicts[i].change != ANOMALY_NO_CHANGE)
			tell(s, &verdicts[i], i == names.count);
}

/* A source that is forgotten is one that was never seen; what goes on in it ends untold. */
static void on_command(const struct sample *s)
{
	struct field command = { .name = STR("command") };
	struct wire w;
	bool is_new;

	if (sample_find(s, &command, &w) && w.type == WIRE_STR && str_eq(w.bytes, STR("forget")))
		memset(series_get(sources, s->source, &is_new), 0, anomaly_watch_size(&plan));
}

static void on_sample(struct sample *s)
{
	if (sample_is_measurement(s)) {
		on_measurement(s);
		return;
	}
	if (str_eq(s->kind, STR("command")))
		on_command(s);
	emit(s);
}

static void save_source(const void *state, struct buffer *to)
{
	anomaly_watch_save(state, &plan, to);
}

static bool load_source(void *context, struct str key, void *state, struct cursor *from)
{
	(void)context, (void)key;
	return anomaly_watch_load(state, &plan, from);
}

static void save(struct buffer *to)
{
	series_save(sources, to, save_source);
}

static bool load(struct cursor *from)
{
	return series_load(sources, from, load_source, NULL);
}

static void describe(struct fields *f)
{
	for (size_t i = 0; i < names.count; i++)
		fields_need(f, names.words[i], NULL);
	for (size_t i = 0; i < verdict_count; i++)
		fields_make(f, scores[i].name.data, NULL);
}

const struct filter filter = {
	.summary = "find what is unusual in a stream, without training",
	.details =
		"Adds to measurements, for each field watched, the score of its value, 0 to "
		"1, beside it (--as). Each series (a field of a source) has seven detectors: "
		"level, jump, variance, season (the time of day, or --season), range, flat "
		"(it stands still for longer than ever) and prediction (from the last three "
		"values). What each finds is compared with what it usually finds in this "
		"series. The most surprised of those that look at the value, at the stretch "
		"around it and at the range counts, and the three count for more where they "
		"agree. Nothing is trained or set: the first 50 values only teach, and every "
		"one after that teaches too. What goes on is no news: only the first and a "
		"worse value of an anomaly have a score; a surprise fades over --rest values.\n\n"
		"When a score reaches --threshold, a sample of kind event begins the anomaly, "
		"with its cause, the value expected by that detector, and the probability of "
		"such a surprise in this series. Another ends it, after ten usual values in a "
		"row, with the highest score and the seconds it lasted. --together watches "
		"the relations of the fields as well (principal components that are learnt on "
		"the way, T2 and Q): the cause is far, beyond the usual in a known way, or "
		"relation, not going together as usual, and the field is the one that stands "
		"out most.\n\n"
		"A value that is Bad, absent or beyond 1e100 is none: it has no score and "
		"teaches nothing. A sample of kind command with the value command: forget "
		"makes its source as one never seen. Other kinds pass unchanged. A series "
		"takes 1.4 KiB.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.save = save,
	.load = load,
	.fields = describe,
};
