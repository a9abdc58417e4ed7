#include "columns.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "allocate.h"
#include "csv_file.h"
#include "number.h"
#include "text.h"
#include "title.h"

int columns_find(const struct columns *c, struct str name)
{
	for (size_t i = 0; i < c->count; i++)
		if (str_eq(c->all[i].title, name))
			return (int)i;
	for (size_t i = 0; i < c->count; i++)
		if (str_eq(c->all[i].name, name))
			return (int)i;
	return -1;
}

/* Where "old=new" has its equals sign. */
static int split(const char *word, struct str *ret_old, struct str *ret_new)
{
	const char *equals = strchr(word, '=');
	if (!equals || equals == word || !equals[1])
		return -EINVAL;
	*ret_old = (struct str){ word, (size_t)(equals - word) };
	*ret_new = str(equals + 1);
	return 0;
}

bool columns_are(const struct columns *c, const struct str *titles, size_t count)
{
	if (!c->all || c->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!str_eq(c->all[i].title, titles[i]))
			return false;
	return true;
}

bool columns_typed(const struct columns *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->all[i].field && !c->all[i].type)
			return false;
	return true;
}

char *columns_suggest(const struct columns *c, const char *word)
{
	char **names = allocate(c->count + 1, sizeof(*names));
	for (size_t i = 0; i < c->count; i++)
		names[i] = or_abort(strndup(c->all[i].name.data, c->all[i].name.len));
	char *found = (char *)opt_suggest(word, (const char *const *)names, c->count);
	for (size_t i = 0; i < c->count; i++)
		if (names[i] != found)
			free(names[i]);
	free(names);
	return found;
}

static int not_there(const struct columns *c, const char *where, struct str name, char **ret_error)
{
	char *word = or_abort(strndup(name.data, name.len));
	char *meant = columns_suggest(c, word);
	int r = meant ? text_refuse(ret_error, "%s: no column \"%s\"; did you mean \"%s\"?", where,
				word, meant)
		      : text_refuse(ret_error, "%s: no column \"%s\"", where, word);
	free(meant);
	free(word);
	return r;
}

static int rename_all(struct columns *c, const struct opt_list *renames, char **ret_error)
{
	for (size_t i = 0; i < renames->count; i++) {
		struct str old, new;
		if (split(renames->words[i], &old, &new))
			return text_refuse(ret_error, "--rename: expected old=new, found \"%s\"",
				renames->words[i]);
		int at = columns_find(c, old);
		if (at < 0)
			return not_there(c, "--rename", old, ret_error);
		c->all[at].name = new;
	}
	return 0;
}

static int set_types(struct columns *c, const struct opt_list *types, char **ret_error)
{
	for (size_t i = 0; i < types->count; i++) {
		struct str name, word;
		enum cell_type type = CELL_UNKNOWN;
		if (split(types->words[i], &name, &word) == 0)
			type = cell_type_named(word);
		if (!type)
			return text_refuse(ret_error,
				"--types: expected field=integer, float, bool or text, found "
				"\"%s\"",
				types->words[i]);
		int at = columns_find(c, name);
		if (at < 0)
			return not_there(c, "--types", name, ret_error);
		c->all[at].type = type;
		c->all[at].fixed = true;
	}
	return 0;
}

/* The map file, and where its columns stand. */
struct map {
	const char *path;
	const struct csv_row *row;
	int column, field, unit, type, scale;
};

static int map_error(const struct map *m, int cell, const char *expected, char **ret_error)
{
	struct str found = csv_file_cell(m->row, cell);
	size_t at = cell >= 0 && (size_t)cell < m->row->count ? (size_t)cell : 0;
	struct csv_place p = m->row->places[at];
	return text_refuse(ret_error, "%s:%" PRIu64 ":%" PRIu64 ": expected %s, found \"%.*s\"",
		m->path, p.line, p.column, expected, STR_ARG(found));
}

/* The column a map's row speaks of: by title, name, or number from 1. */
static struct column *mapped(const struct columns *c, struct str which)
{
	int64_t number;
	double d;
	bool integer;
	int at = columns_find(c, which);
	if (at >= 0)
		return &c->all[at];
	if (number_parse(which.data, which.len, &d, &integer, &number) != which.len || !integer)
		return NULL;
	return number >= 1 && (uint64_t)number <= c->count ? &c->all[number - 1] : NULL;
}

