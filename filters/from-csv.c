#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "columns.h"
#include "csv.h"
#include "filter.h"
#include "row.h"
#include "series.h"
#include "time_form.h"
#include "utf8.h"

static struct opt_list files, titles;
static struct row_form form;
static const char *source, *source_column, *time_column, *separator = ",", *decimal = ".";
static struct time_form time_form;
static int64_t start_time, step, infer_rows = 100;
static struct column_options column_options;
static bool no_header;

static const struct opt options[] = {
	{ "FILE", OPT_FILE, &files,
		.help = "files to read, one after another; - or none: standard input",
		.positional = true, .repeat = true, .incidental = true },
	{ "source", OPT_TEXT, &source, "NAME",
		.help = "source of all rows; with --source-column, what stands before it" },
	{ "source-column", OPT_TEXT, &source_column, "COLUMN",
		.help = "column that names each row's source; source unless --source is given" },
	{ "time-column", OPT_TEXT, &time_column, "COLUMN",
		.help = "column with each row's time; time unless --start is given" },
	{ "time-format", OPT_TEXT, &time_form.form, "FORMAT",
		.help = "unix, unix-ms, or as strptime has it: %d/%m/%Y %H:%M; else RFC 3339" },
	{ "utc-offset", OPT_DURATION, &time_form.utc_offset, "TIME",
		.help = "what times without a zone are ahead of UTC: -3h" },
	{ "start", OPT_TIME, &start_time, "TIME",
		.help = "time of the first row, where none is in the file" },
	{ "step", OPT_DURATION, &step, "TIME", .help = "time from row to row, with --start" },
	{ "rename", OPT_LIST, &column_options.rename, "OLD=NEW,...",
		.help = "other names for fields; OLD is a column's title or its field's name" },
	{ "types", OPT_LIST, &column_options.types, "FIELD=TYPE,...",
		.help = "integer, float, bool or text, instead of what the first rows say" },
	{ "map", OPT_FILE, &column_options.map, "FILE",
		.help = "CSV file of the columns to take: column,field[,unit][,type][,scale]" },
	{ "infer", OPT_INTEGER, &infer_rows, "ROWS",
		"rows that are read before the first is passed on, to tell the types", .min = 1,
		.max = 100000 },
	{ "missing", OPT_LIST, &form.missing, "WORD,...",
		.help = "words in columns of numbers and bools that stand for no value, as an "
			"empty cell does; else NaN, nan, NA, N/A, null" },
	{ "separator", OPT_TEXT, &separator, "CHARACTER",
		.help = "what stands between cells; tab for a tabulator" },
	{ "decimal", OPT_TEXT, &decimal, "CHARACTER",
		.help = "decimal point or comma; with the comma, dots may group thousands" },
	{ "no-header", OPT_FLAG, &no_header,
		.help = "the first row is data; columns are named by --columns or --map" },
	{ "columns", OPT_LIST, &titles, "TITLE,...",
		.help = "titles of the columns, with --no-header" },
	OPT_END,
};

enum { SOURCES_MAX = 1 << 20, PEEK = 1 << 16, SHOWN_MAX = 60, SOURCE_MAX = 500 };

static struct csv reader, scout;
static struct columns columns;
static struct buffer head; /* rows looked at for their types, and not yet passed on */
static int64_t looked_at, row_number;
static int time_at, source_at;
static enum { HEADER, LOOKING, PASSING } stage;
static struct buffer row_source;
static struct series *announced; /* the sources whose fields have been announced */
static const char *file_checked;

/* What a message shows of a cell. */
static struct str shown(struct str cell)
{
	return (struct str){ cell.data, cell.len < SHOWN_MAX ? cell.len : SHOWN_MAX };
}

static const char *file_name(void)
{
	return file_checked ? file_checked : input_name();
}

/* file:line:column of a cell of the row last read. */
static const char *place(size_t cell)
{
	static char text[4200];
	struct csv_place p = csv_place(&reader, cell < reader.count ? cell : reader.count - 1);
	snprintf(text, sizeof(text), "%s:%" PRIu64 ":%" PRIu64, input_name(), p.line, p.column);
	return text;
}

