#include "filter.h"
#include "json/json.h"

enum {
	LINE_BYTES = 4 * SAMPLE_MAX, /* JSON takes more room than the sample */
	NAME_BYTES = 900,	     /* of source and kind together */
};

static struct opt_list files;
static bool strict, flat;
static const char *default_source, *time_field = "time", *source_field = "source", *time_unit = "s";
static int64_t start_time, step;

static const struct opt options[] = {
	{ "file", OPT_FILE, &files, "FILE", "JSON lines to read; without any, standard input",
		.positional = true, .repeat = true, .incidental = true },
	{ "source", OPT_TEXT, &default_source, "NAME",
		.help = "the source of lines that name none" },
	{ "start", OPT_TIME, &start_time, "TIME",
		.help = "the time of the first line that has none; with --step" },
	{ "step", OPT_DURATION, &step, "1s", .help = "the time from one such line to the next" },
	{ "strict", OPT_FLAG, &strict, .help = "leave with status 100 at the first bad line" },
	{ "flat", OPT_FLAG, &flat,
		.help = "read records of any NDJSON: beside its time and source, every key is "
			"a field" },
	{ "time-field", OPT_TEXT, &time_field, "KEY", .help = "with --flat, where the time is" },
	{ "time-unit", OPT_CHOICE, &time_unit, "UNIT",
		"with --flat, what a time that is a number counts since 1970",
		.choices = "s|ms|us|ns" },
	{ "source-field", OPT_TEXT, &source_field, "KEY",
		.help = "with --flat, where the source is" },
	OPT_END,
};

static struct json_reader reader;
static struct json_flat form;
static uint64_t line_number;
static bool in_long_line;

static int64_t unit_of(const char *name)
{
	return name[0] == 's' ? 1000000000 : name[0] == 'm' ? 1000000 : name[0] == 'u' ? 1000 : 1;
}

static void start(void)
{
	if (opt_given(&start_time) != opt_given(&step))
		die_config("--start and --step go together");
	if (!flat && (opt_given(&time_field) || opt_given(&time_unit) || opt_given(&source_field)))
		die_config("--time-field, --time-unit and --source-field need --flat");
	form = (struct json_flat){ str(time_field), str(source_field), unit_of(time_unit) };
}

static void bad_line(size_t column, const char *error)
{
	if (strict)
		die_config("%s:%lu:%zu: %s", input_name(), line_number, column, error);
	drop("bad line", "%s:%lu:%zu: %s", input_name(), line_number, column, error);
}

/* The times that --start and --step give, one after another. */
static bool next_time(int64_t *ret)
{
	static int64_t count;
	int64_t offset;
	return !__builtin_mul_overflow(count++, step, &offset) &&
	       !__builtin_add_overflow(start_time, offset, ret) && *ret >= 0;
}

/* What is wrong with a line that was read, or NULL. */
static const char *complete(void)
{
	if (!reader.has_source && !default_source)
		return "no source in this line: give --source NAME";
	if (!reader.has_source)
		reader.source = str(default_source);
	if (reader.source.len + reader.kind.len > NAME_BYTES)
		return "source and kind have at most 900 bytes";
	if (!reader.has_time && !opt_given(&step))
		return "no time in this line: give --start TIME and --step DURATION";
	if (!reader.has_time && !next_time(&reader.time))
		return "the time of this line lies outside 1970 to 2262";
	return NULL;
}

static void emit_read(void)
{
	struct sample_writer *w;
	if (reader.has_identity)
		w = emit_begin_as(reader.time, reader.source, reader.run, reader.seq, reader.kind);
	else
		w = emit_begin(reader.time, reader.source, reader.kind);
	json_add(&reader, w);
	emit_end();
}

static void on_line(const char *line, size_t len)
{
	line_number++;
	if (in_long_line) {
		in_long_line = false;
		return;
	}
	size_t blank = 0;
	while (blank < len && (line[blank] == ' ' || line[blank] == '\t' || line[blank] == '\r'))
		blank++;
	if (blank == len)
		return;
	if (json_read(&reader, line, len, flat ? &form : NULL)) {
		bad_line(reader.parser.column, reader.parser.error);
		return;
	}
	const char *error = complete();
	if (error)
		bad_line(len, error);
	else
		emit_read();
}

/* A line without end: its bytes are let go as they come, and the line is counted once. */
static size_t let_go(size_t len)
{
	if (!in_long_line) {
		line_number++;
		bad_line(LINE_BYTES, "a line longer than 64 MiB");
		line_number--;
	}
	in_long_line = true;
	return len;
}

static size_t on_bytes(const char *data, size_t len, bool last)
{
	size_t used = 0;
	const char *newline;
	if (input_offset() == 0)
		line_number = 0;
	while (used < len && (newline = memchr(data + used, '\n', len - used))) {
		on_line(data + used, (size_t)(newline - data) - used);
		used = (size_t)(newline - data) + 1;
	}
	if (last && used < len) {
		on_line(data + used, len - used);
		used = len;
	}
	if (len - used > LINE_BYTES || (in_long_line && used < len))
		used += let_go(len - used);
	return used;
}

static void fields(struct fields *f)
{
	fields_open(f);
}

const struct filter filter = {
	.summary = "read samples from JSON lines",
	.details =
		"A line is a sample as to-json writes it, its keys in any order:\n"
		"{\"time\":\"2026-01-01T00:00:00Z\",\"source\":\"plant/mill1\",\"run\":1,\"seq\":1,\"values\":{\"torque\":42.8}}\n"
		"run and seq, which go together, are given where they are missing; kind, quality "
		"(status codes, or \"Good\", \"Uncertain\", \"Bad\") and via may follow. A "
		"number with a point or exponent is a float 64, one without an integer of 64 "
		"bits; null is no value.\n"
		"A bad line is counted, the first one is told of with file:line:column, and the "
		"rest goes on; with --strict it is an error. Blank lines are skipped.\n"
		"With --flat a record such as {\"t\":1767225600,\"meter\":\"m1\",\"kw\":12.5} is "
		"read with --time-field t --source-field meter.",
	.options = options,
	.start = start,
	.bytes = on_bytes,
	.fields = fields,
};
