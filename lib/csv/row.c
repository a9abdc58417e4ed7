#include "row.h"

#include <math.h>

#include "utf8.h"

static bool is_one_of(struct str cell, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(cell, str(words[i])))
			return true;
	return false;
}

static bool is_missing(struct str cell, const struct row_form *form)
{
	static const char *const usual[] = { "NaN", "nan", "NA", "N/A", "null" };
	if (form->missing.count)
		return is_one_of(cell, form->missing.words, form->missing.count);
	bool may_be = (cell.data[0] | 32) == 'n'; /* as they all begin */
	return may_be && is_one_of(cell, usual, sizeof(usual) / sizeof(*usual));
}

void row_infer(
	struct columns *columns, const struct str *cells, size_t count, const struct row_form *form)
{
	for (size_t i = 0; i < columns->count && i < count; i++) {
		struct column *col = &columns->all[i];
		if (!col->fixed && cells[i].len && !is_missing(cells[i], form))
			col->type = cell_join(col->type, cell_read(cells[i], form->decimal).type);
	}
}

static void add_bad(struct sample_writer *w, struct str name, uint32_t status)
{
	sample_add_nil(w, name);
	sample_add_status(w, name, status);
}

static double scaled(double v, double scale)
{
	/* A tenth is not exact, ten is. */
	double divisor = scale == 1 ? 0 : nearbyint(1 / scale);
	return divisor > 1 && fabs(divisor * scale - 1) < 1e-15 ? v / divisor : v * scale;
}

static void add_read(struct sample_writer *w, const struct column *col, const struct cell *c)
{
	if (c->type == CELL_BOOL)
		sample_add_bool(w, col->name, c->b);
	else if (c->type == CELL_INTEGER)
		sample_add_integer(w, col->name, c->i);
	else
		sample_add_number(w, col->name, scaled(c->d, col->scale));
}

static void widen(struct column *col, enum cell_type to)
{
	bool first = col->type == CELL_UNKNOWN;
	if (!col->fixed && (first || (col->type == CELL_INTEGER && to == CELL_FLOAT)))
		col->type = to;
}

bool row_add(struct columns *columns, size_t at, struct str cell, const struct row_form *form,
	struct sample_writer *w)
{
	struct column *col = &columns->all[at];
	if (!cell.len || (col->type != CELL_TEXT && is_missing(cell, form))) {
		add_bad(w, col->name, STATUS_BAD_NO_DATA);
		return true;
	}
	struct cell c = { .type = CELL_TEXT };
	if (col->type != CELL_TEXT)
		c = cell_read(cell, form->decimal);
	widen(col, c.type);
	bool fits = col->type == CELL_TEXT ? utf8_valid(cell) : cell_convert(&c, col->type);
	if (fits && col->type == CELL_TEXT)
		sample_add_text(w, col->name, cell);
	else if (fits)
		add_read(w, col, &c);
	else
		add_bad(w, col->name, STATUS_BAD_DATA_ENCODING_INVALID);
	return fits;
}
