#include "wire.h"

void wire_long_str(struct buffer *b, struct str s)
{
	uint8_t *at = buffer_reserve(b, s.len + 5);
	size_t header = 5;
	if (s.len <= UINT8_MAX) {
		at[0] = 0xd9;
		at[1] = (uint8_t)s.len;
		header = 2;
	} else if (s.len <= UINT16_MAX) {
		at[0] = 0xda;
		wire_store16(at + 1, (uint16_t)s.len);
		header = 3;
	} else {
		at[0] = 0xdb;
		wire_store32(at + 1, (uint32_t)s.len);
	}
	memcpy(at + header, s.data, s.len);
	b->len += header + s.len;
}

/* Shapes of the tags from 0xc0 to 0xdf: how many bytes of length or value follow. */
static const uint8_t trailer[32] = {
	[0x04] = 1,
	[0x05] = 2,
	[0x06] = 4, /* bin */
	[0x07] = 1,
	[0x08] = 2,
	[0x09] = 4, /* ext */
	[0x0a] = 4,
	[0x0b] = 8, /* float */
	[0x0c] = 1,
	[0x0d] = 2,
	[0x0e] = 4,
	[0x0f] = 8, /* uint */
	[0x10] = 1,
	[0x11] = 2,
	[0x12] = 4,
	[0x13] = 8, /* int */
	[0x19] = 1,
	[0x1a] = 2,
	[0x1b] = 4, /* str */
	[0x1c] = 2,
	[0x1d] = 4,
	[0x1e] = 2,
	[0x1f] = 4, /* array, map */
};

static uint64_t load(const uint8_t *at, size_t width)
{
	switch (width) {
	case 1:
		return *at;
	case 2:
		return wire_load16(at);
	case 4:
		return wire_load32(at);
	default:
		return wire_load64(at);
	}
}

static int64_t extend_sign(uint64_t v, size_t width)
{
	unsigned shift = 64 - 8 * (unsigned)width;
	return (int64_t)(v << shift) >> shift;
}

static int take_bytes(struct cursor *c, struct wire *ret, enum wire_type type, size_t len)
{
	if ((size_t)(c->end - c->at) < len)
		return 0;
	ret->type = type;
	ret->bytes = (struct str){ (const char *)c->at, len };
	c->at += len;
	return 1;
}

static int take_ext(struct cursor *c, struct wire *ret, size_t len)
{
	if (c->at == c->end)
		return 0;
	ret->ext = (int8_t)*c->at++;
	return take_bytes(c, ret, WIRE_EXT, len);
}

static int take_float(struct wire *ret, uint8_t tag, uint64_t v)
{
	ret->type = WIRE_DOUBLE;
	if (tag == 0xca) {
		uint32_t bits = (uint32_t)v;
		float narrow;
		memcpy(&narrow, &bits, sizeof(narrow));
		ret->d = narrow;
	} else {
		memcpy(&ret->d, &v, sizeof(v));
	}
	return 1;
}

static int take_integer(struct wire *ret, uint8_t tag, uint64_t v, size_t width)
{
	ret->type = WIRE_UINT;
	ret->u = v;
	if (tag >= 0xd0) {
		ret->i = extend_sign(v, width);
		if (ret->i < 0)
			ret->type = WIRE_INT;
	}
	return 1;
}

static int take_header(struct wire *ret, enum wire_type type, uint64_t size)
{
	ret->type = type;
	ret->size = (uint32_t)size;
	return 1;
}

static int take_tagged(struct cursor *c, struct wire *ret, uint8_t tag, uint64_t v, size_t width)
{
	if (tag <= 0xc6)
		return take_bytes(c, ret, WIRE_BIN, v);
	if (tag <= 0xc9)
		return take_ext(c, ret, v);
	if (tag <= 0xcb)
		return take_float(ret, tag, v);
	if (tag <= 0xd3)
		return take_integer(ret, tag, v, width);
	if (tag <= 0xdb)
		return take_bytes(c, ret, WIRE_STR, v);
	return take_header(ret, tag <= 0xdd ? WIRE_ARRAY : WIRE_MAP, v);
}

/* Objects whose tag says it all: small integers, short strings, small arrays and maps. */
static int take_fix(struct cursor *c, struct wire *ret, uint8_t tag)
{
	if (tag < 0x80)
		return take_integer(ret, 0xcc, tag, 1);
	if (tag >= 0xe0)
		return take_integer(ret, 0xd0, tag, 1);
	if (tag >= 0xa0)
		return take_bytes(c, ret, WIRE_STR, tag & 0x1f);
	return take_header(ret, tag < 0x90 ? WIRE_MAP : WIRE_ARRAY, tag & 0x0f);
}

