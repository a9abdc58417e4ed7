/* Sealing: samples to a body. */
#include <errno.h>

#include "allocate.h"
#include "seal/parts.h"

void seal_samples_reserve(struct seal *s, size_t count)
{
	if (count <= s->samples_room)
		return;
	s->samples_room = count * 2;
	s->shapes = reallocate(s->shapes, s->samples_room, sizeof(*s->shapes));
	s->places = reallocate(s->places, s->samples_room, sizeof(*s->places));
	s->sorted = reallocate(s->sorted, s->samples_room, sizeof(*s->sorted));
}

int seal_cells_place(struct seal *s)
{
	uint64_t total = 0;
	for (size_t i = 0; i < s->table.shape_count; i++) {
		struct seal_shape *shape = &s->table.shapes[i];
		shape->first_cell = (size_t)total;
		shape->done = 0;
		total += (uint64_t)shape->rows * shape->hole_count;
		if (total > SEAL_CELLS_MAX)
			return -EBADMSG;
	}
	if (total <= s->cells_room)
		return 0;
	free(s->cells);
	s->cells_room = (size_t)total;
	s->cells = or_abort(malloc(s->cells_room * sizeof(*s->cells)));
	return 0;
}

/* Room for what is in the holes of one more sample. */
static struct seal_found *found_reserve(struct seal *s)
{
	if (s->found_count + SEAL_HOLES_MAX > s->found_room) {
		s->found_room = 2 * (s->found_count + SEAL_HOLES_MAX);
		s->found = reallocate(s->found, s->found_room, sizeof(*s->found));
	}
	return s->found + s->found_count;
}

/* The shape of the sample at c: mostly the one that came behind the one before the last time. */
static int64_t next_shape(struct seal *s, struct cursor *c, uint32_t last, bool *ret_foreseen)
{
	struct seal_table *t = &s->table;
	struct seal_found *found = found_reserve(s);
	struct cursor start = *c;
	int64_t shape = t->shape_count ? t->shapes[last].follower : UINT32_MAX;
	*ret_foreseen = shape != UINT32_MAX && seal_shape_matches(t, &t->shapes[shape], c, found);
	if (!*ret_foreseen) {
		shape = seal_shape_of(t, c, &s->text);
		if (shape < 0 || !seal_shape_matches(t, &t->shapes[shape], &start, found))
			return -EBADMSG;
	}
	s->found_count += t->shapes[shape].run_count - 1;
	return shape;
}

/* Finds where samples begin and of what shape they are, and writes the order of shapes: how often
 * it is as foreseen, then what comes instead, and so on. */
static int take_apart(struct seal *s, struct str samples)
{
	const uint8_t *data = (const uint8_t *)samples.data;
	struct cursor c = wire_cursor(samples);
	uint64_t foreseen_count = 0;
	uint32_t last = 0;
	s->order.len = s->sample_count = s->found_count = 0;
	for (; c.at < c.end; s->sample_count++) {
		bool foreseen;
		seal_samples_reserve(s, s->sample_count + 1);
		s->places[s->sample_count] =
			(struct seal_place){ (uint32_t)(c.at - data), (uint32_t)s->found_count };
		int64_t shape = next_shape(s, &c, last, &foreseen);
		if (shape < 0 || s->sample_count == SEAL_SAMPLES_MAX ||
			s->found_count > SEAL_CELLS_MAX)
			return -EBADMSG;
		if (foreseen) {
			foreseen_count++;
		} else {
			seal_varint_write(&s->order, foreseen_count);
			seal_varint_write(&s->order, (uint64_t)shape);
			foreseen_count = 0;
		}
		s->shapes[s->sample_count] = (uint32_t)shape;
		s->table.shapes[shape].rows++;
		s->table.shapes[last].follower = (uint32_t)shape;
		last = (uint32_t)shape;
	}
	seal_varint_write(&s->order, foreseen_count);
	return 0;
}

static void sort_places(struct seal *s)
{
	uint32_t at = 0;
	for (size_t i = 0; i < s->table.shape_count; i++) {
		s->table.shapes[i].done = at;
		at += s->table.shapes[i].rows;
	}
	for (size_t i = 0; i < s->sample_count; i++)
		s->sorted[s->table.shapes[s->shapes[i]].done++] = s->places[i];
}

static inline uint64_t time_of(uint64_t bits)
{
	return (bits & 0x3ffffffff) * 1000000000 + (bits >> 34);
}

enum { TOGETHER = 32 }; /* samples whose bytes stay in the nearest cache */

