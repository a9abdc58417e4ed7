#include "sample_parts.h"

#include <errno.h>
#include <math.h>

/* A key of the sample's own map, as it stands on the wire. */
static inline bool take_key(struct cursor *c, const char *encoded, size_t len)
{
	if ((size_t)(c->end - c->at) < len || memcmp(c->at, encoded, len) != 0)
		return false;
	c->at += len;
	return true;
}

#define TAKE_KEY(c, header, name) take_key(c, header name, sizeof(name))

static inline int to_time(uint64_t bits, int64_t *ret)
{
	if (bits >> 34 >= 1000000000 || (bits & 0x3ffffffff) >= INT64_MAX / 1000000000)
		return -1;
	*ret = (int64_t)(bits & 0x3ffffffff) * 1000000000 + (int64_t)(bits >> 34);
	return 1;
}

static int take_time(struct cursor *c, int64_t *ret)
{
	struct wire w;
	int r = wire_next(c, &w);
	if (r != 1)
		return r;
	if (w.type != WIRE_EXT || w.ext != -1 || w.bytes.len != 8)
		return -1;
	return to_time(wire_load64((const uint8_t *)w.bytes.data), ret);
}

static int take_uint(struct cursor *c, uint64_t *ret)
{
	struct wire w;
	int r = wire_next(c, &w);
	if (r == 1 && w.type != WIRE_UINT)
		return -1;
	if (r == 1)
		*ret = w.u;
	return r;
}

/* Steps over one name and its value. */
static int skip_entry(struct cursor *c)
{
	struct str name;
	int r = wire_next_str(c, &name);
	return r == 1 ? wire_skip(c) : r;
}

static int take_map(struct cursor *c, const uint8_t *data, struct sample_map *ret)
{
	ret->head = (uint32_t)(c->at - data);
	if (c->end - c->at >= 3 && *c->at == 0xde) {
		ret->count = wire_load16(c->at + 1);
		ret->start = ret->head + 3;
		c->at += 3;
		return 1;
	}
	int r = wire_next_map(c, &ret->count);
	ret->start = (uint32_t)(c->at - data);
	return r;
}

/* Steps over the leading values that are a float 64 under a short name, as nearly all are. Each
 * one's place follows from the one before, a chain of loads; samples come in the same shape again
 * and again, so the places of the last sample are taken for a guess that the processor can run
 * ahead on. The barriers keep the compiler from seeing through this. */
static uint32_t index_numbers(struct sample *s, struct cursor *c)
{
	enum { LONGEST = 1 + 31 + 9 };
	const uint8_t *start = c->at, *at = start, *last = c->end - LONGEST;
	uint32_t count = s->values.count < SAMPLE_INDEXED ? s->values.count : SAMPLE_INDEXED;
	uint32_t *index = s->at, *end = index + count;
	while (index < end && at <= last) {
		uint32_t len = *at - 0xa0u;
		const uint8_t *next = at + 10 + len, *guess = start + index[1], *ahead = guess;
		if (len > 0x1f || next[-9] != 0xcb)
			break;
		*index++ = (uint32_t)(at - start);
		__asm__("" : "+r"(ahead));
		at = ahead;
		if (__builtin_expect(guess != next, 0)) {
			__asm__ volatile("");
			at = next;
		}
	}
	*index = (uint32_t)(at - start);
	c->at = at;
	return (uint32_t)(index - s->at);
}

int sample_take_values(struct cursor *c, struct sample *s)
{
	int r = take_map(c, s->data, &s->values);
	const uint8_t *start = c->at;
	uint32_t i = r == 1 ? index_numbers(s, c) : 0;
	for (; r == 1 && i < s->values.count; i++) {
		if (i < SAMPLE_INDEXED)
			s->at[i] = (uint32_t)(c->at - start);
		r = skip_entry(c);
	}
	s->values.end = (uint32_t)(c->at - s->data);
	return r;
}

static int take_quality(struct cursor *c, struct sample *s)
{
	int r = take_map(c, s->data, &s->quality);
	for (uint32_t i = 0; r == 1 && i < s->quality.count; i++) {
		struct str name;
		uint64_t status;
		r = wire_next_str(c, &name);
		if (r == 1)
			r = take_uint(c, &status);
		if (r == 1 && status > UINT32_MAX)
			r = -1;
	}
	s->quality.end = (uint32_t)(c->at - s->data);
	return r;
}

static int take_via(struct cursor *c, struct sample *s)
{
	int r = take_map(c, s->data, &s->via);
	for (uint32_t i = 0; r == 1 && i < s->via.count; i++)
		r = skip_entry(c);
	s->via.end = (uint32_t)(c->at - s->data);
	return r;
}