static int take(struct cursor *c, struct wire *ret)
{
	uint8_t tag = *c->at++;
	if (tag < 0xc0 || tag >= 0xe0)
		return take_fix(c, ret, tag);
	switch (tag) {
	case 0xc0:
		ret->type = WIRE_NIL;
		return 1;
	case 0xc1:
		return -1;
	case 0xc2:
	case 0xc3:
		ret->type = WIRE_BOOL;
		ret->b = tag == 0xc3;
		return 1;
	case 0xd4 ... 0xd8:
		return take_ext(c, ret, (size_t)1 << (tag - 0xd4));
	}
	size_t width = trailer[tag - 0xc0];
	if ((size_t)(c->end - c->at) < width)
		return 0;
	uint64_t v = load(c->at, width);
	c->at += width;
	return take_tagged(c, ret, tag, v, width);
}

int wire_next_other(struct cursor *c, struct wire *ret)
{
	const uint8_t *start = c->at;
	if (start == c->end)
		return 0;
	int r = take(c, ret);
	if (r != 1)
		c->at = start;
	return r;
}

/* Objects still to step over at each level; a container opens a level. */
static int skip_levels(struct cursor *c)
{
	uint64_t left[WIRE_DEPTH] = { 1 };
	int depth = 0;
	while (depth >= 0) {
		struct wire w;
		if (left[depth] == 0) {
			depth--;
			continue;
		}
		left[depth]--;
		int r = wire_next(c, &w);
		if (r != 1)
			return r;
		if (w.type != WIRE_ARRAY && w.type != WIRE_MAP)
			continue;
		if (++depth == WIRE_DEPTH)
			return -1;
		left[depth] = w.type == WIRE_MAP ? 2 * (uint64_t)w.size : w.size;
	}
	return 1;
}

int wire_skip(struct cursor *c)
{
	const uint8_t *start = c->at;
	int r = skip_levels(c);
	if (r != 1)
		c->at = start;
	return r;
}

int wire_next_map(struct cursor *c, uint32_t *ret_size)
{
	struct wire w;
	const uint8_t *start = c->at;
	int r = wire_next(c, &w);
	if (r == 1 && w.type != WIRE_MAP) {
		c->at = start;
		return -1;
	}
	if (r == 1)
		*ret_size = w.size;
	return r;
}

/* The cursor stays where another type stands. */
static int next_of(struct cursor *c, enum wire_type type, struct wire *ret)
{
	const uint8_t *start = c->at;
	int r = wire_next(c, ret);
	if (r != 1 || ret->type == type)
		return r;
	c->at = start;
	return -1;
}

int wire_next_array(struct cursor *c, uint32_t *ret_size)
{
	struct wire w;
	int r = next_of(c, WIRE_ARRAY, &w);
	if (r == 1)
		*ret_size = w.size;
	return r;
}

int wire_next_bool(struct cursor *c, bool *ret)
{
	struct wire w;
	int r = next_of(c, WIRE_BOOL, &w);
	if (r == 1)
		*ret = w.b;
	return r;
}

int wire_next_uint(struct cursor *c, uint64_t *ret)
{
	struct wire w;
	int r = next_of(c, WIRE_UINT, &w);
	if (r == 1)
		*ret = w.u;
	return r;
}

int wire_next_uint_to(struct cursor *c, uint64_t most, uint64_t *ret)
{
	uint64_t v;
	struct cursor next = *c;
	int r = wire_next_uint(&next, &v);
	if (r != 1 || v > most)
		return r == 1 ? -1 : r;
	*c = next;
	*ret = v;
	return 1;
}

int wire_next_wide(struct cursor *c, __int128 *ret)
{
	uint64_t high, low;
	struct cursor next = *c;
	int r = wire_next_uint(&next, &high);
	if (r == 1)
		r = wire_next_uint(&next, &low);
	if (r != 1)
		return r;
	*c = next;
	*ret = (__int128)((unsigned __int128)high << 64 | low);
	return 1;
}

int wire_next_int(struct cursor *c, int64_t *ret)
{
	struct wire w;
	int r = next_of(c, WIRE_INT, &w);
	if (r == 1) {
		*ret = w.i;
		return 1;
	}
	r = next_of(c, WIRE_UINT, &w);
	if (r == 1)
		*ret = (int64_t)w.u;
	return r;
}

int wire_next_double(struct cursor *c, double *ret)
{
	struct wire w;
	int r = next_of(c, WIRE_DOUBLE, &w);
	if (r == 1)
		*ret = w.d;
	return r;
}

int wire_next_bin(struct cursor *c, struct str *ret)
{
	struct wire w;
	int r = next_of(c, WIRE_BIN, &w);
	if (r == 1)
		*ret = w.bytes;
	return r;
}

void wire_scalar(struct buffer *b, const struct wire *w)
{
	switch (w->type) {
	case WIRE_BOOL:
		return wire_bool(b, w->b);
	case WIRE_INT:
		return wire_int(b, w->i);
	case WIRE_UINT:
		return wire_uint(b, w->u);
	case WIRE_DOUBLE:
		return wire_double(b, w->d);
	case WIRE_STR:
		return wire_str(b, w->bytes);
	case WIRE_BIN:
		return wire_bin(b, w->bytes);
	default:
		return wire_nil(b);
	}
}
