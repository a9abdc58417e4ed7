/* Unsealing: a body to samples. Nothing of a body is believed. */
#include <errno.h>

#include "seal/parts.h"

enum { COMPARED_TOGETHER = 8 << 10 };

static int read_shape(struct seal_table *t, struct cursor *c)
{
	uint64_t len, source_at, source_len;
	if (seal_varint_read(c, &len) || len > (uint64_t)(c->end - c->at))
		return -EBADMSG;
	struct str text = { (const char *)c->at, len };
	c->at += len;
	if (seal_varint_read(c, &source_at) || seal_varint_read(c, &source_len))
		return -EBADMSG;
	return seal_shape_add(t, text, source_at, source_len);
}

static int read_shapes(struct seal_table *t, struct cursor *c)
{
	uint64_t count;
	seal_table_clear(t);
	if (seal_varint_read(c, &count) || count > SEAL_SHAPES_MAX)
		return -EBADMSG;
	for (uint64_t i = 0; i < count; i++)
		if (read_shape(t, c))
			return -EBADMSG;
	return 0;
}

/* Adds n samples whose shapes are as foreseen, or one of the shape given. */
static int add_samples(struct seal *s, size_t *done, uint64_t n, uint32_t *last, int64_t given)
{
	for (; n; n--) {
		uint32_t shape = given < 0 ? s->table.shapes[*last].follower : (uint32_t)given;
		if (shape >= s->table.shape_count)
			return -EBADMSG;
		s->shapes[(*done)++] = shape;
		s->table.shapes[shape].rows++;
		s->table.shapes[*last].follower = shape;
		*last = shape;
	}
	return 0;
}

static int read_order(struct seal *s, struct cursor *c)
{
	uint64_t count, run, shape;
	size_t done = 0;
	uint32_t last = 0;
	if (seal_varint_read(c, &count) || count > SEAL_SAMPLES_MAX ||
		(count && !s->table.shape_count))
		return -EBADMSG;
	seal_samples_reserve(s, count);
	s->sample_count = count;
	for (;;) {
		if (seal_varint_read(c, &run) || run > count - done ||
			add_samples(s, &done, run, &last, -1))
			return -EBADMSG;
		if (done == count)
			return 0;
		if (seal_varint_read(c, &shape) || shape >= s->table.shape_count ||
			add_samples(s, &done, 1, &last, (int64_t)shape))
			return -EBADMSG;
	}
}

static uint64_t time_bits(uint64_t ns)
{
	return ns % 1000000000 << 34 | ns / 1000000000;
}

/* Cells of fixed holes become their bytes. */
SEAL_PASS static void to_bytes(uint64_t *cells, size_t n, enum seal_kind kind)
{
	for (size_t i = 0; i < n && kind == SEAL_TIME; i++)
		cells[i] = time_bits(cells[i]);
	for (size_t i = 0; i < n; i++)
		cells[i] = htobe64(cells[i]);
}

static int read_columns(
	struct seal *s, const struct seal_shape *shape, struct cursor *streams, bool wanted)
{
	for (uint32_t i = 0; i < shape->hole_count; i++) {
		enum seal_kind kind = s->table.holes[shape->first_hole + i].kind;
		uint64_t *cells = s->cells + shape->first_cell + (size_t)i * shape->rows;
		if (seal_column_read(streams, kind, wanted ? cells : NULL, shape->rows, &s->room))
			return -EBADMSG;
		if (wanted && kind <= SEAL_FLOAT64)
			to_bytes(cells, shape->rows, kind);
	}
	return 0;
}

static int find_streams(struct cursor *c, struct cursor *ret_streams)
{
	uint64_t lengths[SEAL_STREAMS];
	for (int i = 0; i < SEAL_STREAMS; i++)
		if (seal_varint_read(c, &lengths[i]))
			return -EBADMSG;
	for (int i = 0; i < SEAL_STREAMS; i++) {
		if (lengths[i] > (uint64_t)(c->end - c->at))
			return -EBADMSG;
		ret_streams[i] = (struct cursor){ c->at, c->at + lengths[i] };
		c->at += lengths[i];
	}
	return c->at == c->end ? 0 : -EBADMSG;
}

/* Reads the columns of all shapes of the source; clears the rows of the others. */
static int read_all_columns(struct seal *s, struct cursor *c, struct str source)
{
	struct cursor streams[SEAL_STREAMS];
	s->room.texts.len = 0;
	if (find_streams(c, streams))
		return -EBADMSG;
	for (size_t i = 0; i < s->table.shape_count; i++) {
		struct seal_shape *shape = &s->table.shapes[i];
		bool wanted = seal_shape_under(&s->table, shape, source);
		if (shape->rows && read_columns(s, shape, streams, wanted))
			return -EBADMSG;
		if (!wanted)
			shape->rows = 0;
	}
	for (int i = 0; i < SEAL_STREAMS; i++)
		if (streams[i].at != streams[i].end)
			return -EBADMSG;
	return 0;
}