static int take_head(struct cursor *c, struct sample *s, uint32_t *keys)
{
	int r = wire_next_map(c, keys);
	if (r != 1)
		return r;
	if (!TAKE_KEY(c, "\xa4", "time"))
		return -1;
	if ((r = take_time(c, &s->time)) != 1)
		return r;
	if (!TAKE_KEY(c, "\xa6", "source"))
		return -1;
	if ((r = wire_next_str(c, &s->source)) != 1)
		return r;
	*keys -= 2;
	if (*keys && TAKE_KEY(c, "\xa3", "run") && (*keys)--)
		r = take_uint(c, &s->run);
	if (r == 1 && *keys && TAKE_KEY(c, "\xa3", "seq") && (*keys)--)
		r = take_uint(c, &s->seq);
	if (r == 1 && *keys && TAKE_KEY(c, "\xa4", "kind") && (*keys)--)
		r = wire_next_str(c, &s->kind);
	return r;
}

static int take_body(struct cursor *c, struct sample *s, uint32_t keys)
{
	if (!keys || !TAKE_KEY(c, "\xa6", "values"))
		return -1;
	int r = sample_take_values(c, s);
	keys--;
	if (r == 1 && keys && TAKE_KEY(c, "\xa7", "quality") && keys--)
		r = take_quality(c, s);
	if (r == 1 && keys && TAKE_KEY(c, "\xa3", "via") && keys--)
		r = take_via(c, s);
	while (r == 1 && keys--)
		r = skip_entry(c);
	return r;
}

#define IS(at, literal) (memcmp(at, literal, sizeof(literal) - 1) == 0)

/* The head as sample_begin writes it, of a measurement: read at known places. False: read it the
 * long way. */
static bool take_usual_head(struct cursor *c, struct sample *s, uint32_t *keys)
{
	enum { TIME = 1, SOURCE = 16, RUN = 4, SEQ = 17, VALUES = 26 };
	const uint8_t *at = c->at;
	if (c->end - at < 128 || (*at & 0xf0) != 0x80 || *at < 0x85)
		return false;
	const uint8_t *behind = at + SOURCE + 8 + (at[SOURCE + 7] & 0x1f);
	if (!IS(at + TIME, "\xa4time\xd7\xff") || !IS(at + SOURCE, "\xa6source") ||
		(at[SOURCE + 7] & 0xe0) != 0xa0 || !IS(behind, "\xa3run\xcf") ||
		!IS(behind + SEQ - 4, "\xa3seq\xcf") || !IS(behind + VALUES, "\xa6values"))
		return false;
	if (to_time(wire_load64(at + 8), &s->time) != 1)
		return false;
	s->source = (struct str){ (const char *)at + SOURCE + 8, at[SOURCE + 7] & 0x1f };
	s->run = wire_load64(behind + RUN + 1);
	s->seq = wire_load64(behind + SEQ + 1);
	*keys = (*at & 0x0fu) - 4;
	c->at = behind + VALUES;
	return true;
}

static int decode(struct sample *ret, struct cursor *c)
{
	uint32_t keys;
	if (take_usual_head(c, ret, &keys))
		return take_body(c, ret, keys);
	int r = take_head(c, ret, &keys);
	return r == 1 ? take_body(c, ret, keys) : r;
}

/* What is not a sample may still be a whole MessagePack map, which can be stepped over, or the
 * beginning of either. */
static int decode_other(struct sample *ret, uint8_t *data, size_t len)
{
	struct cursor c = { data, data + len };
	bool map = (*data & 0xf0) == 0x80 || *data == 0xde || *data == 0xdf;
	int r = map ? wire_skip(&c) : -1;
	if (r < 0 || (r == 0 && len >= SAMPLE_MAX))
		return -EBADMSG;
	if (r == 0)
		return 0;
	ret->len = (uint32_t)(c.at - data);
	return -EPROTO;
}

int sample_decode(struct sample *ret, uint8_t *data, size_t len)
{
	struct cursor c = { data, data + (len < SAMPLE_MAX ? len : SAMPLE_MAX) };
	ret->data = data;
	ret->kind = (struct str){ NULL, 0 };
	ret->run = ret->seq = 0;
	ret->quality = ret->via = (struct sample_map){ 0 };
	if (len == 0)
		return 0;
	if (decode(ret, &c) != 1)
		return decode_other(ret, data, (size_t)(c.end - data));
	ret->len = (uint32_t)(c.at - data);
	return (int)ret->len;
}

