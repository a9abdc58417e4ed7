#include <inttypes.h>
#include <math.h>

#include "csv.h"
#include "filter.h"
#include "number.h"
#include "series.h"
#include "timestamp.h"

static struct opt_list chosen;
static const char *separator_text = ",", *decimal_text = ".";
static bool long_form, with_quality, with_units, no_header;

static const struct opt options[] = {
	{ "fields", OPT_LIST, &chosen, "FIELD,...",
		.help = "fields to write, in this order; else those of the first measurement" },
	{ "long", OPT_FLAG, &long_form,
		.help = "a row for each value: time, source, field, value, quality" },
	{ "quality", OPT_FLAG, &with_quality,
		.help = "a column FIELD_quality behind each field: 0 is Good, else the status "
			"code in hex" },
	{ "units", OPT_FLAG, &with_units,
		.help = "units that were announced behind the names: torque [Nm]" },
	{ "separator", OPT_TEXT, &separator_text, "CHARACTER",
		.help = "what stands between cells; tab for a tabulator" },
	{ "decimal", OPT_TEXT, &decimal_text, "CHARACTER", .help = "decimal point or comma" },
	{ "no-header", OPT_FLAG, &no_header, .help = "leave the titles out" },
	OPT_END,
};

enum { UNITS_MAX = 4096, UNIT_TEXT = 32 };

static char separator;
static struct field *columns;
static size_t column_count;
static struct series *units;
static uint64_t left_out;

static void start(void)
{
	separator = csv_separator(separator_text);
	if (!separator)
		die_config("--separator: expected one character, found \"%s\"", separator_text);
	if (strcmp(decimal_text, ".") && strcmp(decimal_text, ","))
		die_config("--decimal: expected . or , and found \"%s\"", decimal_text);
	if (separator == decimal_text[0])
		die_config("--separator and --decimal are both \"%c\": give --separator ';'",
			separator);
	if (long_form && with_quality)
		die_config("--long has the quality in each row: leave --quality out");
	units = series_open(UNIT_TEXT, UNITS_MAX, NULL);
}

/* Keeps the unit of a field that a schema sample announces. */
static void keep_unit(struct str name, struct str encoded)
{
	struct cursor c = { (const uint8_t *)encoded.data,
		(const uint8_t *)encoded.data + encoded.len };
	struct str key, unit;
	uint32_t size;
	bool is_new;
	if (wire_next_map(&c, &size) != 1)
		return;
	while (size-- && wire_next_str(&c, &key) == 1) {
		if (!str_eq(key, STR("unit"))) {
			if (wire_skip(&c) != 1)
				return;
			continue;
		}
		if (wire_next_str(&c, &unit) == 1 && unit.len < UNIT_TEXT)
			*(char *)mempcpy(series_get(units, name, &is_new), unit.data, unit.len) =
				'\0';
		return;
	}
}

static void keep_units(const struct sample *s)
{
	struct str name;
	struct wire w;
	for (uint32_t i = 0; i < s->values.count; i++) {
		sample_value(s, i, &name, &w);
		keep_unit(name, sample_value_bytes(s, i));
	}
}

static void choose_columns(const struct sample *s)
{
	column_count = chosen.count ? chosen.count : s->values.count;
	columns = calloc(column_count + 1, sizeof(*columns));
	for (size_t i = 0; columns && i < column_count; i++) {
		struct wire w;
		struct str name;
		if (chosen.count)
			name = str(chosen.words[i]);
		else
			sample_value(s, (uint32_t)i, &name, &w);
		char *copy = strndup(name.data, name.len);
		if (!copy)
			die_system("no memory for %zu columns", column_count);
		columns[i].name = (struct str){ copy, name.len };
	}
	if (!columns)
		die_system("no memory for %zu columns", column_count);
}

static void write_title(struct buffer *out, struct str name, const char *end)
{
	static struct buffer title;
	bool is_new = true;
	const char *unit = with_units && !*end ? series_get(units, name, &is_new) : "";
	title.len = 0;
	buffer_add_str(&title, name);
	buffer_add_str(&title, str(end));
	if (*unit) {
		buffer_add_str(&title, STR(" ["));
		buffer_add_str(&title, str(unit));
		buffer_add_char(&title, ']');
	}
	buffer_add_char(out, separator);
	csv_write(out, buffer_str(&title), separator);
}

static void write_header(void)
{
	struct buffer *out = text_buffer();
	buffer_add_str(out, STR("time"));
	write_title(out, STR("source"), "");
	for (size_t i = 0; i < column_count && !long_form; i++) {
		write_title(out, columns[i].name, "");
		if (with_quality)
			write_title(out, columns[i].name, "_quality");
	}
	for (size_t i = 0; i < 3 && long_form; i++)
		write_title(
			out, (struct str[]){ STR("field"), STR("value"), STR("quality") }[i], "");
	buffer_add_char(out, '\n');
	text_done();
}

