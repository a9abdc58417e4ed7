#include <errno.h>
#include <inttypes.h>
#include <math.h>

#include "csv/csv_input.h"
#include "csv/row.h"
#include "csv/row_key.h"
#include "file.h"
#include "filter.h"
#include "series.h"
#include "utf8.h"

static struct opt_list files;
static const char *separator = ",", *decimal = ".";
static struct csv_input input = { .look_max = 100 };
static struct column_options column_options;
static struct row_form form;
static struct row_key key;

static const struct opt options[] = {
	{ "FILE", OPT_FILE, &files,
		.help = "files to read, one after another; - or none: standard input",
		.positional = true, .repeat = true, .incidental = true },
	{ "source", OPT_TEXT, &key.source, "NAME",
		.help = "source of all rows; with --source-column, what stands before it" },
	{ "source-column", OPT_TEXT, &key.source_column, "COLUMN",
		.help = "column that names each row's source; source unless --source is given" },
	{ "time-column", OPT_TEXT, &key.time_column, "COLUMN",
		.help = "column with each row's time; time unless --start is given" },
	{ "time-format", OPT_TEXT, &key.time_form.form, "FORMAT",
		.help = "unix, unix-ms, or as strptime has it: %d/%m/%Y %H:%M; else RFC 3339" },
	{ "utc-offset", OPT_DURATION, &key.time_form.utc_offset, "TIME",
		.help = "what times without a zone are ahead of UTC: -3h" },
	{ "start", OPT_TIME, &key.start, "TIME",
		.help = "time of the first row, where none is in the file" },
	{ "step", OPT_DURATION, &key.step, "TIME", .help = "time from row to row, with --start" },
	{ "rename", OPT_LIST, &column_options.rename, "OLD=NEW,...",
		.help = "other names for fields; OLD is a column's title or its field's name" },
	{ "types", OPT_LIST, &column_options.types, "FIELD=TYPE,...",
		.help = "integer, float, bool or text, instead of what the first rows say" },
	{ "map", OPT_FILE, &column_options.map, "FILE",
		.help = "CSV file of the columns to take: column,field[,unit][,type][,scale]" },
	{ "infer", OPT_INTEGER, &input.look_max, "ROWS",
		"rows that are read before the first is passed on, to tell the types", .min = 1,
		.max = 100000 },
	{ "missing", OPT_LIST, &form.missing, "WORD,...",
		.help = "words in columns of numbers and bools that stand for no value, as an "
			"empty cell does; else NaN, nan, NA, N/A, null" },
	{ "separator", OPT_TEXT, &separator, "CHARACTER",
		.help = "what stands between cells; tab for a tabulator" },
	{ "decimal", OPT_TEXT, &decimal, "CHARACTER",
		.help = "decimal point or comma; with the comma, dots may group thousands" },
	{ "no-header", OPT_FLAG, &input.no_header,
		.help = "the first row is data; columns are named by --columns or --map" },
	{ "columns", OPT_LIST, &input.titles, "TITLE,...",
		.help = "titles of the columns, with --no-header" },
	OPT_END,
};

enum { SOURCES_MAX = 1 << 20, PEEK = 1 << 16 };

static struct columns columns;
static struct series *announced; /* the sources whose fields have been announced */
static const char *file_checked;

static const char *file_name(void)
{
	return file_checked ? file_checked : input_name();
}

/* file:line:column of a cell. */
static const char *place(const struct csv *row, size_t cell)
{
	static char text[4200];
	struct csv_place p = csv_place(row, cell < row->count ? cell : row->count - 1);
	snprintf(text, sizeof(text), "%s:%" PRIu64 ":%" PRIu64, input_name(), p.line, p.column);
	return text;
}

static void report_misfits(void)
{
	for (size_t i = 0; i < columns.count; i++) {
		const struct column *col = &columns.all[i];
		if (col->misfits > 1)
			warning("column \"%.*s\": %" PRIu64 " cells that were not %s",
				STR_ARG(cell_shown(col->title)), col->misfits,
				cell_expected(col->type));
	}
}

/* A file with the columns of the one before it keeps their types. Rows are held back only while a
 * column's type is not known. */
static bool name_columns(const struct str *titles, size_t count)
{
	char *error;
	if (columns_are(&columns, titles, count))
		return !columns_typed(&columns);
	report_misfits();
	columns_close(&columns);
	if (columns_open(&columns, titles, count, &column_options, &error))
		die_config("%s", error);
	if (row_key_columns(&key, &columns, &error))
		die_config("%s:1: %s", file_name(), error);
	if (announced)
		series_close(announced);
	announced = series_open(1, SOURCES_MAX, NULL);
	return !columns_typed(&columns);
}

static void look_at_row(const struct csv *row)
{
	row_infer(&columns, row->cells, row->count, &form);
}

static void announce_columns(int64_t time, struct str name)
{
	static struct announced_field *fields;
	size_t count = 0;
	fields = realloc(fields, (columns.count + 1) * sizeof(*fields));
	if (!fields)
		die_system("no memory for %zu columns", columns.count);
	for (size_t i = 0; i < columns.count; i++) {
		const struct column *col = &columns.all[i];
		if (col->field)
			fields[count++] = (struct announced_field){ col->name,
				{ col->unit, col->label, NAN, NAN, -1, false } };
	}
	announce(time, name, fields, count);
}

