#include "sample_parts.h"

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
	struct cursor c = sample_cursor(s, 0);
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

void sample_set_encoded(struct sample *s, struct field *f, struct str value)
{
	struct cursor c;
	if (sample_locate(s, f, &c))
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
	if (!sample_locate(s, f, &c))
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
	sample_set_encoded(s, f, buffer_str(&encoded));
}

void sample_set_bool(struct sample *s, struct field *f, bool v)
{
	sample_set_encoded(s, f, v ? STR("\xc3") : STR("\xc2"));
}

void sample_set_nil(struct sample *s, struct field *f)
{
	sample_set_encoded(s, f, STR("\xc0"));
}

void sample_set_text(struct sample *s, struct field *f, struct str v)
{
	struct buffer encoded = { 0 };
	wire_str(&encoded, v);
	sample_set_encoded(s, f, buffer_str(&encoded));
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

/* The entry whose value is at the cursor. */
static void remove_status(struct sample *s, uint32_t entry, struct cursor c)
{
	wire_skip(&c);
	splice(s, entry, (uint32_t)(c.at - s->data) - entry, "", 0);
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
	bool there = sample_find_entry(s, &s->quality, name, &c, &entry);
	if (there && status == STATUS_GOOD)
		remove_status(s, entry, c);
	else if (there)
		replace(s, c, encoded);
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
	if (!sample_find_entry(s, &s->via, key, &c, &entry)) {
		append(s, &s->via, key, value);
		return;
	}
	replace(s, c, value);
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
	struct cursor c = sample_cursor(s, m->start);
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
	struct cursor c = sample_cursor(s, s->values.head);
	sample_take_values(&c, s);
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