static void write_other(
	struct buffer *out, enum seal_kind kind, uint64_t cell, const struct buffer *texts)
{
	struct str text = { (const char *)texts->data + (cell >> 32), (uint32_t)cell };
	if (kind == SEAL_INTEGER) {
		wire_int(out, (int64_t)cell);
	} else if (kind == SEAL_BOOL) {
		wire_bool(out, cell);
	} else if (kind == SEAL_TEXT) {
		wire_str(out, text);
	} else if (kind == SEAL_BYTES) {
		wire_bin(out, text);
	} else {
		wire_tag(out, 0xca);
		wire_store32(buffer_reserve(out, 4), (uint32_t)cell);
		out->len += 4;
	}
}

static inline void copy(uint8_t *to, const uint8_t *from, size_t len)
{
	if (len < 32)
		wire_copy_short(to, (const char *)from, len);
	else
		memcpy(to, from, len);
}

/* Appends one sample; -EBADMSG where it would go beyond limit bytes. */
static int write_sample(const struct seal *s, const struct seal_shape *shape, uint32_t row,
	size_t limit, struct buffer *out)
{
	const uint64_t *cell = s->cells + shape->first_cell + row;
	for (uint32_t i = 0; i < shape->run_count; i++) {
		const struct seal_run *run = &s->table.runs[shape->first_run + i];
		const struct seal_hole *h = &s->table.holes[run->first_hole];
		uint8_t *at = buffer_reserve(out, run->len + 1);
		copy(at, s->table.bytes.data + run->bytes, run->len);
		for (uint32_t j = 0; j < run->fixed_count; j++, cell += shape->rows)
			memcpy(at + h[j].at, cell, 8);
		out->len += run->len;
		if (!run->last)
			continue;
		bool long_one = run->last == SEAL_TEXT || run->last == SEAL_BYTES;
		if (out->len > limit || (long_one && limit - out->len < (uint32_t)*cell))
			return -EBADMSG;
		write_other(out, run->last, *cell, &s->room.texts);
		cell += shape->rows;
	}
	return out->len <= limit ? 0 : -EBADMSG;
}

static int write_samples(struct seal *s, size_t limit, struct buffer *ret)
{
	for (size_t i = 0; i < s->sample_count; i++) {
		struct seal_shape *shape = &s->table.shapes[s->shapes[i]];
		if (shape->rows && write_sample(s, shape, shape->done++, limit, ret))
			return -EBADMSG;
	}
	return 0;
}

/* Whether so many samples of these shapes can have been so long. */
static bool is_plausible(const struct seal *s, uint64_t raw)
{
	uint64_t least = 0;
	for (size_t i = 0; i < s->table.shape_count; i++)
		least += (uint64_t)s->table.shapes[i].least * s->table.shapes[i].rows;
	return least <= raw;
}

/* Everything up to the samples, which then have raw bytes. */
static int read_parts(struct seal *s, struct str body, struct str source, uint64_t *ret_raw)
{
	struct cursor c = wire_cursor(body);
	if (seal_varint_read(&c, ret_raw) || *ret_raw > SEAL_RAW_MAX ||
		read_shapes(&s->table, &c) || read_order(s, &c) || !is_plausible(s, *ret_raw) ||
		seal_cells_place(s) || read_all_columns(s, &c, source))
		return -EBADMSG;
	return 0;
}

int seal_body_read(struct seal *s, struct str body, struct str source, struct buffer *ret)
{
	size_t before = ret->len;
	uint64_t raw;
	if (read_parts(s, body, source, &raw))
		return -EBADMSG;
	if (!source.len && raw)
		buffer_reserve(ret, raw);
	if (write_samples(s, before + raw, ret) || (!source.len && ret->len != before + raw)) {
		ret->len = before;
		return -EBADMSG;
	}
	return 0;
}

/* A few samples at a time: writing all of them out first would take half as long again. */
bool seal_body_gives(struct seal *s, struct str body, struct str samples)
{
	uint64_t raw;
	size_t done = 0;
	s->trial.len = 0;
	if (read_parts(s, body, STR(""), &raw) || raw != samples.len)
		return false;
	for (size_t i = 0; i < s->sample_count; i++) {
		struct seal_shape *shape = &s->table.shapes[s->shapes[i]];
		if (write_sample(s, shape, shape->done++, samples.len - done, &s->trial))
			return false;
		if (s->trial.len < COMPARED_TOGETHER && i + 1 < s->sample_count)
			continue;
		if (memcmp(s->trial.data, samples.data + done, s->trial.len))
			return false;
		done += s->trial.len;
		s->trial.len = 0;
	}
	return done == samples.len;
}
