#include "seal/shape.h"

#include <errno.h>

#include "allocate.h"
#include "seal/hole.h"
#include "source.h"

void seal_varint_write(struct buffer *out, uint64_t v)
{
	uint8_t *at = buffer_reserve(out, 10);
	size_t n = 0;
	for (; v >= 0x80; v >>= 7)
		at[n++] = (uint8_t)(v | 0x80);
	at[n++] = (uint8_t)v;
	out->len += n;
}

int seal_varint_read(struct cursor *c, uint64_t *ret)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64 && c->at < c->end; shift += 7) {
		uint8_t byte = *c->at++;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*ret = v;
			return 0;
		}
	}
	return -EBADMSG;
}

/* The table. */

static void *grown(void *array, size_t *room, size_t needed, size_t size)
{
	if (needed <= *room)
		return array;
	*room = needed * 2;
	return reallocate(array, *room, size);
}

void seal_table_clear(struct seal_table *t)
{
	t->shape_count = t->run_count = t->hole_count = 0;
	t->texts.len = t->bytes.len = 0;
	if (t->slots)
		memset(t->slots, 0, t->slot_count * sizeof(*t->slots));
}

void seal_table_free(struct seal_table *t)
{
	free(t->shapes);
	free(t->runs);
	free(t->holes);
	free(t->slots);
	buffer_free(&t->texts);
	buffer_free(&t->bytes);
}

static struct seal_run *begin_run(struct seal_table *t, struct buffer *mask)
{
	t->runs = grown(t->runs, &t->run_room, t->run_count + 1, sizeof(*t->runs));
	struct seal_run *run = &t->runs[t->run_count++];
	*run = (struct seal_run){ .bytes = t->bytes.len, .first_hole = (uint32_t)t->hole_count };
	mask->len = 0;
	return run;
}

static void end_run(
	struct seal_table *t, struct seal_run *run, enum seal_kind last, struct buffer *mask)
{
	run->len = (uint32_t)mask->len;
	run->last = last;
	run->mask = t->bytes.len;
	buffer_add(&t->bytes, mask->data, mask->len);
}

static void add_bytes(
	struct seal_table *t, struct buffer *mask, const void *bytes, size_t len, uint8_t masked)
{
	buffer_add(&t->bytes, bytes, len);
	if (len)
		memset(buffer_reserve(mask, len), masked, len);
	mask->len += len;
}

static void add_hole(struct seal_table *t, struct seal_shape *s, enum seal_kind kind, size_t at)
{
	t->holes = grown(t->holes, &t->hole_room, t->hole_count + 1, sizeof(*t->holes));
	t->holes[t->hole_count++] = (struct seal_hole){ (uint32_t)at, kind };
	s->hole_count++;
}

static int take_piece(struct cursor *c, struct str *ret_literal, enum seal_kind *ret_kind)
{
	uint64_t len;
	if (seal_varint_read(c, &len) || (uint64_t)(c->end - c->at) <= len)
		return -EBADMSG;
	*ret_literal = (struct str){ (const char *)c->at, len };
	*ret_kind = c->at[len];
	c->at += len + 1;
	return *ret_kind < SEAL_KINDS ? 0 : -EBADMSG;
}

/* Lays the pieces of a text out as runs. */
static int add_runs(
	struct seal_table *t, struct seal_shape *s, struct cursor *c, struct buffer *mask)
{
	static const uint8_t hole[8];
	struct seal_run *run = begin_run(t, mask);
	enum seal_kind kind;
	do {
		struct str literal;
		if (take_piece(c, &literal, &kind))
			return -EBADMSG;
		add_bytes(t, mask, literal.data, literal.len, 0xff);
		s->least += (uint32_t)literal.len + 8 * (kind && kind <= SEAL_FLOAT64) +
			    (kind > SEAL_FLOAT64);
		if (kind && kind <= SEAL_FLOAT64) {
			add_hole(t, s, kind, mask->len);
			add_bytes(t, mask, hole, sizeof(hole), 0);
			run->fixed_count++;
			run->time_count += kind == SEAL_TIME;
			continue;
		}
		if (kind)
			add_hole(t, s, kind, 0);
		end_run(t, run, kind, mask);
		if (kind)
			run = begin_run(t, mask);
	} while (kind);
	return c->at == c->end ? 0 : -EBADMSG;
}