static struct cursor value_cursor(const struct sample *s, uint32_t i)
{
	uint32_t known = i < SAMPLE_INDEXED ? i : SAMPLE_INDEXED - 1;
	struct cursor c = sample_cursor(s, s->values.start + s->at[known]);
	while (known++ < i)
		skip_entry(&c);
	return c;
}

void sample_value_other(const struct sample *s, uint32_t i, struct str *ret_name, struct wire *ret)
{
	struct cursor c = value_cursor(s, i);
	wire_next_str(&c, ret_name);
	wire_next(&c, ret);
}

struct str sample_value_bytes(const struct sample *s, uint32_t i)
{
	struct cursor c = value_cursor(s, i);
	struct str name;
	wire_next_str(&c, &name);
	const uint8_t *start = c.at;
	wire_skip(&c);
	return (struct str){ (const char *)start, (size_t)(c.at - start) };
}

static inline bool named(struct cursor *c, struct str name)
{
	struct str found;
	if (name.len < 32 && *c->at != (0xa0 | name.len))
		return false;
	return wire_next_str(c, &found) == 1 && str_eq(found, name);
}

/* Among the values that are indexed. Returns how many that are where it is none of them. */
static uint32_t find_indexed(const struct sample *s, struct str name, struct cursor *ret)
{
	uint32_t n = s->values.count < SAMPLE_INDEXED ? s->values.count : SAMPLE_INDEXED;
	for (uint32_t i = 0; i < n; i++) {
		struct cursor c = sample_cursor(s, s->values.start + s->at[i]);
		if (named(&c, name)) {
			*ret = c;
			return i;
		}
	}
	return n;
}

/* Among those behind. */
static uint32_t find_behind(const struct sample *s, struct str name, struct cursor *ret)
{
	uint32_t i = SAMPLE_INDEXED;
	struct cursor next = value_cursor(s, i);
	for (; i < s->values.count; i++) {
		struct cursor c = next;
		if (named(&c, name)) {
			*ret = c;
			return i;
		}
		skip_entry(&next);
	}
	return i;
}

/* Leaves the cursor at the value. */
bool sample_locate(const struct sample *s, struct field *f, struct cursor *ret)
{
	if (f->place < s->values.count && f->place < SAMPLE_INDEXED) {
		*ret = sample_cursor(s, s->values.start + s->at[f->place]);
		if (named(ret, f->name))
			return true;
	}
	uint32_t i = find_indexed(s, f->name, ret);
	if (i == SAMPLE_INDEXED && i < s->values.count)
		i = find_behind(s, f->name, ret);
	if (i == s->values.count)
		return false;
	f->place = i;
	return true;
}

bool sample_find(const struct sample *s, struct field *f, struct wire *ret)
{
	struct cursor c;
	return sample_locate(s, f, &c) && wire_next(&c, ret) == 1;
}

/* Leaves the cursor at the value of an entry of quality or via, its first byte in *ret_entry. */
bool sample_find_entry(const struct sample *s, const struct sample_map *m, struct str name,
	struct cursor *c, uint32_t *ret_entry)
{
	*c = sample_cursor(s, m->start);
	for (uint32_t i = 0; i < m->count; i++) {
		struct str found;
		*ret_entry = (uint32_t)(c->at - s->data);
		if (wire_next_str(c, &found) == 1 && str_eq(found, name))
			return true;
		wire_skip(c);
	}
	return false;
}

uint32_t sample_status(const struct sample *s, struct str name)
{
	struct cursor c;
	uint32_t entry;
	uint64_t status = STATUS_GOOD;
	if (sample_find_entry(s, &s->quality, name, &c, &entry))
		take_uint(&c, &status);
	return (uint32_t)status;
}

static bool as_number(const struct wire *w, double *ret)
{
	switch (w->type) {
	case WIRE_DOUBLE:
		*ret = w->d;
		return true;
	case WIRE_UINT:
		*ret = (double)w->u;
		return true;
	case WIRE_INT:
		*ret = (double)w->i;
		return true;
	case WIRE_BOOL:
		*ret = w->b;
		return true;
	default:
		return false;
	}
}

uint32_t sample_number(const struct sample *s, struct field *f, double *ret)
{
	struct cursor c;
	struct wire w;
	uint32_t status = s->quality.count ? sample_status(s, f->name) : STATUS_GOOD;
	*ret = NAN;
	if (status_is_bad(status))
		return status;
	if (!sample_locate(s, f, &c))
		return STATUS_BAD_NO_DATA;
	if (*c.at == 0xcb)
		*ret = wire_load_double(c.at + 1);
	else if (wire_next(&c, &w) != 1 || !as_number(&w, ret))
		return STATUS_BAD_NO_DATA;
	return status;
}
