/* Taking a sample apart: which of its bytes are holes. */
#include <errno.h>

#include "allocate.h"
#include "fnv.h"
#include "seal/hole.h"
#include "seal/shape.h"

struct walk {
	struct cursor c;
	const uint8_t *literal; /* bytes from here on are not in the text yet */
	struct buffer *text;
	struct str source; /* in the sample */
	size_t source_at;  /* in the text, once it is there */
	uint32_t holes;
};

static void add_piece(struct walk *w, const uint8_t *to, enum seal_kind kind)
{
	seal_varint_write(w->text, (uint64_t)(to - w->literal));
	const uint8_t *source = (const uint8_t *)w->source.data;
	if (source && source >= w->literal)
		w->source_at = w->text->len + (size_t)(source - w->literal);
	buffer_add(w->text, w->literal, (size_t)(to - w->literal));
	buffer_add_char(w->text, (char)kind);
	w->literal = w->c.at;
}

/* Bytes up to "to" are literal, from there to the cursor is a hole. */
static int add_hole(struct walk *w, const uint8_t *to, enum seal_kind kind)
{
	add_piece(w, to, kind);
	w->holes++;
	return 1;
}

static int add_fixed(struct walk *w, size_t header, enum seal_kind kind)
{
	const uint8_t *to = w->c.at + header;
	w->c.at = to + 8;
	return add_hole(w, to, kind);
}

/* The kind of hole that a tag begins, if the rest is as it should be. */
static enum seal_kind kind_of(uint8_t tag)
{
	switch (tag) {
	case 0xc2:
	case 0xc3:
		return SEAL_BOOL;
	case 0xc6:
		return SEAL_BYTES;
	case 0xca:
		return SEAL_FLOAT32;
	case 0xd9 ... 0xdb:
		return SEAL_TEXT;
	case 0x80 ... 0xbf:
		return (tag & 0xe0) == 0xa0 ? SEAL_TEXT : SEAL_END;
	case 0xcc ... 0xd3:
	case 0x00 ... 0x7f:
	case 0xe0 ... 0xff:
		return SEAL_INTEGER;
	default:
		return SEAL_END;
	}
}

static int take_single(struct walk *w)
{
	const uint8_t *at = w->c.at;
	size_t left = (size_t)(w->c.end - at);
	if (w->holes == SEAL_HOLES_MAX)
		return wire_skip(&w->c);
	if (*at == 0xcb && left >= 9)
		return add_fixed(w, 1, SEAL_FLOAT64);
	if (*at == 0xd7 && left >= 10 && at[1] == 0xff && seal_is_time(wire_load64(at + 2)))
		return add_fixed(w, 2, SEAL_TIME);
	struct seal_found ignored;
	enum seal_kind kind = kind_of(*at);
	if (kind && seal_hole_read(&w->c, kind, &ignored))
		return add_hole(w, at, kind);
	w->c.at = at;
	if (*at == 0xcf && left >= 9)
		return add_fixed(w, 1, SEAL_UINT64);
	return wire_skip(&w->c);
}

static int take_any(struct walk *w, int depth);

static int take_nested(struct walk *w, struct wire *header, int depth)
{
	int r = depth < WIRE_DEPTH ? 1 : -1;
	for (uint32_t i = 0; r == 1 && i < header->size; i++) {
		if (header->type == WIRE_MAP)
			r = wire_skip(&w->c);
		if (r == 1)
			r = take_any(w, depth + 1);
	}
	return r;
}

static int take_any(struct walk *w, int depth)
{
	if (w->c.at == w->c.end)
		return 0;
	uint8_t tag = *w->c.at;
	bool nests = (tag & 0xe0) == 0x80 || (tag >= 0xdc && tag <= 0xdf);
	struct wire header;
	if (!nests)
		return take_single(w);
	int r = wire_next(&w->c, &header);
	return r == 1 ? take_nested(w, &header, depth) : r;
}

/* One of the sample's own entries. Source and kind stay; run and seq have their longest form,
 * whatever they hold. */
static int take_entry(struct walk *w)
{
	struct str name;
	int r = wire_next_str(&w->c, &name);
	if (r != 1)
		return r;
	if (str_eq(name, STR("source")))
		return wire_next_str(&w->c, &w->source);
	if (str_eq(name, STR("kind")))
		return wire_skip(&w->c);
	if ((str_eq(name, STR("run")) || str_eq(name, STR("seq"))) && w->c.end - w->c.at >= 9 &&
		*w->c.at == 0xcf)
		return add_fixed(w, 1, SEAL_UINT64);
	return take_any(w, 1);
}

static int take_sample(struct walk *w)
{
	uint32_t keys;
	int r = wire_next_map(&w->c, &keys);
	for (uint32_t i = 0; r == 1 && i < keys; i++)
		r = take_entry(w);
	if (r == 1)
		add_piece(w, w->c.at, SEAL_END);
	return r;
}

static uint32_t *slot_of(struct seal_table *t, struct str text)
{
	uint64_t hash = fnv_add(FNV_START, text.data, text.len);
	size_t at = (size_t)(hash ^ hash >> 32) & (t->slot_count - 1);
	while (t->slots[at] && !str_eq(seal_shape_text(t, &t->shapes[t->slots[at] - 1]), text))
		at = (at + 1) & (t->slot_count - 1);
	return &t->slots[at];
}

static void make_slots(struct seal_table *t)
{
	if (t->shape_count * 2 < t->slot_count)
		return;
	free(t->slots);
	t->slot_count = t->slot_count ? t->slot_count * 4 : 256;
	t->slots = allocate(t->slot_count, sizeof(*t->slots));
	for (size_t i = 0; i < t->shape_count; i++)
		*slot_of(t, seal_shape_text(t, &t->shapes[i])) = (uint32_t)i + 1;
}

int64_t seal_shape_of(struct seal_table *t, struct cursor *c, struct buffer *text)
{
	struct walk w = { .c = *c, .literal = c->at, .text = text };
	text->len = 0;
	if (take_sample(&w) != 1)
		return -EBADMSG;
	make_slots(t);
	uint32_t *slot = slot_of(t, buffer_str(text));
	if (!*slot) {
		if (seal_shape_add(t, buffer_str(text), w.source_at, w.source.len))
			return -EBADMSG;
		*slot = (uint32_t)t->shape_count;
	}
	*c = w.c;
	return *slot - 1;
}
