#include <inttypes.h>

#include "csv/csv.h"
#include "csv/csv_value.h"
#include "filter.h"
#include "units.h"

static struct opt_list chosen;
static const char *locale_name = "C", *separator_text, *decimal_text;
static bool long_form, with_quality, with_units, no_header;
static struct csv_form form;

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
	{ "locale", OPT_CHOICE, &locale_name, "LOCALE",
		.help = "for Excel set to a country: its separator and decimal sign, a byte order "
			"mark, and times that it takes for times; see above",
		.choices = "C|en-US|pt-BR" },
	{ "utc-offset", OPT_DURATION, &form.utc_offset, "TIME",
		.help = "with --locale, what times are ahead of UTC: -3h; else they are UTC" },
	{ "separator", OPT_TEXT, &separator_text, "CHARACTER",
		.help = "what stands between cells; tab for a tabulator; else , (pt-BR: ;)" },
	{ "decimal", OPT_TEXT, &decimal_text, "CHARACTER",
		.help = "decimal point or comma; else . (pt-BR: ,)" },
	{ "no-header", OPT_FLAG, &no_header, .help = "leave the titles out" },
	OPT_END,
};

/* What spreadsheets take for cells and numbers, by the country they are set to. */
static const struct locale {
	const char *name, *separator, *decimal;
} locales[] = { { "C", ",", "." }, { "en-US", ",", "." }, { "pt-BR", ";", "," } };

static struct field *columns;
static size_t column_count;
static struct units units;
static uint64_t left_out;

/* What was not said follows from the locale. */
static void follow_locale(void)
{
	const struct locale *l = locales;
	while (strcmp(l->name, locale_name))
		l++;
	separator_text = separator_text ? separator_text : l->separator;
	decimal_text = decimal_text ? decimal_text : l->decimal;
	form.for_spreadsheet = l != locales;
	if (form.utc_offset && !form.for_spreadsheet)
		die_config("--utc-offset: without --locale times say their zone, UTC");
}

static void start(void)
{
	follow_locale();
	form.separator = csv_separator(separator_text);
	form.decimal = decimal_text[0];
	if (!form.separator)
		die_config("--separator: expected one character, found \"%s\"", separator_text);
	if (strcmp(decimal_text, ".") && strcmp(decimal_text, ","))
		die_config("--decimal: expected . or , and found \"%s\"", decimal_text);
	if (form.separator == form.decimal)
		die_config("--separator and --decimal are both \"%c\": give --separator ';'",
			form.separator);
	if (long_form && with_quality)
		die_config("--long has the quality in each row: leave --quality out");
	units = units_open();
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
	const char *unit = with_units && !*end ? units_of(&units, name) : "";
	title.len = 0;
	buffer_add_str(&title, name);
	buffer_add_str(&title, str(end));
	if (*unit) {
		buffer_add_str(&title, STR(" ["));
		buffer_add_str(&title, str(unit));
		buffer_add_char(&title, ']');
	}
	buffer_add_char(out, form.separator);
	csv_write(out, buffer_str(&title), form.separator);
}

/* Without it Excel takes UTF-8 for the letters of Windows. */
static void write_byte_order_mark(void)
{
	buffer_add_str(text_buffer(), STR("\xef\xbb\xbf"));
	text_done();
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
	csv_time_and_source(out, s, &form);
	for (size_t i = 0; i < column_count; i++) {
		bool there = sample_find(s, &columns[i], &w);
		found += there;
		buffer_add_char(out, form.separator);
		if (there)
			csv_value(out, &w, &form);
		if (with_quality)
			buffer_add_char(out, form.separator);
		if (with_quality && there)
			csv_status(out, sample_status(s, columns[i].name));
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
		csv_time_and_source(out, s, &form);
		buffer_add_char(out, form.separator);
		csv_write(out, name, form.separator);
		buffer_add_char(out, form.separator);
		csv_value(out, &w, &form);
		buffer_add_char(out, form.separator);
		csv_status(out, sample_status(s, name));
		buffer_add_char(out, '\n');
	}
	text_done();
}

static void take_sample(struct sample *s)
{
	static bool begun;
	if (with_units && !begun && str_eq(s->kind, STR("schema")))
		units_learn(&units, s);
	if (!sample_is_measurement(s))
		return;
	if (!begun && !long_form)
		choose_columns(s);
	if (!begun && form.for_spreadsheet)
		write_byte_order_mark();
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
	.details =
		"Writes measurements, one a row: time, source and a column for each field; "
		"other kinds are\n"
		"left out. Fields that come up later have no column: they are told of once "
		"and counted.\n"
		"Times are RFC 3339 in UTC, numbers the shortest that read back the same "
		"(integers without,\n"
		"floats with a point), absent values empty, binary ones in hexadecimal.\n"
		"With --locale times are 2026-01-31 13:45:00.250, what is finer than a "
		"millisecond cut off, as\n"
		"Excel takes any other form for text; from-csv --separator ';' --decimal , "
		"reads pt-BR back.\n"
		"pandas 2: read_csv(file, parse_dates=['time'], date_format='ISO8601'), as whole "
		"seconds have\n"
		"no decimals.",
	.options = options,
	.start = start,
	.sample = take_sample,
	.end = end,
	.fields = fields,
	.text_output = true,
};
