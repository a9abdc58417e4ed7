#include <stdlib.h>
#include <string.h>

#include "anomaly/anomaly.h"
#include "anomaly/event.h"
#include "filter.h"
#include "series.h"
#include "text.h"

static struct opt_list names;
static const char *pattern = "{field}_anomaly";
static double threshold = 0.5;
static int64_t memory = 2000, rest = 300, sources = 10000;
static struct anomaly_settings settings = { .sensitivity = 1,
	.season = 86400 * INT64_C(1000000000) };

static const struct opt options[] = {
	{ "fields", OPT_LIST, &names, .arg = "A,B,...", .help = "the fields to watch",
		.required = true },
	{ "sensitivity", OPT_NUMBER, &settings.sensitivity, .arg = "X",
		.help = "how much a surprise counts: 2 tells of more, 0.5 of less", .min = 1e-3,
		.max = 1e3 },
	{ "threshold", OPT_NUMBER, &threshold, .arg = "SCORE",
		.help = "an event begins at this score", .min = 1e-3, .max = 1 },
	{ "memory", OPT_INTEGER, &memory, .arg = "N",
		.help = "values of a field that count as lately", .min = 100, .max = 1e9 },
	{ "rest", OPT_INTEGER, &rest, .arg = "N",
		.help = "values after which a surprise as big as the last is news again", .min = 2,
		.max = 1e9 },
	{ "season", OPT_DURATION, &settings.season, .arg = "TIME",
		.help = "after which what is usual comes again: 8h, 1w", .min = 1,
		.max = 366 * 86400.0 },
	{ "as", OPT_TEXT, &pattern, .arg = "{field}_anomaly",
		.help = "the name of the field for a score" },
	{ "sources", OPT_INTEGER, &sources, .arg = "N",
		.help = "so many sources at once; with more, the one not heard from for longest is "
			"forgotten",
		.min = 1, .max = 1e7 },
	OPT_END,
};

/* A field of a source. */
struct watched {
	struct anomaly_series series;
	struct anomaly_event event;
};
static struct series *all; /* the state of a source: one struct watched for each name */
static struct {
	struct field field, score;
} * columns;

static struct str name_beside(const char *field)
{
	const char *hole = strstr(pattern, "{field}");

	if (!hole)
		die_config("--as: %s lacks {field}, the place of the field's name", pattern);
	return str(text_print("%.*s%s%s", (int)(hole - pattern), pattern, field, hole + 7));
}

static void start(void)
{
	settings.memory = (double)memory;
	settings.rest = (double)rest;
	columns = calloc(names.count, sizeof(*columns));
	if (!columns)
		abort();
	for (size_t i = 0; i < names.count; i++) {
		columns[i].field.name = str(names.words[i]);
		columns[i].score.name = name_beside(names.words[i]);
	}
	all = series_open(names.count * sizeof(struct watched), (size_t)sources, NULL);
}

static void tell(const struct sample *s, size_t column, const struct anomaly_event *e, double value,
	const struct anomaly *a)
{
	struct sample_writer *w = emit_begin(s->time, s->source, STR("event"));

	sample_add_text(w, STR("event"), STR("anomaly"));
	sample_add_text(w, STR("state"), e->active ? STR("begin") : STR("end"));
	sample_add_text(w, STR("field"), columns[column].field.name);
	sample_add_number(w, STR("value"), value);
	sample_add_number(w, STR("score"), e->highest);
	if (e->active) {
		sample_add_text(w, STR("cause"), str(anomaly_cause_name(a->cause)));
		sample_add_number(w, STR("probability"), a->probability);
		sample_add_number(w, STR("expected"), a->expected);
	} else {
		sample_add_name(w, STR("since"));
		wire_time(w->out, e->since);
	}
	emit_end();
}

/* What is told of the fields of a sample goes out behind it: an edit moves the sample. */
struct verdict {
	struct anomaly anomaly;
	double value;
	enum anomaly_change change;
};