static void write_double(struct buffer *out, double v)
{
	char text[NUMBER_TEXT];
	if (!isfinite(v)) {
		buffer_add_str(out, str(isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity"));
		return;
	}
	size_t len = number_format(text, v, true);
	char *point = decimal_text[0] == ',' ? memchr(text, '.', len) : NULL;
	if (point)
		*point = ',';
	buffer_add(out, text, len);
}

static void write_hex(struct buffer *out, struct str bytes)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < bytes.len; i++) {
		buffer_add_char(out, digits[(uint8_t)bytes.data[i] >> 4]);
		buffer_add_char(out, digits[(uint8_t)bytes.data[i] & 15]);
	}
}

static void write_value(struct buffer *out, const struct wire *w)
{
	char text[NUMBER_TEXT];
	if (w->type == WIRE_DOUBLE)
		write_double(out, w->d);
	else if (w->type == WIRE_INT)
		buffer_add(out, text, number_format_integer(text, w->i));
	else if (w->type == WIRE_UINT)
		buffer_add(out, text, number_format_unsigned(text, w->u));
	else if (w->type == WIRE_BOOL)
		buffer_add_str(out, w->b ? STR("true") : STR("false"));
	else if (w->type == WIRE_STR)
		csv_write(out, w->bytes, separator);
	else if (w->type == WIRE_BIN)
		write_hex(out, w->bytes);
}

static void write_status(struct buffer *out, uint32_t status)
{
	char text[16];
	int n = snprintf(text, sizeof(text), status ? "0x%08" PRIx32 : "%" PRIu32, status);
	buffer_add_char(out, separator);
	buffer_add(out, text, (size_t)n);
}

static void write_time_and_source(struct buffer *out, const struct sample *s)
{
	char text[TIMESTAMP_TEXT];
	buffer_add(out, text, timestamp_format(text, s->time));
	buffer_add_char(out, separator);
	csv_write(out, s->source, separator);
}

static void note_left_out(const struct sample *s)
{
	struct str name = { 0 };
	struct wire w;
	for (uint32_t i = 0; i < s->values.count; i++) {
		bool is_column = false;
		sample_value(s, i, &name, &w);
		for (size_t j = 0; j < column_count && !is_column; j++)
			is_column = str_eq(name, columns[j].name);
		if (!is_column)
			break;
	}
	warning("%.*s: field %.*s has no column, as the first measurement did not have it: name "
		"the fields by --fields, or write --long",
		STR_ARG(s->source), STR_ARG(name));
}

static void write_row(const struct sample *s)
{
	struct buffer *out = text_buffer();
	uint32_t found = 0;
	struct wire w;
	write_time_and_source(out, s);
	for (size_t i = 0; i < column_count; i++) {
		bool there = sample_find(s, &columns[i], &w);
		found += there;
		buffer_add_char(out, separator);
		if (there)
			write_value(out, &w);
		if (with_quality && there)
			write_status(out, sample_status(s, columns[i].name));
		else if (with_quality)
			buffer_add_char(out, separator);
	}
	buffer_add_char(out, '\n');
	text_done();
	if (found < s->values.count && !chosen.count && !left_out)
		note_left_out(s);
	if (found < s->values.count && !chosen.count)
		left_out += s->values.count - found;
}

static bool is_chosen(struct str name)
{
	for (size_t i = 0; i < chosen.count; i++)
		if (str_eq(name, str(chosen.words[i])))
			return true;
	return !chosen.count;
}

static void write_rows(const struct sample *s)
{
	struct buffer *out = text_buffer();
	struct str name;
	struct wire w;
	for (uint32_t i = 0; i < s->values.count; i++) {
		sample_value(s, i, &name, &w);
		if (!is_chosen(name))
			continue;
		write_time_and_source(out, s);
		buffer_add_char(out, separator);
		csv_write(out, name, separator);
		buffer_add_char(out, separator);
		write_value(out, &w);
		write_status(out, sample_status(s, name));
		buffer_add_char(out, '\n');
	}
	text_done();
}

static void take_sample(struct sample *s)
{
	static bool begun;
	if (with_units && !begun && str_eq(s->kind, STR("schema")))
		keep_units(s);
	if (!sample_is_measurement(s))
		return;
	if (!begun && !long_form)
		choose_columns(s);
	if (!begun && !no_header)
		write_header();
	begun = true;
	if (long_form)
		write_rows(s);
	else
		write_row(s);
}

static void end(void)
{
	if (left_out)
		warning("%" PRIu64 " values had no column", left_out);
}

static void fields(struct fields *f)
{
	for (size_t i = 0; i < chosen.count; i++)
		fields_need(f, chosen.words[i], NULL);
}

const struct filter filter = {
	.summary = "write samples as CSV",
	.details = "Writes measurements, one a row: time, source and a column for each field; "
		   "other kinds are\n"
		   "left out. Fields that come up later have no column: they are told of once "
		   "and counted.\n"
		   "Times are RFC 3339 in UTC, numbers the shortest that read back the same "
		   "(integers without,\n"
		   "floats with a point), absent values empty, binary ones in hexadecimal.",
	.options = options,
	.start = start,
	.sample = take_sample,
	.end = end,
	.fields = fields,
	.text_output = true,
};
