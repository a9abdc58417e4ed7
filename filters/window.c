#include "filter.h"
#include "filter/fields.h"
#include "window/windows.h"

enum { WINDOWS_HELD = 10000, WINDOWS_OVERLAPPING = 1000 };

static int64_t every, over, gap, late, revise, sources = 100000;
static double good_share = 1;
static struct opt_list aggregates, names;

static const struct opt options[] = {
	{ "every", OPT_DURATION, &every, "TIME", "the length of a window, or its step (--over)",
		.min = 1e-6, .max = 366 * 86400.0 },
	{ "over", OPT_DURATION, &over, "TIME",
		"windows of this length begin --every so often, and overlap", .min = 1e-6,
		.max = 366 * 86400.0 },
	{ "gap", OPT_DURATION, &gap, "TIME",
		"instead: a window is what comes with no longer breaks than this (a session)",
		.min = 1e-6, .max = 366 * 86400.0 },
	{ "agg", OPT_LIST, &aggregates, "mean,...",
		.help = "what to make of a field: mean, min, max, first, last, sum, count, stddev, "
			"p50, p99.9 (quantiles), integral, delta, rate; of several the results are "
			"field_mean, field_max, ...",
		.required = true },
	{ "fields", OPT_LIST, &names, "A,B", .help = "only of these fields" },
	{ "late", OPT_DURATION, &late, "TIME",
		.help = "how much older than the newest sample of its source one may be and still "
			"count; windows wait so long" },
	{ "revise", OPT_DURATION, &revise, "TIME",
		.help = "how long after a window has gone out what still comes for it makes it "
			"come again, with via.revision and via.revises" },
	{ "good", OPT_NUMBER, &good_share, "SHARE",
		"with less than this share of values that are not Bad a result is Uncertain",
		.min = 0, .max = 1 },
	{ "sources", OPT_INTEGER, &sources, "N",
		"so many sources at once; with more, the one not heard from for longest is closed",
		.min = 1, .max = 1e7 },
	OPT_END,
};

static struct windows *windows;

static bool is_wanted(struct str field)
{
	return !names.count || opt_has(&names, field);
}

static void emit_window(struct str source, int64_t start, struct window *window)
{
	window_write(window, emit_begin(start, source, STR("")));
	emit_end();
}

static void check_lengths(void)
{
	int64_t step = gap ? gap : every, length = over ? over : step;
	if (!every == !gap)
		die_config("one of --every and --gap is needed");
	if (over && (!every || over < every))
		die_config("--over: goes with --every, and is no less");
	if (length / step > WINDOWS_OVERLAPPING)
		die_config("--over: more than %d windows would overlap", WINDOWS_OVERLAPPING);
	if (late / step > WINDOWS_HELD)
		die_config(
			"--late: more than %d windows of each source would be held", WINDOWS_HELD);
	if (revise / step > WINDOWS_HELD)
		die_config("--revise: more than %d windows of each source would be held",
			WINDOWS_HELD);
}

static void start(void)
{
	struct aggregate_set set;
	char *error;
	if (aggregate_parse(&aggregates, &set, &error))
		die_config("--agg: %s", error);
	check_lengths();
	windows = windows_open(&(struct windows_form){ .every = every,
		.over = over,
		.gap = gap,
		.late = late,
		.revise = revise,
		.set = set,
		.good_share = good_share,
		.sources = (size_t)sources,
		.wanted = is_wanted,
		.closed = emit_window });
}

static void on_measurement(const struct sample *s)
{
	if (windows_add(windows, s))
		drop("late", "%.*s: a sample is older than windows that have closed (--late)",
			STR_ARG(s->source));
}

static void on_schema(const struct sample *s)
{
	windows_schema(windows, s, emit_begin_as(s->time, s->source, s->run, s->seq, s->kind));
	emit_end();
}

/* The window in which the mark lies is still open, and comes out with an older time than the mark
 * has: what goes on is a mark of that older time. */
static void on_mark(const struct sample *s)
{
	emit_at(windows_mark(windows, s->source, s->time), s);
}

static void on_sample(struct sample *s)
{
	if (sample_is_measurement(s))
		on_measurement(s);
	else if (str_eq(s->kind, STR("schema")))
		on_schema(s);
	else if (str_eq(s->kind, STR("mark")))
		on_mark(s);
	else
		emit(s);
}

static void end(void)
{
	windows_end(windows);
}

static void save(struct buffer *to)
{
	windows_save(windows, to);
}

static bool load(struct cursor *from)
{
	return windows_load(windows, from);
}

/* One aggregate leaves all fields with their names; what several make of all is not known here. */
static void fields(struct fields *f)
{
	for (size_t i = 0; i < names.count; i++)
		fields_need(f, names.words[i], NULL);
	windows_make(windows, &names, f);
	if (names.count || aggregates.count > 1)
		fields_none(f);
	if (!names.count && aggregates.count > 1)
		fields_open(f);
}

const struct filter filter = {
	.summary = "make one sample of all that a source measured in a stretch of time",
	.details =
		"Windows are as long as --every says, in the time of the samples, and begin at its "
		"multiples since the epoch (UTC). A window goes out, with its beginning as time, "
		"when a sample of its source comes that is behind its end by --late, when a mark "
		"says that nothing older comes, or at the end of input. What comes for a window "
		"that is closed is dropped and counted.\n\n"
		"Values that are Bad, absent or not finite are left out; the result carries the "
		"worst quality of the others, and is Uncertain where some were left out (--good). "
		"Where all were, it is nil and Bad. Fields of text have a first, a last (in "
		"time) and a count, and no other aggregates. Min, max, first, last, sum and count of integers "
		"are exact integers; stddev is that of a sample, divided by n - 1 (Welford).\n\n"
		"p50, p99.9 are quantiles (Hyndman and Fan, type 7), exact up to 131072 values, "
		"beyond with an error in rank under 0.02 %. integral is over time in hours, kW "
		"become kWh: on lines between the values, in steps where the schema says so, from "
		"the last value of the window before where that is no further than --every. delta "
		"is how much a counter has counted since the last value of the window before "
		"(begun again from 0 where it falls), rate that a second. These three follow the "
		"order of time, if no value comes behind 2048 newer ones.\n\n"
		"With --over windows overlap; with --gap a window is a session, and two that a late "
		"sample joins are one, unless one of them has gone out. With --revise a window that "
		"has gone out is kept for so long, and comes again when something comes for it: "
		"with the time that it had, in via.revision 1, 2, ... and in via.revises the seq of "
		"what it replaces. So do those behind it whose integral, delta or rate goes on from "
		"it.\n\n"
		"Schemas go on for the fields that come out. A mark goes on behind the windows "
		"that it closes, with the beginning of the first that may still come as time. "
		"Other kinds pass unchanged.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.save = save,
	.load = load,
	.fields = fields,
};
