#include <stdlib.h>
#include <unistd.h>

#include "filter.h"
#include "show.h"
#include "terminal.h"

static const char *color = "auto";
static int64_t width;
static bool all;
static struct show *show;

static const struct opt options[] = {
	{ "color", OPT_CHOICE, &color, "WHEN",
		"colour the output; auto: on a terminal, unless NO_COLOR is set",
		.choices = "auto|always|never" },
	{ "width", OPT_INTEGER, &width, "COLUMNS",
		"break lines there; 0: as wide as the terminal, or never where there is none",
		.min = 0, .max = 100000 },
	{ "all", OPT_FLAG, &all, .help = "show schema, mark and position samples, and via, too" },
	OPT_END,
};

static void start(void)
{
	int terminal = terminal_width(STDOUT_FILENO);
	bool automatic = terminal && !getenv("NO_COLOR");
	bool colored =
		str_eq(str(color), STR("auto")) ? automatic : str_eq(str(color), STR("always"));
	show = show_open(colored, width ? (int)width : terminal);
}

/* Kinds that filters send one another, and people seldom read. */
static bool is_internal(struct str kind)
{
	return str_eq(kind, STR("schema")) || str_eq(kind, STR("mark")) ||
	       str_eq(kind, STR("position"));
}

static void on_sample(struct sample *s)
{
	if (str_eq(s->kind, STR("schema")))
		show_learn(show, s);
	if (!all && is_internal(s->kind))
		return;
	show_sample(show, text_buffer(), s, all);
	text_done();
}

static void end(void)
{
	show_close(show);
}

const struct filter filter = {
	.summary = "show samples to people",
	.details =
		"A line a sample: time in UTC, source, and its fields with their units, which it "
		"learns from the schemas that sources send. Values of one field stand under one "
		"another; lines are broken where the terminal ends. A value whose quality is not "
		"Good has it in brackets behind: (bad: no communication). Events, alarms and "
		"other kinds have their kind before the fields; no value is a dash. Numbers are "
		"rounded: for programs there is to-json.",
	.options = options,
	.start = start,
	.sample = on_sample,
	.end = end,
	.text_output = true,
};