static bool judge(struct sample *s, size_t column, struct watched *watched, struct verdict *ret)
{
	struct field *score = &columns[column].score;
	uint32_t status = sample_number(s, &columns[column].field, &ret->value);

	ret->change = ANOMALY_NO_CHANGE;
	if (status_is_bad(status) || !anomaly_takes(ret->value))
		return false;
	anomaly_add(&watched->series, &settings, s->time, ret->value, &ret->anomaly);
	ret->change = anomaly_event_add(&watched->event, threshold, s->time, &ret->anomaly);
	sample_set_number(s, score, ret->anomaly.score);
	if (s->quality.count)
		sample_set_status(s, score->name, status);
	return true;
}

static void on_measurement(struct sample *s)
{
	bool is_new;
	struct watched *watched = series_get(all, s->source, &is_new);
	struct verdict verdicts[names.count];

	for (size_t i = 0; i < names.count; i++)
		judge(s, i, &watched[i], &verdicts[i]);
	emit(s);
	for (size_t i = 0; i < names.count; i++)
		if (verdicts[i].change != ANOMALY_NO_CHANGE)
			tell(s, i, &watched[i].event, verdicts[i].value, &verdicts[i].anomaly);
}

static bool value_is(const struct sample *s, const char *name, struct str text)
{
	struct field f = { .name = str(name) };
	struct wire w;

	return sample_find(s, &f, &w) && w.type == WIRE_STR && str_eq(w.bytes, text);
}

/* A series that is forgotten is one that was never seen; what goes on in it ends untold. */
static void on_command(const struct sample *s)
{
	bool is_new;

	if (value_is(s, "command", STR("forget")))
		memset(series_get(all, s->source, &is_new), 0,
			names.count * sizeof(struct watched));
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
	const struct watched *watched = state;

	wire_array(to, (uint32_t)names.count);
	for (size_t i = 0; i < names.count; i++) {
		anomaly_save(&watched[i].series, to);
		anomaly_event_save(&watched[i].event, to);
	}
}

static bool load_source(void *context, struct str key, void *state, struct cursor *from)
{
	struct watched *watched = state;
	uint32_t count;

	(void)context, (void)key;
	if (wire_next_array(from, &count) != 1 || count != names.count)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!anomaly_load(&watched[i].series, from) ||
			!anomaly_event_load(&watched[i].event, from))
			return false;
	return true;
}

static void save(struct buffer *to)
{
	series_save(all, to, save_source);
}

static bool load(struct str from)
{
	struct cursor c = { (const uint8_t *)from.data, (const uint8_t *)from.data + from.len };

	return series_load(all, &c, load_source, NULL) && c.at == c.end;
}

static void fields(struct fields *f)
{
	for (size_t i = 0; i < names.count; i++) {
		fields_need(f, names.words[i], NULL);
		fields_make_str(f, columns[i].score.name, STR(""));
	}
}

const struct filter filter = {
	.summary = "find what is unusual in a stream, without training",
	.details =
		"Adds to measurements, for each field watched, the score of its value, 0 to 1, beside "
		"it (--as). Each series (a field of a source) has seven detectors: level, jump, "
		"variance, season (the time of day, or --season), range, flat (it stands still for "
		"longer than ever) and prediction (from the last four values). What each finds is "
		"compared with what it usually finds in this series, and what is beyond counts "
		"together. Nothing is trained or set: the first 50 values only teach, and every one "
		"after that teaches too. What goes on is no news: only the first and a worse value of "
		"an anomaly have a score, until --rest values have passed.\n\n"
		"When a score reaches --threshold, a sample of kind event begins the anomaly, with "
		"its cause, the value expected by that detector, and the probability of such a "
		"surprise in this series. Another ends it, after ten usual values in a row.\n\n"
		"A value that is Bad, absent or beyond 1e100 is none: it has no score and teaches "
		"nothing. A sample of kind command with the value command: forget makes its source as "
		"one never seen. Other kinds pass unchanged. A series takes about 1 KiB.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.save = save,
	.load = load,
	.fields = fields,
};
