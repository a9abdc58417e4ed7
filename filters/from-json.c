#include <string.h>

#include "filter.h"
#include "json.h"

enum { LINE_MAX_LEN = 4 * SAMPLE_MAX }; /* JSON takes more room than the sample */

static bool strict, flat;
static const char *default_source, *time_field = "time", *source_field = "source", *time_unit = "s";
static int64_t start_time, step;

static const struct opt options[] = {
	{ "source", OPT_TEXT, &default_source, "NAME", "source of lines that have none" },
	{ "start", OPT_TIME, &start_time, "TIME", "time of the first line without one; with --step" },
	{ "step", OPT_DURATION, &step, "1s", "time from one such line to the next" },
	{ "strict", OPT_FLAG, &strict, NULL, "leave with status 100 at the first bad line" },
	{ "flat", OPT_FLAG, &flat, NULL, "any NDJSON records: fields beside the time and source" },
	{ "time-field", OPT_TEXT, &time_field, "NAME", "the key of the time, with --flat" },
	{ "time-unit", OPT_CHOICE, &time_unit, "UNIT",
		"what a time that is a number counts since 1970, with --flat", "s|ms|us|ns" },
	{ "source-field", OPT_TEXT, &source_field, "NAME", "the key of the source, with --flat" },
	OPT_END
};

static struct json_reader reader;
static struct json_flat form;
static uint64_t line_number;
static bool in_long_line;

static int64_t unit_of(const char *name)
{
	return !strcmp(name, "s")    ? 1000000000
	       : !strcmp(name, "ms") ? 1000000
	       : !strcmp(name, "us") ? 1000
				     : 1;
}

static void start(void)
{
	if (opt_given(&start_time) != opt_given(&step))
		die_config("--start and --step go together");
	if (!flat && (opt_given(&time_field) || opt_given(&source_field) || opt_given(&time_unit)))
		die_config("--time-field, --time-unit and --source-field need --flat");
	form = (struct json_flat){ str(time_field), str(source_field), unit_of(time_unit) };
}

static void bad_line(size_t column, const char *error)
{
	if (strict)
		die_config("%s:%lu:%zu: %s", input_name(), line_number, column, error);
	drop("bad line", "%s:%lu:%zu: %s", input_name(), line_number, column, error);
}

/* The next of the times that --start and --step give. */
static bool next_time(int64_t *ret)
{
	static int64_t next, count;
	if (!count++)
		next = start_time;
	*ret = next;
	return !__builtin_add_overflow(next, step, &next);
}

static void emit_read(void)
{
	struct sample_writer *w;
	if (reader.has_identity)
		w = emit_begin_as(
			reader.time, reader.source, reader.run, reader.seq, reader.kind);
	else
		w = emit_begin(reader.time, reader.source, reader.kind);
	json_add(&reader, w);
	emit_end();
}

static void on_line(const char *line, size_t len)
{
	line_number++;
	if (len && line[len - 1] == '\r')
		len--;
	if (strspn_space(line, len) == len)
		return;
	if (json_read(&reader, line, len, flat ? &form : NULL))
		return bad_line(reader.parser.column, reader.parser.error);
	if (!reader.has_source && !default_source)
		return bad_line(len, "no source: give --source NAME");
	if (!reader.has_source)
		reader.source = str(default_source);
	if (!reader.has_time && !opt_given(&step))
		return bad_line(len, "no time: give --start TIME --step DURATION");
	if (!reader.has_time && !next_time(&reader.time))
		return bad_line(len, "--step goes beyond the year 2262");
	emit_read();
}