static char one_character(const char *option, const char *given)
{
	if (strcmp(given, "tab") == 0 || strcmp(given, "\\t") == 0)
		return '\t';
	if (strlen(given) != 1 || strchr("\"\r\n", given[0]))
		die_config("--%s: expected one character, found \"%s\"", option, given);
	return given[0];
}

/* The column that was given, or the one of the usual title. */
static int find_column(
	const char *given, const char *usual, const char *option, const char *instead)
{
	const char *title = given ? given : usual;
	int at = columns_find(&columns, str(title));
	if (at >= 0)
		return at;
	const char *meant = given ? columns_suggest(&columns, given) : NULL;
	if (meant)
		die_config("%s:1: no column \"%s\" for --%s; did you mean \"%s\"?", file_name(),
			title, option, meant);
	die_config("%s:1: no column \"%s\": give --%s%s", file_name(), title, option, instead);
}

static void find_time_and_source(void)
{
	time_at = source_at = -1;
	if (!opt_given(&start_time))
		time_at =
			find_column(time_column, "time", "time-column", ", or --start and --step");
	if (source_column || !source)
		source_at = find_column(source_column, "source", "source-column", " or --source");
	if (time_at >= 0)
		columns.all[time_at].field = false;
	if (source_at >= 0)
		columns.all[source_at].field = false;
}

static bool has_columns(const struct str *cells, size_t count)
{
	if (!columns.all || columns.count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!str_eq(columns.all[i].title, cells[i]))
			return false;
	return true;
}

/* Rows are held back only while a column's type is not known. */
static bool types_known(void)
{
	for (size_t i = 0; i < columns.count; i++)
		if (columns.all[i].field && !columns.all[i].type)
			return false;
	return true;
}

static const char *const expected_text[] = { [CELL_UNKNOWN] = "no value",
	[CELL_BOOL] = "true or false",
	[CELL_INTEGER] = "an integer",
	[CELL_FLOAT] = "a number",
	[CELL_TEXT] = "text in UTF-8" };

static void report_misfits(void)
{
	for (size_t i = 0; i < columns.count; i++) {
		const struct column *col = &columns.all[i];
		if (col->misfits > 1)
			warning("column \"%.*s\": %" PRIu64 " cells that were not %s",
				STR_ARG(shown(col->title)), col->misfits, expected_text[col->type]);
	}
}

static void announce_anew(void)
{
	if (announced)
		series_close(announced);
	announced = series_open(1, SOURCES_MAX, NULL);
}

/* A file with the columns of the one before it keeps their types. */
static void name_columns(const struct str *cells, size_t count)
{
	char *error;
	if (!has_columns(cells, count)) {
		report_misfits();
		columns_close(&columns);
		if (columns_open(&columns, cells, count, &column_options, &error))
			die_config("%s", error);
		find_time_and_source();
		announce_anew();
	}
	stage = types_known() ? PASSING : LOOKING;
	csv_begin_at(&scout, &reader);
}

/* Each of these takes one row and says whether the next is for it too. */

static bool take_header(struct csv *c)
{
	name_columns(c->cells, c->count);
	return false;
}

static bool look_at_row(struct csv *c)
{
	row_infer(&columns, c->cells, c->count, &form);
	return ++looked_at < infer_rows;
}

static bool complete(const struct csv *c)
{
	if (c->count == columns.count)
		return true;
	drop("wrong number of cells", "%s: expected %zu cells, found %zu",
		place(c->count > columns.count ? columns.count : c->count), columns.count,
		c->count);
	return false;
}