static void fill_fixed(const struct seal_hole *h, const uint8_t *const *at, size_t n, uint64_t *to)
{
	size_t place = h->at;
	for (size_t i = 0; i < n; i++)
		to[i] = wire_load64(at[i] + place);
	for (size_t i = 0; i < n && h->kind == SEAL_TIME; i++)
		to[i] = time_of(to[i]);
}

static void fill_other(const struct seal_found *const *found, const uint8_t **at, size_t n,
	const uint8_t *texts, uint64_t *to)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t value = found[i]->value;
		at[i] = found[i]->end;
		to[i] = texts ? (uint64_t)(at[i] - texts - value) << 32 | value : value;
	}
}

struct rows {
	const uint8_t *at[TOGETHER];
	const struct seal_found *found[TOGETHER];
	size_t count;
};

/* Rows from first on; texts are in data. */
static void fill_rows(struct seal *s, const struct seal_shape *shape, struct rows *rows,
	size_t first, const uint8_t *data)
{
	uint64_t *to = s->cells + shape->first_cell + first;
	for (uint32_t i = 0; i < shape->run_count; i++) {
		const struct seal_run *run = &s->table.runs[shape->first_run + i];
		const struct seal_hole *h = &s->table.holes[run->first_hole];
		bool text = run->last == SEAL_TEXT || run->last == SEAL_BYTES;
		for (uint32_t j = 0; j < run->fixed_count; j++, to += shape->rows)
			fill_fixed(&h[j], rows->at, rows->count, to);
		if (!run->last)
			break;
		fill_other(rows->found, rows->at, rows->count, text ? data : NULL, to);
		for (size_t j = 0; j < rows->count; j++)
			rows->found[j]++;
		to += shape->rows;
	}
}

static void fill_cells(struct seal *s, const struct seal_shape *shape,
	const struct seal_place *places, const uint8_t *data)
{
	struct rows rows;
	for (size_t row = 0; row < shape->rows; row += TOGETHER) {
		rows.count = shape->rows - row < TOGETHER ? shape->rows - row : TOGETHER;
		for (size_t i = 0; i < rows.count; i++) {
			rows.at[i] = data + places[row + i].start;
			rows.found[i] = s->found + places[row + i].found;
		}
		fill_rows(s, shape, &rows, row, data);
	}
}

static void write_shapes(struct seal *s)
{
	seal_varint_write(&s->body, s->table.shape_count);
	for (size_t i = 0; i < s->table.shape_count; i++) {
		const struct seal_shape *shape = &s->table.shapes[i];
		seal_varint_write(&s->body, shape->text_len);
		buffer_add_str(&s->body, seal_shape_text(&s->table, shape));
		seal_varint_write(&s->body, shape->source_at);
		seal_varint_write(&s->body, shape->source_len);
	}
}

static void write_columns(struct seal *s, const struct seal_shape *shape, struct str samples)
{
	for (uint32_t i = 0; i < shape->hole_count; i++)
		seal_column_write(s->streams, s->table.holes[shape->first_hole + i].kind,
			s->cells + shape->first_cell + (size_t)i * shape->rows, shape->rows,
			(const uint8_t *)samples.data, &s->room);
}

static size_t streams_length(const struct seal *s)
{
	size_t sum = 0;
	for (int i = 0; i < SEAL_STREAMS; i++)
		sum += s->streams[i].len;
	return sum;
}

static void write_streams(struct seal *s)
{
	for (int i = 0; i < SEAL_STREAMS; i++)
		seal_varint_write(&s->body, s->streams[i].len);
	for (int i = 0; i < SEAL_STREAMS; i++) {
		buffer_add_str(&s->body, buffer_str(&s->streams[i]));
		s->ends[i] = s->body.len;
	}
}

int seal_body_write(struct seal *s, struct str samples)
{
	s->body.len = 0;
	for (int i = 0; i < SEAL_STREAMS; i++)
		s->streams[i].len = 0;
	seal_table_clear(&s->table);
	if (samples.len > SEAL_RAW_MAX || take_apart(s, samples) || seal_cells_place(s))
		return -EBADMSG;
	sort_places(s);
	buffer_add_char(&s->body, SEAL_COLUMNS);
	seal_varint_write(&s->body, samples.len);
	write_shapes(s);
	seal_varint_write(&s->body, s->sample_count);
	buffer_add_str(&s->body, buffer_str(&s->order));
	const struct seal_place *places = s->sorted;
	for (size_t i = 0; i < s->table.shape_count; i++) {
		fill_cells(s, &s->table.shapes[i], places, (const uint8_t *)samples.data);
		write_columns(s, &s->table.shapes[i], samples);
		places += s->table.shapes[i].rows;
		if (s->body.len + streams_length(s) > SEAL_RAW_MAX)
			return -EBADMSG;
	}
	write_streams(s);
	return 0;
}