static void add_cell(struct sample_writer *w, const struct csv *row, size_t at)
{
	struct column *col = &columns.all[at];
	struct str cell = row->cells[at];
	if (row_add(&columns, at, cell, &form, w) || col->misfits++)
		return;
	warning("%s: expected %s in column \"%.*s\", found \"%.*s\": its quality is Bad",
		place(row, at), cell_expected(col->type), STR_ARG(cell_shown(col->title)),
		STR_ARG(cell_shown(cell)));
}

static bool read_key(const struct csv *row, int64_t *ret_time, struct str *ret_name)
{
	struct row_fault fault;
	int r = row_key_read(&key, row->cells, row->count, ret_time, ret_name, &fault);
	if (r == -ERANGE)
		die_config("%s", fault.text);
	if (r)
		drop(fault.reason, "%s: %s", place(row, fault.cell), fault.text);
	return !r;
}

static void take_row(const struct csv *row)
{
	int64_t time;
	struct str name;
	bool is_new;
	key.row++;
	if (!read_key(row, &time, &name))
		return;
	series_get(announced, name, &is_new);
	if (is_new)
		announce_columns(time, name);
	struct sample_writer *w = emit_begin(time, name, STR(""));
	for (size_t i = 0; i < columns.count; i++)
		if (columns.all[i].field)
			add_cell(w, row, i);
	emit_end();
}

static void malformed_row(const struct csv *c, bool header)
{
	struct csv_place p = c->error_place;
	if (header)
		die_config(
			"%s:%" PRIu64 ":%" PRIu64 ": %s", file_name(), p.line, p.column, c->error);
	key.row++;
	drop("malformed row", "%s:%" PRIu64 ":%" PRIu64 ": %s", file_name(), p.line, p.column,
		c->error);
}

static size_t read_bytes(const char *data, size_t len, bool last)
{
	size_t used = csv_input_read(&input, (struct str){ data, len }, last);
	if (last && !csv_input_next(&input))
		warning("%s: empty: expected %s", input_name(),
			input.no_header ? "rows" : "a header");
	return used;
}

/* Reads the first file's header ahead, to say what is wrong with it and which fields it has. */
static void peek(void)
{
	static char data[PEEK];
	size_t n = files.count ? file_peek(files.words[0], data, sizeof(data)) : 0;
	if (!n)
		return;
	file_checked = files.words[0];
	csv_input_titles(&input, (struct str){ data, n }, n < sizeof(data));
}

static void check_options(void)
{
	bool stepped = opt_given(&key.start), titled = input.titles.count;
	if (!csv_separator(separator))
		die_config("--separator: expected one character, found \"%s\"", separator);
	if (strcmp(decimal, ".") && strcmp(decimal, ","))
		die_config("--decimal: expected . or , and found \"%s\"", decimal);
	if (csv_separator(separator) == decimal[0])
		die_config("--separator and --decimal are both \"%c\": files with decimal commas "
			   "mostly have --separator ';'",
			decimal[0]);
	if (key.source && (!*key.source || strlen(key.source) > ROW_SOURCE_MAX ||
				  !utf8_valid(str(key.source))))
		die_config("--source: expected a name, 1 to %d bytes of UTF-8", ROW_SOURCE_MAX);
	if (stepped != opt_given(&key.step) || key.step < 0)
		die_config("--start and --step go together: the first row's time, and from row "
			   "to row");
	if (stepped && key.time_column)
		die_config("--start and --time-column both say what the time is: give one of them");
	if (input.no_header && !titled && !column_options.map)
		die_config("--no-header: name the columns by --columns, or by number in a --map");
	if (!input.no_header && titled)
		die_config("--columns is for --no-header; --rename names single columns anew");
}

static void start(void)
{
	check_options();
	form.decimal = decimal[0];
	key.stepped = opt_given(&key.start);
	input.reader.separator = csv_separator(separator);
	input.columns = name_columns;
	input.look = look_at_row;
	input.take = take_row;
	input.malformed = malformed_row;
	if (checking())
		peek();
}

static void fields(struct fields *f)
{
	if (!columns.all)
		fields_open(f);
	for (size_t i = 0; i < columns.count; i++)
		if (columns.all[i].field)
			fields_make_str(f, columns.all[i].name, columns.all[i].unit);
}

const struct filter filter = {
	.summary = "read samples from CSV",
	.details = "Column titles become fields in snake case, a unit in brackets at their end "
		   "is announced: Air\n"
		   "temperature [K] is air_temperature in K. A column's type is what holds the "
		   "cells of the first\n"
		   "--infer rows: bool, integer, float, or text; rows are held back until these "
		   "have come, unless\n"
		   "--types or --map say the types. A decimal number in a column of integers "
		   "makes floats of it\n"
		   "from there on; any other cell that is not of its column's type becomes a "
		   "value that is absent\n"
		   "with quality Bad (data encoding invalid), an empty one with quality Bad (no "
		   "data).\n\n"
		   "A row that is malformed, has too many or too few cells, no time or no source "
		   "is dropped,\n"
		   "counted, and the first of each sort is named with file, line and column; "
		   "with --start it still\n"
		   "takes its step of time. A header that is malformed ends the run.",
	.options = options,
	.start = start,
	.bytes = read_bytes,
	.end = report_misfits,
	.fields = fields,
};