static bool row_time(const struct csv *c, int64_t *ret)
{
	if (time_at < 0) {
		if (!__builtin_mul_overflow(row_number - 1, step, ret) &&
			!__builtin_add_overflow(*ret, start_time, ret))
			return true;
		die_config("--step: the time of row %" PRId64 " is beyond what samples can say",
			row_number);
	}
	struct str cell = c->cells[time_at];
	if (time_form_read(&time_form, cell, ret) == 0)
		return true;
	drop("not a time", "%s: expected a time, found \"%.*s\"", place((size_t)time_at),
		STR_ARG(shown(cell)));
	return false;
}

static bool find_source(const struct csv *c)
{
	row_source.len = 0;
	if (source)
		buffer_add_str(&row_source, str(source));
	if (source_at < 0)
		return true;
	struct str cell = c->cells[source_at];
	if (!cell.len || cell.len > SOURCE_MAX || !utf8_valid(cell)) {
		drop("no source", "%s: expected the name of a source, 1 to %d bytes of UTF-8",
			place((size_t)source_at), SOURCE_MAX);
		return false;
	}
	if (source)
		buffer_add_char(&row_source, '/');
	buffer_add_str(&row_source, cell);
	return true;
}

static void announce_columns(int64_t time)
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
	announce(time, buffer_str(&row_source), fields, count);
}

static void add_cell(struct sample_writer *w, size_t at, struct str cell)
{
	struct column *col = &columns.all[at];
	if (row_add(&columns, at, cell, &form, w) || col->misfits++)
		return;
	warning("%s: expected %s in column \"%.*s\", found \"%.*s\": its quality is Bad", place(at),
		expected_text[col->type], STR_ARG(shown(col->title)), STR_ARG(shown(cell)));
}

static bool pass_row(struct csv *c)
{
	int64_t time;
	bool is_new;
	row_number++;
	if (!complete(c) || !row_time(c, &time) || !find_source(c))
		return true;
	struct str name = buffer_str(&row_source);
	series_get(announced, name, &is_new);
	if (is_new)
		announce_columns(time);
	struct sample_writer *w = emit_begin(time, name, STR(""));
	for (size_t i = 0; i < columns.count; i++)
		if (columns.all[i].field)
			add_cell(w, i, c->cells[i]);
	emit_end();
	return true;
}

static void malformed_row(const struct csv *c)
{
	struct csv_place p = c->error_place;
	if (stage == HEADER)
		die_config(
			"%s:%" PRIu64 ":%" PRIu64 ": %s", file_name(), p.line, p.column, c->error);
	if (stage == LOOKING && c == &scout)
		return; /* it is met again when the row is passed on */
	row_number++;
	drop("malformed row", "%s:%" PRIu64 ":%" PRIu64 ": %s", file_name(), p.line, p.column,
		c->error);
}

/* Hands the rows of data to take, until it wants no more; returns the bytes used. */
static size_t each_row(struct csv *c, struct str data, bool last, bool (*take)(struct csv *c))
{
	size_t used = 0, n;
	int r;
	bool more = true;
	while (more && (r = csv_next(c, data.data + used, data.len - used, last, &n)) != 0) {
		used += n;
		if (r > 0)
			more = take(c);
		else
			malformed_row(c);
	}
	return more ? used + n : used;
}

/* Columns known by their numbers only: the first row tells how many. It stays to be read. */
static bool number_columns(struct csv *c)
{
	struct str *numbers = columns_numbered(c->count);
	name_columns(numbers, c->count);
	free(numbers);
	return false;
}

static void name_given_columns(void)
{
	struct str *given = calloc(titles.count, sizeof(*given));
	for (size_t i = 0; given && i < titles.count; i++)
		given[i] = str(titles.words[i]);
	name_columns(given, titles.count);
	free(given);
}

static size_t read_header(struct str data, bool last)
{
	if (!no_header)
		return each_row(&reader, data, last, take_header);
	csv_begin_at(&scout, &reader);
	if (titles.count)
		name_given_columns();
	else
		each_row(&scout, data, last, number_columns);
	return 0;
}