static int map_row(struct columns *c, const struct map *m, char **ret_error)
{
	struct str type = csv_file_cell(m->row, m->type), scale = csv_file_cell(m->row, m->scale);
	struct column *col = mapped(c, csv_file_cell(m->row, m->column));
	if (!col)
		return map_error(m, m->column, "a column's title or number", ret_error);
	if (!csv_file_cell(m->row, m->field).len)
		return map_error(m, m->field, "a field's name", ret_error);
	if (type.len && !cell_type_named(type))
		return map_error(m, m->type, "integer, float, bool or text", ret_error);
	struct cell factor = cell_read(scale.len ? scale : STR("1"), '.');
	if (!cell_convert(&factor, CELL_FLOAT) || factor.d == 0)
		return map_error(m, m->scale, "a number other than 0", ret_error);
	col->name = csv_file_cell(m->row, m->field);
	col->unit = m->unit >= 0 ? csv_file_cell(m->row, m->unit) : col->unit;
	col->type = factor.d == 1 ? cell_type_named(type) : CELL_FLOAT;
	col->fixed = col->type != CELL_UNKNOWN;
	col->scale = factor.d;
	col->field = true;
	return 0;
}

static int map_header(struct map *m, const struct csv_file *file, char **ret_error)
{
	if (!file->count)
		return text_refuse(
			ret_error, "%s: expected a header: column,field,unit,type,scale", m->path);
	m->row = &file->rows[0];
	m->column = csv_file_column(m->row, STR("column"));
	m->field = csv_file_column(m->row, STR("field"));
	m->unit = csv_file_column(m->row, STR("unit"));
	m->type = csv_file_column(m->row, STR("type"));
	m->scale = csv_file_column(m->row, STR("scale"));
	if (m->column < 0 || m->field < 0)
		return map_error(m, 0, "a header with column and field", ret_error);
	return 0;
}

/* The file's texts are the columns' from then on, and stay. */
static int read_map(struct columns *c, const char *path, char **ret_error)
{
	static struct csv_file file;
	struct map m = { .path = path };
	int r = file.rows ? 0 : csv_file_read(path, 0, &file, ret_error);
	if (!r)
		r = map_header(&m, &file, ret_error);
	for (size_t i = 0; i < c->count; i++)
		c->all[i].field = false;
	for (size_t i = 1; i < file.count && !r; i++) {
		m.row = &file.rows[i];
		r = map_row(c, &m, ret_error);
	}
	return r;
}

static int check_names(const struct columns *c, char **ret_error)
{
	for (size_t i = 0; i < c->count; i++)
		for (size_t j = 0; j < i && c->all[i].field; j++)
			if (c->all[j].field && str_eq(c->all[i].name, c->all[j].name))
				return text_refuse(ret_error,
					"columns %zu and %zu are both named %.*s", j + 1, i + 1,
					STR_ARG(c->all[i].name));
	return 0;
}

static struct column from_title(struct str text, const struct title *t)
{
	return (struct column){ .title = text,
		.name = t->name,
		.unit = t->unit,
		.label = t->label,
		.field = true,
		.scale = 1 };
}

int columns_open(struct columns *c, const struct str *titles, size_t count,
	const struct column_options *options, char **ret_error)
{
	struct title *texts = title_read(titles, count);
	*c = (struct columns){
		.all = allocate(count + 1, sizeof(*c->all)), .count = count, .texts = texts
	};
	for (size_t i = 0; i < count; i++)
		c->all[i] = from_title(texts[i].title, &texts[i]);
	int r = options->map ? read_map(c, options->map, ret_error) : 0;
	if (!r)
		r = rename_all(c, &options->rename, ret_error);
	if (!r)
		r = set_types(c, &options->types, ret_error);
	if (!r)
		r = check_names(c, ret_error);
	if (r)
		columns_close(c);
	return r;
}

void columns_close(struct columns *c)
{
	free(c->all);
	free(c->texts);
	*c = (struct columns){ 0 };
}

struct str *columns_numbered(size_t count)
{
	enum { DIGITS = 24 };
	struct str *titles = or_abort(malloc(count * (sizeof(*titles) + DIGITS) + 1));
	char *text = (char *)(titles + count);
	for (size_t i = 0; i < count; i++) {
		char *to = text + i * DIGITS;
		titles[i] = (struct str){ to, (size_t)snprintf(to, DIGITS, "%zu", i + 1) };
	}
	return titles;
}
