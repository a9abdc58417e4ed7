#include "filter.h"
#include "history/past.h"
#include "window/windows.h"

enum { AT_ONCE = 64 }; /* samples between two looks at the rest of the world */

static const char *address;
static struct history_query query;
static struct opt_list aggregates = { (const char *[]){ "mean" }, 1 };
static int64_t every, late = 3600 * SECONDS;
static double good_share = 1;

static const struct opt options[] = {
	{ "address", OPT_KEEP, &address,
		.help = "the folder of a keep, PIPELINE/STAGE, or postgresql://...",
		.positional = true, .required = true },
	{ "since", OPT_TIME, &query.since, "TIME", .help = "from this time on" },
	{ "until", OPT_TIME, &query.until, "TIME", .help = "before this time" },
	{ "source", OPT_LIST, &query.sources, "PATH,..",
		.help = "only these sources, and what lies under them" },
	{ "field", OPT_LIST, &query.fields, "A,B", .help = "only these fields" },
	{ "every", OPT_DURATION, &every, "TIME",
		.help = "one sample for each source and stretch of so long", .min = 1e-6,
		.max = 366 * 86400.0 },
	{ "agg", OPT_LIST, &aggregates, "mean,...",
		.help = "what to make of a stretch; mean unless given. See `duto help window`" },
	{ "good", OPT_NUMBER, &good_share, "SHARE",
		"with less than this share of values that are not Bad a result is Uncertain",
		.min = 0, .max = 1 },
	{ "late", OPT_DURATION, &late, "TIME",
		.help = "how much behind newer samples of its source one may stand and still "
			"count in its stretch" },
	{ "password-file", OPT_FILE, &query.password_file, "FILE",
		"of a database: the role's password, else "
		"$CREDENTIALS_DIRECTORY/postgresql-password",
		.incidental = true },
	{ "insecure", OPT_FLAG, &query.insecure,
		.help = "of a database: allow a server beyond this machine without encryption",
		.incidental = true },
	OPT_END,
};

static struct history *history;
static struct windows *windows;

static bool is_wanted(struct str field)
{
	return !query.fields.count || opt_has(&query.fields, field);
}

static void emit_window(struct str source, int64_t start, struct window *window)
{
	window_write(window, emit_begin(start, source, STR("")));
	emit_end();
}

static void open_windows(void)
{
	char *error;
	struct aggregate_set set;
	if (aggregate_parse(&aggregates, &set, &error))
		die_config("--agg: %s", error);
	if (!every && (opt_given(&aggregates) || opt_given(&late) || opt_given(&good_share)))
		die_config("--agg, --late and --good go with --every");
	if (every)
		windows = windows_open(&(struct windows_form){ .every = every,
			.late = late,
			.set = set,
			.good_share = good_share,
			.sources = 1 << 20,
			.wanted = is_wanted,
			.closed = emit_window });
}

static void start(void)
{
	if (query.since && query.until && query.since >= query.until)
		die_config("--until is not behind --since");
	open_windows();
	history = past_open(address, &query);
}

/* As it was, but for the fields that were not asked for. */
static void pass_on(struct sample *s)
{
	uint32_t count = s->values.count;
	if (query.fields.count)
		sample_select(s, is_wanted);
	if (s->values.count || !count)
		emit(s);
}

static void aggregate(const struct sample *s)
{
	if (!sample_is_measurement(s)) {
		windows_schema(
			windows, s, emit_begin_as(s->time, s->source, s->run, s->seq, s->kind));
		emit_end();
	} else if (windows_add(windows, s)) {
		drop("late",
			"%.*s: a sample stands behind others that are newer by more than --late",
			STR_ARG(s->source));
	}
}

static bool produce(void)
{
	struct sample *s;
	int i = 0;
	for (; i < AT_ONCE && (s = past_next(history)); i++)
		if (windows)
			aggregate(s);
		else
			pass_on(s);
	if (i < AT_ONCE && windows)
		windows_end(windows);
	return i == AT_ONCE;
}

static void fields(struct fields *f)
{
	if (!query.fields.count)
		fields_open(f);
	for (size_t i = 0; i < query.fields.count && !windows; i++)
		fields_make(f, query.fields.words[i], NULL);
	if (windows)
		windows_make(windows, &query.fields, f);
}

const struct filter filter = {
	.summary = "read measurements of the past, from a keep or from PostgreSQL",
	.details =
		"Measurements as they were, each source's last schema first, so that units are "
		"known; of the fields asked for. With --every they are aggregated as `duto window` "
		"does it: one sample for each source and stretch of time, whose time is the "
		"beginning of the stretch; stretches begin at multiples of --every since the "
		"epoch (UTC), and those at --since and --until hold what lies between the two.\n\n"
		"`history ... | to-csv` gives one row for each time and source; `to-csv --long` "
		"one for each value, as Power BI and pandas take it. Times may be relative: --since "
		"-24h.\n\n"
		"A damaged part of the past is told of and passed over.",
	.options = options,
	.start = start,
	.produce = produce,
	.fields = fields,
	.reach = REACH_ADDRESS,
};