static size_t look(struct str data, bool last)
{
	size_t used = each_row(&scout, data, last, look_at_row);
	buffer_add(&head, data.data, used);
	if (looked_at < infer_rows && !last)
		return used;
	each_row(&reader, buffer_str(&head), true, pass_row);
	csv_begin_at(&reader, &scout);
	head.len = 0;
	looked_at = 0;
	stage = PASSING;
	return used;
}

static void next_input(void)
{
	if (stage == HEADER)
		warning("%s: empty: expected %s", input_name(), no_header ? "rows" : "a header");
	csv_restart(&reader);
	stage = HEADER;
}

static size_t read_bytes(const char *data, size_t len, bool last)
{
	size_t used = 0;
	if (stage == HEADER)
		used += read_header((struct str){ data, len }, last);
	if (stage == LOOKING)
		used += look((struct str){ data + used, len - used }, last);
	if (stage == PASSING)
		used += each_row(&reader, (struct str){ data + used, len - used }, last, pass_row);
	if (last)
		next_input();
	return used;
}

/* Reads the first file's header ahead, to say what is wrong with it and which fields it has. */
static void peek(void)
{
	static char data[PEEK];
	struct stat st;
	int fd = files.count ? open(files.words[0], O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
			    ? read(fd, data, sizeof(data))
			    : 0;
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return;
	file_checked = files.words[0];
	read_header((struct str){ data, (size_t)n }, (size_t)n < sizeof(data));
}

static void start(void)
{
	reader.separator = one_character("separator", separator);
	form.decimal = decimal[0];
	if (strcmp(decimal, ".") && strcmp(decimal, ","))
		die_config("--decimal: expected . or , and found \"%s\"", decimal);
	if (reader.separator == form.decimal)
		die_config("--separator and --decimal are both \"%c\": files with decimal commas "
			   "mostly "
			   "have --separator ';'",
			form.decimal);
	if (source && (!*source || strlen(source) > SOURCE_MAX || !utf8_valid(str(source))))
		die_config("--source: expected a name, 1 to %d bytes of UTF-8", SOURCE_MAX);
	if (opt_given(&start_time) != opt_given(&step) || step < 0)
		die_config("--start and --step go together: the first row's time, and from row to "
			   "row");
	if (opt_given(&start_time) && time_column)
		die_config("--start and --time-column both say what the time is: give one of them");
	if (no_header && !titles.count && !column_options.map)
		die_config("--no-header: name the columns by --columns, or by number in a --map");
	if (!no_header && titles.count)
		die_config("--columns is for --no-header; --rename names single columns anew");
	if (checking())
		peek();
}

static void fields(struct fields *f)
{
	if (!columns.all) {
		fields_open(f);
		return;
	}
	for (size_t i = 0; i < columns.count; i++) {
		const struct column *col = &columns.all[i];
		char *name = strndup(col->name.data, col->name.len);
		char *unit = col->unit.len ? strndup(col->unit.data, col->unit.len) : NULL;
		if (name && col->field)
			fields_make(f, name, unit);
		free(name);
		free(unit);
	}
}

const struct filter filter = {
	.summary = "read samples from CSV",
	.details = "Column titles become fields in snake case, a unit in brackets at their end is "
		   "announced: Air\n"
		   "temperature [K] is air_temperature in K. A column's type is what holds the "
		   "cells of the first\n"
		   "--infer rows: bool, integer, float, or text; rows are held back until these "
		   "have come, unless\n"
		   "--types or --map say the types. A decimal number in a column of integers makes "
		   "floats of it\n"
		   "from there on; any other cell that is not of its column's type becomes a value "
		   "that is absent\n"
		   "with quality Bad (data encoding invalid), an empty one with quality Bad (no "
		   "data).\n\n"
		   "A row that is malformed, has too many or too few cells, no time or no source "
		   "is dropped,\n"
		   "counted, and the first of each sort is named with file, line and column; with "
		   "--start it still\n"
		   "takes its step of time. A header that is malformed ends the run.",
	.options = options,
	.start = start,
	.bytes = read_bytes,
	.end = report_misfits,
	.fields = fields,
};
