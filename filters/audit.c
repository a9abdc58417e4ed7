#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "filter.h"
#include "history/past.h"
#include "ledger/ledger.h"
#include "ledger/ledger_show.h"
#include "terminal.h"

enum { EXIT_MISSING = 1 };

enum { AT_ONCE = 1024 }; /* samples between two looks at the rest of the world */

/* What stands beside the period says which holes at its borders are none. */
#define MARGIN (86400 * SECONDS)

static const char *address;
static struct history_query query = { .identities = true };
static struct history *history;
static int64_t since, until;
static bool json, whole;
static struct ledger *ledger;
static struct ledger_show show = LEDGER_SHOW;
static struct terminal terminal;
static uint64_t missing;

static const struct opt options[] = {
	{ "address", OPT_KEEP, &address,
		.help = "the folder of a keep, PIPELINE/STAGE, or postgresql://...; none: the "
			"samples that come in",
		.positional = true },
	{ "source", OPT_LIST, &query.sources, "PATH,..",
		.help = "of an address: only these sources, and what lies under them" },
	{ "password-file", OPT_FILE, &query.password_file, "FILE",
		"of a database: the role's password, else "
		"$CREDENTIALS_DIRECTORY/postgresql-password",
		.incidental = true },
	{ "insecure", OPT_FLAG, &query.insecure,
		.help = "of a database: allow a server beyond this machine without encryption",
		.incidental = true },
	{ "since", OPT_TIME, &since, "TIME", .help = "account for samples from this time on" },
	{ "until", OPT_TIME, &until, "TIME", .help = "account for samples from before this time" },
	{ "whole", OPT_FLAG, &whole,
		.help = "expect every run from its first sample on, instead of from the first seen" },
	{ "json", OPT_FLAG, &json, .help = "JSON lines in place of a table" },
	OPT_END,
};

static void open_address(void)
{
	read_nothing();
	query.since = since ? since - MARGIN : 0;
	query.until = until ? until + MARGIN : 0;
	history = past_open(address, &query);
}

static void start(void)
{
	if (!address && (query.sources.count || query.password_file || query.insecure))
		die_config("--source, --password-file and --insecure go with an address");
	ledger = ledger_open(whole);
	if (address)
		open_address();
}

static void on_sample(struct sample *s)
{
	if (str_eq(s->kind, STR("position")))
		return;
	if (!s->run && !s->seq) {
		drop("no run and seq", "%.*s: a sample without run and seq cannot be accounted for",
			STR_ARG(s->source));
		return;
	}
	int r = ledger_add(ledger, s, s->time >= since && (!until || s->time < until));
	if (r == -EPROTO)
		drop("not a gap", "%.*s: a gap that does not say what is gone", STR_ARG(s->source));
	else if (r)
		die_system("%.*s: too many runs, or too many holes in one, to account for: audit "
			   "fewer sources at once",
			STR_ARG(s->source));
}

static bool produce(void)
{
	struct sample *s;
	int i = 0;
	for (; i < AT_ONCE && (s = past_next(history)); i++)
		on_sample(s);
	return i == AT_ONCE;
}

static void measure(const struct ledger_line *line)
{
	missing += line->missing;
	ledger_show_measure(&show, line);
}

static void put_json(const struct ledger_line *line)
{
	ledger_show_json(text_buffer(), line);
	text_done();
}

static void begin_text(void)
{
	terminal.out = text_buffer();
	terminal.colored = terminal_width(STDOUT_FILENO) && !getenv("NO_COLOR");
}

static void put_line(const struct ledger_line *line)
{
	begin_text();
	ledger_show_line(&show, &terminal, line);
	text_done();
}

static void end(void)
{
	ledger_each(ledger, measure);
	if (!json) {
		begin_text();
		ledger_show_titles(&show, &terminal);
		text_done();
	}
	ledger_each(ledger, json ? put_json : put_line);
	ledger_close(ledger);
	if (!missing)
		return;
	warning("%" PRIu64 " samples are missing, and nothing says why", missing);
	leave_with(EXIT_MISSING);
}

const struct filter filter = {
	.summary = "prove that what was sent is stored, or was dropped for a reason",
	.details =
		"For each source, kind and run: sent = stored + dropped + missing. A run's samples "
		"are numbered by seq, so what was sent is all from the first seq of the period to "
		"the last; what filters dropped they tell of in gap samples, with the stage and "
		"the reason. Samples that came again count once; their order does not matter.\n\n"
		"    duto audit mill/score --since -24h\n"
		"    duto audit postgresql://duto@127.0.0.1/plant --source plant/line1\n"
		"    duto replay mill/score | duto audit\n\n"
		"Exit 0 when every sample is accounted for, 1 when some are missing. What was lost "
		"behind the last sample that a run has stored is not to be seen from here, nor "
		"what was before the first, unless --whole says that the run began in the period. "
		"Give --since and --until here rather than to replay: a sample that came late, with "
		"a time outside, is then known to be there (of an address, up to a day "
		"outside). A database has no rows of schemas and marks, and of a value that another "
		"revised only the other. A hole between two "
		"periods counts in both.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.produce = produce,
	.end = end,
	.text_output = true,
	.reach = REACH_ADDRESS,
};
