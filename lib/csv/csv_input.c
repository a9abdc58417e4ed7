#include "csv_input.h"

#include "allocate.h"
#include "columns.h"

static void name_columns(struct csv_input *in, const struct str *titles, size_t count)
{
	in->stage = in->columns(titles, count) ? CSV_INPUT_LOOKING : CSV_INPUT_TAKING;
	csv_begin_at(&in->scout, &in->reader);
}

static void malformed(struct csv_input *in, const struct csv *c)
{
	/* What the scout meets, the reader meets again. */
	if (in->stage != CSV_INPUT_LOOKING || c != &in->scout)
		in->malformed(c, in->stage == CSV_INPUT_TITLES);
}

typedef bool take_row(struct csv_input *in, const struct csv *row);

/* Hands rows to take, until it wants no more; returns the bytes used. */
static size_t each_row(
	struct csv_input *in, struct csv *c, struct str data, bool last, take_row *take)
{
	size_t used = 0, n;
	int r;
	bool more = true;
	while (more && (r = csv_next(c, data.data + used, data.len - used, last, &n)) != 0) {
		used += n;
		if (r > 0)
			more = take(in, c);
		else
			malformed(in, c);
	}
	return more ? used + n : used;
}

static bool take_titles(struct csv_input *in, const struct csv *row)
{
	name_columns(in, row->cells, row->count);
	return false;
}

/* The first row tells how many columns there are. It stays to be read. */
static bool take_numbers(struct csv_input *in, const struct csv *row)
{
	struct str *numbers = columns_numbered(row->count);
	name_columns(in, numbers, row->count);
	free(numbers);
	return false;
}

static bool look_at_row(struct csv_input *in, const struct csv *row)
{
	in->look(row);
	return ++in->looked_at < in->look_max;
}

static bool pass_row(struct csv_input *in, const struct csv *row)
{
	in->take(row);
	return true;
}

static void take_given(struct csv_input *in)
{
	struct str *titles = allocate(in->titles.count, sizeof(*titles));
	for (size_t i = 0; i < in->titles.count; i++)
		titles[i] = str(in->titles.words[i]);
	name_columns(in, titles, in->titles.count);
	free(titles);
}

size_t csv_input_titles(struct csv_input *in, struct str data, bool last)
{
	if (!in->no_header)
		return each_row(in, &in->reader, data, last, take_titles);
	csv_begin_at(&in->scout, &in->reader);
	if (in->titles.count)
		take_given(in);
	else
		each_row(in, &in->scout, data, last, take_numbers);
	return 0;
}

static size_t look(struct csv_input *in, struct str data, bool last)
{
	size_t used = each_row(in, &in->scout, data, last, look_at_row);
	buffer_add(&in->held, data.data, used);
	if (in->looked_at < in->look_max && !last)
		return used;
	each_row(in, &in->reader, buffer_str(&in->held), true, pass_row);
	csv_begin_at(&in->reader, &in->scout);
	in->held.len = 0;
	in->looked_at = 0;
	in->stage = CSV_INPUT_TAKING;
	return used;
}

static struct str after(struct str data, size_t used)
{
	return (struct str){ data.data + used, data.len - used };
}

size_t csv_input_read(struct csv_input *in, struct str data, bool last)
{
	size_t used = 0;
	if (in->stage == CSV_INPUT_TITLES)
		used += csv_input_titles(in, data, last);
	if (in->stage == CSV_INPUT_LOOKING)
		used += look(in, after(data, used), last);
	if (in->stage == CSV_INPUT_TAKING)
		used += each_row(in, &in->reader, after(data, used), last, pass_row);
	return used;
}

bool csv_input_next(struct csv_input *in)
{
	bool begun = in->stage != CSV_INPUT_TITLES;
	csv_restart(&in->reader);
	in->stage = CSV_INPUT_TITLES;
	return begun;
}
