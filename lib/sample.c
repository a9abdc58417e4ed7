#include "sample.h"

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
		const uint8_t *next = at + 10 + len, *guess = start + index[1];
		if (len > 0x1f || next[-9] != 0xcb)
			break;
		*index++ = (uint32_t)(at - start);
		__asm__("" : "+r"(guess));
		if (__builtin_expect(guess != next, 0)) {
			__asm__ volatile("");
			guess = next;
		}
		at = guess;
	}
	*index = (uint32_t)(at - start);
	c->at = at;
	return (uint32_t)(index - s->at);
}

static int take_values(struct cursor *c, struct sample *s)
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
	int r = take_values(c, s);
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

/* A cursor over bytes that sample_decode has found sound: readers cannot fail. */
static struct cursor cursor_at(const struct sample *s, uint32_t at)
{
	return (struct cursor){ s->data + at, s->data + s->len };
}

static struct cursor value_cursor(const struct sample *s, uint32_t i)
{
	uint32_t known = i < SAMPLE_INDEXED ? i : SAMPLE_INDEXED - 1;
	struct cursor c = cursor_at(s, s->values.start + s->at[known]);
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
		struct cursor c = cursor_at(s, s->values.start + s->at[i]);
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
static bool find(const struct sample *s, struct field *f, struct cursor *ret)
{
	if (f->place < s->values.count && f->place < SAMPLE_INDEXED) {
		*ret = cursor_at(s, s->values.start + s->at[f->place]);
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
	return find(s, f, &c) && wire_next(&c, ret) == 1;
}

/* Leaves the cursor at the value of an entry of quality or via, its first byte in *ret_entry. */
static bool find_entry(const struct sample *s, const struct sample_map *m, struct str name,
	struct cursor *c, uint32_t *ret_entry)
{
	*c = cursor_at(s, m->start);
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
	if (find_entry(s, &s->quality, name, &c, &entry))
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
	if (!find(s, f, &c))
		return STATUS_BAD_NO_DATA;
	if (*c.at == 0xcb)
		*ret = wire_load_double(c.at + 1);
	else if (wire_next(&c, &w) != 1 || !as_number(&w, ret))
		return STATUS_BAD_NO_DATA;
	return status;
}

static void move_to_room(struct sample *s, size_t len)
{
	struct buffer *room = s->room;
	bool there = s->data == room->data;
	room->len = there ? s->len : 0;
	buffer_reserve(room, len - room->len);
	if (!there)
		memcpy(room->data, s->data, s->len);
	s->data = room->data;
}

static void shift_map(struct sample_map *m, uint32_t at, uint32_t behind, uint32_t delta)
{
	if (m->head > at)
		m->head += delta;
	if (m->start > at)
		m->start += delta;
	if (m->end >= behind)
		m->end += delta;
}

/* Puts len bytes in the place of old ones, and keeps every offset right. */
static void splice(struct sample *s, uint32_t at, uint32_t old, const void *data, size_t len)
{
	uint32_t behind = at + old, delta = (uint32_t)len - old;
	if (len > old)
		move_to_room(s, s->len + len);
	memmove(s->data + at + len, s->data + behind, s->len - behind);
	memcpy(s->data + at, data, len);
	s->len += delta;
	shift_map(&s->values, at, behind, delta);
	shift_map(&s->quality, at, behind, delta);
	shift_map(&s->via, at, behind, delta);
	for (uint32_t i = 0; i < s->values.count && i < SAMPLE_INDEXED && at >= s->values.start;
		i++)
		if (s->at[i] > at - s->values.start)
			s->at[i] += delta;
}

/* Writes a map's header anew, in the three-byte form that can be patched the next time; one of five
 * bytes stays so, and comes where the count takes it. */
static void set_count(struct sample *s, struct sample_map *m, uint32_t count)
{
	uint8_t header[5] = { 0xde };
	uint32_t width = m->start - m->head, wanted = width == 5 || count > UINT16_MAX ? 5 : 3;
	m->count = count;
	if (wanted == 5) {
		header[0] = 0xdf;
		wire_store32(header + 1, count);
	} else {
		wire_store16(header + 1, (uint16_t)count);
	}
	if (width == wanted)
		memcpy(s->data + m->head, header, wanted);
	else
		splice(s, m->head, width, header, wanted);
}

/* One key more or less in the sample's own map. */
static void add_keys(struct sample *s, int more)
{
	struct cursor c = cursor_at(s, 0);
	uint32_t keys;
	wire_next_map(&c, &keys);
	struct sample_map whole = { 0, (uint32_t)(c.at - s->data), s->len, keys };
	keys += (uint32_t)more;
	if (whole.start == 1 && keys < 16)
		s->data[0] = (uint8_t)(0x80 | keys);
	else
		set_count(s, &whole, keys);
}

static void append(struct sample *s, struct sample_map *m, struct str name, struct str value)
{
	struct buffer entry = { 0 };
	uint8_t small[256];
	entry = (struct buffer){ small, 0, sizeof(small) };
	bool heap = name.len + value.len + 5 > sizeof(small);
	if (heap)
		entry = (struct buffer){ 0 };
	wire_str(&entry, name);
	buffer_add_str(&entry, value);
	if (m == &s->values && m->count < SAMPLE_INDEXED)
		s->at[m->count] = m->end - m->start;
	splice(s, m->end, 0, entry.data, entry.len);
	set_count(s, m, m->count + 1);
	if (heap)
		buffer_free(&entry);
}

static void append_value(struct sample *s, struct field *f, struct str value)
{
	f->place = s->values.count;
	append(s, &s->values, f->name, value);
}

/* Puts an encoded value in the place of the one at the cursor. */
static void replace(struct sample *s, struct cursor c, struct str value)
{
	uint32_t at = (uint32_t)(c.at - s->data);
	wire_skip(&c);
	splice(s, at, (uint32_t)(c.at - s->data) - at, value.data, value.len);
}

/* Puts an encoded value in a field's place, or behind the others. */
static void set_value(struct sample *s, struct field *f, struct str value)
{
	struct cursor c;
	if (find(s, f, &c))
		replace(s, c, value);
	else
		append_value(s, f, value);
}

void sample_set_number(struct sample *s, struct field *f, double v)
{
	struct cursor c;
	uint8_t encoded[9] = { 0xcb };
	struct str value = { (const char *)encoded, sizeof(encoded) };
	wire_store_double(encoded + 1, v);
	if (!find(s, f, &c))
		append_value(s, f, value);
	else if (*c.at == 0xcb)
		memcpy(s->data + (c.at - s->data), encoded, sizeof(encoded));
	else
		replace(s, c, value);
}

void sample_set_integer(struct sample *s, struct field *f, int64_t v)
{
	uint8_t room[16];
	struct buffer encoded = { room, 0, sizeof(room) };
	wire_int(&encoded, v);
	set_value(s, f, buffer_str(&encoded));
}

void sample_set_nil(struct sample *s, struct field *f)
{
	set_value(s, f, STR("\xc0"));
}

void sample_set_text(struct sample *s, struct field *f, struct str v)
{
	struct buffer encoded = { 0 };
	wire_str(&encoded, v);
	set_value(s, f, buffer_str(&encoded));
	buffer_free(&encoded);
}

/* Puts a map of one entry, under a key of its own, behind the byte at. */
static void insert_map(struct sample *s, struct sample_map *m, uint32_t at, struct str key,
	struct str name, struct str value)
{
	struct buffer b = { 0 };
	wire_str(&b, key);
	uint32_t head = at + (uint32_t)b.len;
	buffer_add(&b, "\xde\x00\x01", 3);
	wire_str(&b, name);
	buffer_add_str(&b, value);
	/* The map before ends where this one begins: its end must not move with it. */
	uint32_t values_end = s->values.end, quality_end = s->quality.end;
	splice(s, at, 0, b.data, b.len);
	s->values.end = values_end;
	if (m == &s->via)
		s->quality.end = quality_end;
	*m = (struct sample_map){ head, head + 3, at + (uint32_t)b.len, 1 };
	add_keys(s, 1);
	buffer_free(&b);
}

static void remove_quality(struct sample *s)
{
	uint32_t at = s->quality.head - (uint32_t)sizeof("quality");
	splice(s, at, s->quality.end - at, "", 0);
	s->quality = (struct sample_map){ 0 };
	add_keys(s, -1);
}

static void remove_status(struct sample *s, uint32_t entry, const uint8_t *end)
{
	splice(s, entry, (uint32_t)(end - s->data) - entry, "", 0);
	set_count(s, &s->quality, s->quality.count - 1);
	if (!s->quality.count)
		remove_quality(s);
}

void sample_set_status(struct sample *s, struct str name, uint32_t status)
{
	struct cursor c;
	uint32_t entry;
	uint8_t value[5] = { 0xce };
	struct str encoded = { (const char *)value, sizeof(value) };
	wire_store32(value + 1, status);
	bool there = find_entry(s, &s->quality, name, &c, &entry);
	uint32_t at = (uint32_t)(c.at - s->data);
	if (there)
		wire_skip(&c);
	if (there && status == STATUS_GOOD)
		remove_status(s, entry, c.at);
	else if (there)
		splice(s, at, (uint32_t)(c.at - s->data) - at, value, sizeof(value));
	else if (status != STATUS_GOOD && s->quality.start)
		append(s, &s->quality, name, encoded);
	else if (status != STATUS_GOOD)
		insert_map(s, &s->quality, s->values.end, STR("quality"), name, encoded);
}

/* Puts an encoded value in an entry's place, or behind the others; a first one makes the map. */
static void set_entry(struct sample *s, struct str key, struct str value)
{
	struct cursor c;
	uint32_t entry, behind = s->quality.start ? s->quality.end : s->values.end;
	if (!s->via.start) {
		insert_map(s, &s->via, behind, STR("via"), key, value);
		return;
	}
	if (!find_entry(s, &s->via, key, &c, &entry)) {
		append(s, &s->via, key, value);
		return;
	}
	uint32_t at = (uint32_t)(c.at - s->data);
	wire_skip(&c);
	splice(s, at, (uint32_t)(c.at - s->data) - at, value.data, value.len);
}

void sample_set_via(struct sample *s, struct str key, struct str v)
{
	struct buffer encoded = { 0 };
	wire_str(&encoded, v);
	set_entry(s, key, buffer_str(&encoded));
	buffer_free(&encoded);
}

/* Moves the entries that stay together, and closes the gap behind them. */
static void keep_entries(struct sample *s, struct sample_map *m, bool (*keep)(struct str name))
{
	struct cursor c = cursor_at(s, m->start);
	uint8_t *to = s->data + m->start;
	uint32_t kept = 0;
	for (uint32_t i = 0; i < m->count; i++) {
		const uint8_t *entry = c.at;
		struct str name;
		bool stays = wire_next_str(&c, &name) == 1 && keep(name);
		wire_skip(&c);
		if (!stays)
			continue;
		memmove(to, entry, (size_t)(c.at - entry));
		to += c.at - entry;
		kept++;
	}
	if (kept == m->count)
		return;
	uint32_t at = (uint32_t)(to - s->data);
	splice(s, at, m->end - at, "", 0);
	set_count(s, m, kept);
}

static void index_values(struct sample *s)
{
	struct cursor c = cursor_at(s, s->values.head);
	take_values(&c, s);
}

void sample_select(struct sample *s, bool (*keep)(struct str name))
{
	if (s->quality.start) {
		keep_entries(s, &s->quality, keep);
		if (!s->quality.count)
			remove_quality(s);
	}
	keep_entries(s, &s->values, keep);
	index_values(s);
}

static void begin_map(struct buffer *b)
{
	buffer_add(b, "\xde\x00\x00", 3);
}

void sample_begin(struct sample_writer *w, struct buffer *out, int64_t time, struct str source,
	uint64_t run, uint64_t seq, struct str kind)
{
	w->out = out;
	w->start = out->len;
	w->count = w->bad = w->via_count = 0;
	w->quality.len = w->via.len = 0;
	buffer_add(out, "\x80\xa4time", 6);
	wire_time(out, time);
	buffer_add(out, "\xa6source", 7);
	wire_str(out, source);
	buffer_add(out, "\xa3run", 4);
	w->run_at = out->len + 1;
	wire_uint64(out, run);
	buffer_add(out, "\xa3seq", 4);
	w->seq_at = out->len + 1;
	wire_uint64(out, seq);
	if (kind.len) {
		buffer_add(out, "\xa4kind", 5);
		wire_str(out, kind);
	}
	buffer_add(out, "\xa6values", 7);
	w->values_at = out->len;
	begin_map(out);
	out->data[w->start] = kind.len ? 0x86 : 0x85;
}

static void end_map(struct sample_writer *w, const char *key, size_t key_len,
	struct buffer *entries, uint32_t count)
{
	if (!count)
		return;
	buffer_add(w->out, key, key_len);
	begin_map(w->out);
	wire_store16(w->out->data + w->out->len - 2, (uint16_t)count);
	buffer_add(w->out, entries->data, entries->len);
	w->out->data[w->start]++;
}

size_t sample_end(struct sample_writer *w)
{
	wire_store16(w->out->data + w->values_at + 1, (uint16_t)w->count);
	end_map(w, "\xa7quality", 8, &w->quality, w->bad);
	end_map(w, "\xa3via", 4, &w->via, w->via_count);
	return w->out->len - w->start;
}

void sample_add_status(struct sample_writer *w, struct str name, uint32_t status)
{
	if (status == STATUS_GOOD)
		return;
	wire_str(&w->quality, name);
	wire_uint(&w->quality, status);
	w->bad++;
}

void sample_add_via(struct sample_writer *w, struct str key, struct str v)
{
	wire_str(&w->via, key);
	wire_str(&w->via, v);
	w->via_count++;
}

static uint32_t schema_size(const struct sample_field_schema *schema)
{
	return (schema->unit.len > 0) + (schema->label.len > 0) + !isnan(schema->low) +
	       !isnan(schema->high) + (schema->decimals >= 0) + schema->step;
}

static void add_bound(struct buffer *b, struct str key, double v)
{
	if (isnan(v))
		return;
	wire_str(b, key);
	wire_double(b, v);
}

void sample_add_schema(
	struct sample_writer *w, struct str field, const struct sample_field_schema *schema)
{
	sample_add_name(w, field);
	wire_map(w->out, schema_size(schema));
	if (schema->unit.len) {
		wire_str(w->out, STR("unit"));
		wire_str(w->out, schema->unit);
	}
	if (schema->label.len) {
		wire_str(w->out, STR("label"));
		wire_str(w->out, schema->label);
	}
	add_bound(w->out, STR("low"), schema->low);
	add_bound(w->out, STR("high"), schema->high);
	if (schema->decimals >= 0) {
		wire_str(w->out, STR("decimals"));
		wire_uint(w->out, (uint64_t)schema->decimals);
	}
	if (schema->step) {
		wire_str(w->out, STR("step"));
		wire_bool(w->out, true);
	}
}