int seal_shape_add(struct seal_table *t, struct str text, size_t source_at, size_t source_len)
{
	struct buffer mask = { 0 };
	struct cursor c = wire_cursor(text);
	struct seal_shape s = { .text_at = t->texts.len,
		.text_len = text.len,
		.source_at = source_at,
		.source_len = source_len,
		.first_run = (uint32_t)t->run_count,
		.first_hole = (uint32_t)t->hole_count,
		.follower = UINT32_MAX };
	if (t->shape_count == SEAL_SHAPES_MAX || source_at > text.len ||
		source_len > text.len - source_at)
		return -EBADMSG;
	int r = add_runs(t, &s, &c, &mask);
	buffer_free(&mask);
	if (r || s.least == 0)
		return -EBADMSG;
	s.run_count = (uint32_t)t->run_count - s.first_run;
	buffer_add_str(&t->texts, text);
	t->shapes = grown(t->shapes, &t->shape_room, t->shape_count + 1, sizeof(*t->shapes));
	t->shapes[t->shape_count++] = s;
	return 0;
}

bool seal_shape_under(const struct seal_table *t, const struct seal_shape *s, struct str source)
{
	struct str own = { seal_shape_text(t, s).data + s->source_at, s->source_len };
	return source_under(own, source);
}

/* Comparing a sample with a shape. */

static inline uint64_t load(const uint8_t *at)
{
	uint64_t v;
	memcpy(&v, at, sizeof(v));
	return v;
}

static inline uint32_t load_half(const uint8_t *at)
{
	uint32_t v;
	memcpy(&v, at, sizeof(v));
	return v;
}

/* Less than a word. */
static inline bool short_equal(
	const uint8_t *at, const uint8_t *bytes, const uint8_t *mask, size_t len)
{
	uint32_t differ = 0;
	if (len >= 4) {
		size_t last = len - 4;
		return (((load_half(at) ^ load_half(bytes)) & load_half(mask)) |
			       ((load_half(at + last) ^ load_half(bytes + last)) &
				       load_half(mask + last))) == 0;
	}
	for (size_t i = 0; i < len; i++)
		differ |= (at[i] ^ bytes[i]) & mask[i];
	return differ == 0;
}

/* Words, the last one over the one before. */
static inline bool words_equal(
	const uint8_t *at, const uint8_t *bytes, const uint8_t *mask, size_t len)
{
	uint64_t differ = 0;
	size_t i = 0, last = len - 8;
	for (; i + 8 <= len; i += 8)
		differ |= (load(at + i) ^ load(bytes + i)) & load(mask + i);
	if (i < len)
		differ |= (load(at + last) ^ load(bytes + last)) & load(mask + last);
	return differ == 0;
}

SEAL_PASS static bool long_equal(
	const uint8_t *at, const uint8_t *bytes, const uint8_t *mask, size_t len)
{
	return words_equal(at, bytes, mask, len);
}

static inline bool masked_equal(
	const uint8_t *at, const uint8_t *bytes, const uint8_t *mask, size_t len)
{
	return len < 8	  ? short_equal(at, bytes, mask, len)
	       : len < 64 ? words_equal(at, bytes, mask, len)
			  : long_equal(at, bytes, mask, len);
}

static bool times_fit(const struct seal_table *t, const struct seal_run *run, const uint8_t *at)
{
	const struct seal_hole *h = &t->holes[run->first_hole];
	for (uint32_t left = run->time_count; left; h++) {
		if (h->kind != SEAL_TIME)
			continue;
		if (!seal_is_time(wire_load64(at + h->at)))
			return false;
		left--;
	}
	return true;
}

bool seal_shape_matches(const struct seal_table *t, const struct seal_shape *s, struct cursor *c,
	struct seal_found *ret)
{
	struct cursor ahead = *c;
	for (uint32_t i = 0; i < s->run_count; i++) {
		const struct seal_run *run = &t->runs[s->first_run + i];
		const uint8_t *bytes = t->bytes.data + run->bytes,
			      *mask = t->bytes.data + run->mask;
		if ((size_t)(ahead.end - ahead.at) < run->len ||
			!masked_equal(ahead.at, bytes, mask, run->len) ||
			(run->time_count && !times_fit(t, run, ahead.at)))
			return false;
		ahead.at += run->len;
		if (run->last && !seal_hole_read(&ahead, run->last, ret++))
			return false;
	}
	*c = ahead;
	return true;
}
