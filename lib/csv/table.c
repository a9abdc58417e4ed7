#include "table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocate.h"
#include "opt.h"
#include "text.h"

static struct str trim(struct str s)
{
	while (s.len && (s.data[0] == ' ' || s.data[0] == '\t')) {
		s.data++;
		s.len--;
	}
	while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	return s;
}

__attribute__((format(printf, 4, 0))) static int error_at(const char *path, struct csv_place place,
	char **ret_error, const char *format, va_list args)
{
	char *message = text_vprint(format, args);

	*ret_error = text_print(
		"%s:%" PRIu64 ":%" PRIu64 ": %s", path, place.line, place.column, message);
	free(message);
	return -EINVAL;
}

__attribute__((format(printf, 4, 5))) static int header_error(
	const struct table *t, size_t cell, char **ret_error, const char *format, ...)
{
	struct csv_place place = { 1, 1 };
	va_list args;
	int r;

	if (t->file.count && cell < t->file.rows[0].count)
		place = t->file.rows[0].places[cell];
	va_start(args, format);
	r = error_at(t->path, place, ret_error, format, args);
	va_end(args);
	return r;
}

int table_error(const struct table *t, size_t row, unsigned column, char **ret_error,
	const char *format, ...)
{
	const struct csv_row *cells = &t->file.rows[row + 1];
	int at = t->at[column];
	struct csv_place place = cells->places[0];
	va_list args;
	int r;

	if (at >= 0 && (size_t)at < cells->count)
		place = cells->places[at];
	va_start(args, format);
	r = error_at(t->path, place, ret_error, format, args);
	va_end(args);
	return r;
}

struct str table_cell(const struct table *t, size_t row, unsigned column)
{
	const struct csv_row *cells = &t->file.rows[row + 1];
	int at = t->at[column];

	return at >= 0 && (size_t)at < cells->count ? trim(cells->cells[at]) : STR("");
}

static int find_column(const struct table *t, struct str name)
{
	for (int i = 0; t->columns[i].name; i++)
		if (str_eq(name, str(t->columns[i].name)))
			return i;
	return -1;
}

static int unknown_column(const struct table *t, size_t cell, struct str name, char **ret_error)
{
	const char *names[TABLE_COLUMNS_MAX], *meant;
	char word[64];
	size_t n = 0;

	for (; t->columns[n].name; n++)
		names[n] = t->columns[n].name;
	snprintf(word, sizeof(word), "%.*s", STR_ARG(name));
	meant = opt_suggest(word, names, n);
	return header_error(t, cell, ret_error, "unknown column \"%.*s\"%s%s%s", STR_ARG(name),
		meant ? "; did you mean \"" : "", meant ? meant : "", meant ? "\"?" : "");
}

static int read_header(struct table *t, char **ret_error)
{
	const struct csv_row *header = t->file.rows;

	for (int i = 0; i < TABLE_COLUMNS_MAX; i++)
		t->at[i] = -1;
	if (!t->file.count)
		return header_error(t, 0, ret_error, "expected a header that names the columns");
	for (size_t cell = 0; cell < header->count; cell++) {
		struct str name = trim(header->cells[cell]);
		int column = find_column(t, name);
		if (column < 0)
			return unknown_column(t, cell, name, ret_error);
		if (t->at[column] >= 0)
			return header_error(
				t, cell, ret_error, "column \"%.*s\" comes twice", STR_ARG(name));
		t->at[column] = (int)cell;
	}
	for (int i = 0; t->columns[i].name; i++)
		if (t->columns[i].required && t->at[i] < 0)
			return header_error(
				t, 0, ret_error, "there is no column \"%s\"", t->columns[i].name);
	t->count = t->file.count - 1;
	return 0;
}

static int check_row(const struct table *t, size_t row, char **ret_error)
{
	size_t cells = t->file.rows[row + 1].count, expected = t->file.rows[0].count;

	if (cells > expected)
		return table_error(t, row, 0, ret_error,
			"expected %zu cells as in the header, found %zu", expected, cells);
	for (unsigned i = 0; t->columns[i].name; i++)
		if (t->columns[i].required && !table_cell(t, row, i).len)
			return table_error(t, row, i, ret_error, "%s is empty", t->columns[i].name);
	return 0;
}

int table_load(
	const char *path, const struct table_column *columns, struct table *ret, char **ret_error)
{
	struct table t = { .columns = columns };
	int r = csv_file_read(path, ',', &t.file, ret_error);

	if (r < 0)
		return r;
	t.path = or_abort(strdup(path));
	r = read_header(&t, ret_error);
	for (size_t row = 0; !r && row < t.count; row++)
		r = check_row(&t, row, ret_error);
	if (r < 0)
		table_unload(&t);
	else
		*ret = t;
	return r;
}

void table_unload(struct table *t)
{
	csv_file_free(&t->file);
	free(t->path);
	*t = (struct table){ 0 };
}
