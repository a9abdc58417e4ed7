#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "filter.h"
#include "ledger.h"
#include "ledger_show.h"
#include "terminal.h"

enum { EXIT_MISSING = 1 };

static int64_t since, until;
static bool json, whole;
static struct ledger *ledger;
static struct ledger_show show = LEDGER_SHOW;
static struct terminal terminal;
static uint64_t missing;

static const struct opt options[] = {
	{ "since", OPT_TIME, &since, "TIME", .help = "account for samples from this time on" },
	{ "until", OPT_TIME, &until, "TIME", .help = "account for samples from before this time" },
	{ "whole", OPT_FLAG, &whole,
		.help = "expect every run from its first sample on, instead of from the first seen" },
	{ "json", OPT_FLAG, &json, .help = "JSON lines in place of a table" },
	OPT_END,
};

static void start(void)
{
	ledger = ledger_open(whole);
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
		"    duto replay mill/score | duto audit\n\n"
		"Exit 0 when every sample is accounted for, 1 when some are missing. What was lost "
		"behind the last sample that a run has stored is not to be seen from here, nor "
		"what was before the first, unless --whole says that the run began in the period. "
		"Give --since and --until here rather than to replay: a sample that came late, with "
		"a time outside, is then known to be there. A hole between two "
		"periods counts in both.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.text_output = true,
};
