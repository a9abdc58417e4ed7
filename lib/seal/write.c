/* Sealing: samples to a body. */
#include <errno.h>

#include "seal/parts.h"

void seal_samples_reserve(struct seal *s, size_t count)
{
	if (count <= s->samples_room)
		return;
	s->samples_room = count * 2;
	s->shapes = realloc(s->shapes, s->samples_room * sizeof(*s->shapes));
	s->starts = realloc(s->starts, s->samples_room * sizeof(*s->starts));
	s->sorted = realloc(s->sorted, s->samples_room * sizeof(*s->sorted));
	if (!s->shapes || !s->starts || !s->sorted)
		abort();
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
	s->cells = malloc(s->cells_room * sizeof(*s->cells));
	if (!s->cells)
		abort();
	return 0;
}

/* The shape of the sample at c: mostly the one that came behind the one before the last time. */
static int64_t next_shape(struct seal *s, struct cursor *c, uint32_t last, bool *ret_foreseen)
{
	struct seal_table *t = &s->table;
	uint32_t follower = t->shape_count ? t->shapes[last].follower : UINT32_MAX;
	*ret_foreseen = follower != UINT32_MAX && seal_shape_matches(t, &t->shapes[follower], c);
	return *ret_foreseen ? follower : seal_shape_of(t, c, &s->text);
}

/* Finds where samples begin and of what shape they are, and writes the order of shapes: how often
 * it is as foreseen, then what comes instead, and so on. */
static int take_apart(struct seal *s, struct str samples)
{
	const uint8_t *data = (const uint8_t *)samples.data;
	struct cursor c = { data, data + samples.len };
	uint64_t foreseen_count = 0;
	uint32_t last = 0;
	s->order.len = s->sample_count = 0;
	for (; c.at < c.end; s->sample_count++) {
		bool foreseen;
		seal_samples_reserve(s, s->sample_count + 1);
		s->starts[s->sample_count] = (uint32_t)(c.at - data);
		int64_t shape = next_shape(s, &c, last, &foreseen);
		if (shape < 0 || s->sample_count == SEAL_SAMPLES_MAX)
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

static void sort_starts(struct seal *s)
{
	uint32_t at = 0;
	for (size_t i = 0; i < s->table.shape_count; i++) {
		s->table.shapes[i].done = at;
		at += s->table.shapes[i].rows;
	}
	for (size_t i = 0; i < s->sample_count; i++)
		s->sorted[s->table.shapes[s->shapes[i]].done++] = s->starts[i];
}

static inline uint64_t time_of(uint64_t bits)
{
	return (bits & 0x3ffffffff) * 1000000000 + (bits >> 34);
}

enum { TOGETHER = 32 }; /* samples whose bytes stay in the nearest cache */

static void fill_fixed(const struct seal_hole *h, const uint8_t *const *at, size_t n, uint64_t *to)
{
	for (size_t i = 0; i < n; i++)
		to[i] = wire_load64(at[i] + h->at);
	for (size_t i = 0; i < n && h->kind == SEAL_TIME; i++)
		to[i] = time_of(to[i]);
}

static void fill_other(
	enum seal_kind kind, const uint8_t **at, size_t n, const struct str *samples, uint64_t *to)
{
	const uint8_t *data = (const uint8_t *)samples->data;
	for (size_t i = 0; i < n; i++) {
		struct cursor c = { at[i], data + samples->len };
		struct wire w = { .u = 0 };
		seal_hole_read(&c, kind, &w);
		to[i] = w.u;
		if (kind == SEAL_TEXT || kind == SEAL_BYTES)
			to[i] = (uint64_t)((const uint8_t *)w.bytes.data - data) << 32 |
				w.bytes.len;
		at[i] = c.at;
	}
}

/* Rows from first on, n <= TOGETHER of them, of samples that begin at "at". */
static void fill_rows(struct seal *s, const struct seal_shape *shape, const uint8_t **at,
	size_t first, size_t n, const struct str *samples)
{
	uint64_t *to = s->cells + shape->first_cell + first;
	for (uint32_t i = 0; i < shape->run_count; i++) {
		const struct seal_run *run = &s->table.runs[shape->first_run + i];
		const struct seal_hole *h = &s->table.holes[run->first_hole];
		for (uint32_t j = 0; j < run->fixed_count; j++, to += shape->rows)
			fill_fixed(&h[j], at, n, to);
		for (size_t j = 0; j < n; j++)
			at[j] += run->len;
		if (!run->last)
			continue;
		fill_other(run->last, at, n, samples, to);
		to += shape->rows;
	}
}

static void fill_cells(
	struct seal *s, const struct seal_shape *shape, const uint32_t *starts, struct str samples)
{
	const uint8_t *at[TOGETHER];
	for (size_t row = 0; row < shape->rows; row += TOGETHER) {
		size_t n = shape->rows - row < TOGETHER ? shape->rows - row : TOGETHER;
		for (size_t i = 0; i < n; i++)
			at[i] = (const uint8_t *)samples.data + starts[row + i];
		fill_rows(s, shape, at, row, n, &samples);
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
	sort_starts(s);
	buffer_add_char(&s->body, SEAL_COLUMNS);
	seal_varint_write(&s->body, samples.len);
	write_shapes(s);
	seal_varint_write(&s->body, s->sample_count);
	buffer_add_str(&s->body, buffer_str(&s->order));
	const uint32_t *starts = s->sorted;
	for (size_t i = 0; i < s->table.shape_count; i++) {
		fill_cells(s, &s->table.shapes[i], starts, samples);
		write_columns(s, &s->table.shapes[i], samples);
		starts += s->table.shapes[i].rows;
		if (s->body.len + streams_length(s) > SEAL_RAW_MAX)
			return -EBADMSG;
	}
	write_streams(s);
	return 0;
}
