/* MessagePack on the wire: an inline writer into a buffer and a bounds-checked cursor.
 * Format: github.com/msgpack/msgpack/blob/master/spec.md (2017-08-09, with the timestamp
 * extension). The cursor never reads past end, whatever the bytes; wire_skip bounds nesting at
 * WIRE_DEPTH. */
#ifndef DUTO_WIRE_H
#define DUTO_WIRE_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "buffer.h"

enum { WIRE_DEPTH = 16 };

static inline void wire_store16(uint8_t *at, uint16_t v)
{
	v = htobe16(v);
	memcpy(at, &v, sizeof(v));
}

static inline void wire_store32(uint8_t *at, uint32_t v)
{
	v = htobe32(v);
	memcpy(at, &v, sizeof(v));
}

static inline void wire_store64(uint8_t *at, uint64_t v)
{
	v = htobe64(v);
	memcpy(at, &v, sizeof(v));
}

static inline uint16_t wire_load16(const uint8_t *at)
{
	uint16_t v;
	memcpy(&v, at, sizeof(v));
	return be16toh(v);
}

static inline uint32_t wire_load32(const uint8_t *at)
{
	uint32_t v;
	memcpy(&v, at, sizeof(v));
	return be32toh(v);
}

static inline uint64_t wire_load64(const uint8_t *at)
{
	uint64_t v;
	memcpy(&v, at, sizeof(v));
	return be64toh(v);
}

static inline void wire_store_double(uint8_t *at, double v)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof(bits));
	wire_store64(at, bits);
}

static inline double wire_load_double(const uint8_t *at)
{
	uint64_t bits = wire_load64(at);
	double v;
	memcpy(&v, &bits, sizeof(v));
	return v;
}

/* Writer: each appends one MessagePack object to b. */

static inline void wire_tag(struct buffer *b, uint8_t tag)
{
	*buffer_reserve(b, 1) = tag;
	b->len++;
}

static inline void wire_nil(struct buffer *b)
{
	wire_tag(b, 0xc0);
}

static inline void wire_bool(struct buffer *b, bool v)
{
	wire_tag(b, v ? 0xc3 : 0xc2);
}

static inline void wire_double(struct buffer *b, double v)
{
	uint8_t *at = buffer_reserve(b, 9);
	at[0] = 0xcb;
	wire_store_double(at + 1, v);
	b->len += 9;
}

/* Always the nine-byte form, so that it can be patched in place. */
static inline void wire_uint64(struct buffer *b, uint64_t v)
{
	uint8_t *at = buffer_reserve(b, 9);
	at[0] = 0xcf;
	wire_store64(at + 1, v);
	b->len += 9;
}

static inline void wire_uint(struct buffer *b, uint64_t v)
{
	uint8_t *at = buffer_reserve(b, 9);
	if (v < 0x80) {
		at[0] = (uint8_t)v;
		b->len += 1;
	} else if (v <= UINT8_MAX) {
		at[0] = 0xcc;
		at[1] = (uint8_t)v;
		b->len += 2;
	} else if (v <= UINT16_MAX) {
		at[0] = 0xcd;
		wire_store16(at + 1, (uint16_t)v);
		b->len += 3;
	} else if (v <= UINT32_MAX) {
		at[0] = 0xce;
		wire_store32(at + 1, (uint32_t)v);
		b->len += 5;
	} else {
		wire_uint64(b, v);
	}
}

static inline void wire_int(struct buffer *b, int64_t v)
{
	if (v >= 0) {
		wire_uint(b, (uint64_t)v);
		return;
	}
	uint8_t *at = buffer_reserve(b, 9);
	if (v >= -32) {
		at[0] = (uint8_t)v;
		b->len += 1;
	} else if (v >= INT8_MIN) {
		at[0] = 0xd0;
		at[1] = (uint8_t)v;
		b->len += 2;
	} else if (v >= INT16_MIN) {
		at[0] = 0xd1;
		wire_store16(at + 1, (uint16_t)v);
		b->len += 3;
	} else if (v >= INT32_MIN) {
		at[0] = 0xd2;
		wire_store32(at + 1, (uint32_t)v);
		b->len += 5;
	} else {
		at[0] = 0xd3;
		wire_store64(at + 1, (uint64_t)v);
		b->len += 9;
	}
}

/* For names of less than 32 bytes: a call of memcpy costs more than the copy. Halves that overlap
 * keep within from and to. */
static inline void wire_copy_short(uint8_t *to, const char *from, size_t len)
{
	uint8_t head[16], tail[16];
	size_t half = len >= 16 ? 16 : len >= 8 ? 8 : 4;
	if (len < 4) {
		for (size_t i = 0; i < len; i++)
			to[i] = (uint8_t)from[i];
	} else if (half == 16) {
		memcpy(head, from, 16);
		memcpy(tail, from + len - 16, 16);
		memcpy(to, head, 16);
		memcpy(to + len - 16, tail, 16);
	} else if (half == 8) {
		memcpy(head, from, 8);
		memcpy(tail, from + len - 8, 8);
		memcpy(to, head, 8);
		memcpy(to + len - 8, tail, 8);
	} else {
		memcpy(head, from, 4);
		memcpy(tail, from + len - 4, 4);
		memcpy(to, head, 4);
		memcpy(to + len - 4, tail, 4);
	}
}

void wire_long_str(struct buffer *b, struct str s);

static inline void wire_str(struct buffer *b, struct str s)
{
	if (s.len >= 32) {
		wire_long_str(b, s);
		return;
	}
	uint8_t *at = buffer_reserve(b, s.len + 1);
	at[0] = (uint8_t)(0xa0 | s.len);
	wire_copy_short(at + 1, s.data, s.len);
	b->len += s.len + 1;
}

/* A field: its name and a float 64. */
static inline void wire_named_double(struct buffer *b, struct str name, double v)
{
	if (name.len >= 32) {
		wire_long_str(b, name);
		wire_double(b, v);
		return;
	}
	uint8_t *at = buffer_reserve(b, name.len + 10);
	at[0] = (uint8_t)(0xa0 | name.len);
	wire_copy_short(at + 1, name.data, name.len);
	at[name.len + 1] = 0xcb;
	wire_store_double(at + name.len + 2, v);
	b->len += name.len + 10;
}

static inline void wire_bin(struct buffer *b, struct str s)
{
	uint8_t *at = buffer_reserve(b, s.len + 5);
	at[0] = 0xc6;
	wire_store32(at + 1, (uint32_t)s.len);
	if (s.len)
		memcpy(at + 5, s.data, s.len);
	b->len += s.len + 5;
}

static inline void wire_map(struct buffer *b, uint32_t n)
{
	uint8_t *at = buffer_reserve(b, 5);
	if (n < 16) {
		at[0] = (uint8_t)(0x80 | n);
		b->len += 1;
	} else {
		at[0] = 0xdf;
		wire_store32(at + 1, n);
		b->len += 5;
	}
}

static inline void wire_array(struct buffer *b, uint32_t n)
{
	uint8_t *at = buffer_reserve(b, 5);
	if (n < 16) {
		at[0] = (uint8_t)(0x90 | n);
		b->len += 1;
	} else {
		at[0] = 0xdd;
		wire_store32(at + 1, n);
		b->len += 5;
	}
}

/* As two objects: the high half, then the low one. */
static inline void wire_wide(struct buffer *b, __int128 v)
{
	wire_uint(b, (uint64_t)((unsigned __int128)v >> 64));
	wire_uint(b, (uint64_t)v);
}

/* Nanoseconds since the epoch as the timestamp extension's 64-bit form: 1970 to 2514. */
static inline void wire_time(struct buffer *b, int64_t ns)
{
	uint8_t *at = buffer_reserve(b, 10);
	uint64_t seconds = (uint64_t)(ns / 1000000000), rest = (uint64_t)(ns % 1000000000);
	at[0] = 0xd7;
	at[1] = 0xff;
	wire_store64(at + 2, rest << 34 | seconds);
	b->len += 10;
}

/* Cursor. Each reader returns 1 and steps over the object; 0 where the bytes end too early;
 * -1 where the next object is of another type (the cursor stays). */

struct cursor {
	const uint8_t *at, *end;
};

static inline struct cursor wire_cursor(struct str bytes)
{
	const uint8_t *at = (const uint8_t *)bytes.data;
	return (struct cursor){ at, at + bytes.len };
}

enum wire_type {
	WIRE_NIL,
	WIRE_BOOL,
	WIRE_INT,    /* a negative integer */
	WIRE_UINT,   /* an integer from 0 up, whatever its encoding */
	WIRE_DOUBLE, /* float 64; a float 32 reads as the same value */
	WIRE_STR,
	WIRE_BIN,
	WIRE_ARRAY,
	WIRE_MAP,
	WIRE_EXT,
};

/* One object. Of an array or map, only its header: size entries follow. */
struct wire {
	enum wire_type type;
	union {
		bool b;
		int64_t i;
		uint64_t u;
		double d;
		uint32_t size;
	};
	struct str bytes; /* of str, bin and ext */
	int8_t ext;
};

/* Appends an object that was read; nil for an array, map or extension. */
void wire_scalar(struct buffer *b, const struct wire *w);

int wire_next_other(struct cursor *c, struct wire *ret);

/* The float 64 that most values are is read in line. */
static inline int wire_next(struct cursor *c, struct wire *ret)
{
	if (c->end - c->at < 9 || *c->at != 0xcb)
		return wire_next_other(c, ret);
	ret->type = WIRE_DOUBLE;
	ret->d = wire_load_double(c->at + 1);
	c->at += 9;
	return 1;
}

/* Steps over one whole object, nested ones included. As above; -1 also for bytes that are not
 * MessagePack (0xc1) and for nesting beyond WIRE_DEPTH. */
int wire_skip(struct cursor *c);

/* Map headers in every form. */
int wire_next_map(struct cursor *c, uint32_t *ret_size);

/* One object of a type that is known before: 1, or as above. */
int wire_next_array(struct cursor *c, uint32_t *ret_size);
int wire_next_bool(struct cursor *c, bool *ret);
int wire_next_uint(struct cursor *c, uint64_t *ret);
int wire_next_uint_to(struct cursor *c, uint64_t most, uint64_t *ret); /* -1 also beyond most */
int wire_next_wide(struct cursor *c, __int128 *ret);
int wire_next_int(struct cursor *c, int64_t *ret);
int wire_next_double(struct cursor *c, double *ret);
int wire_next_bin(struct cursor *c, struct str *ret);

static inline int wire_next_str(struct cursor *c, struct str *ret)
{
	struct wire w;
	if (c->at < c->end && (*c->at & 0xe0) == 0xa0) {
		size_t len = *c->at & 0x1f;
		if ((size_t)(c->end - c->at) < len + 1)
			return 0;
		*ret = (struct str){ (const char *)c->at + 1, len };
		c->at += len + 1;
		return 1;
	}
	const uint8_t *start = c->at;
	int r = wire_next(c, &w);
	if (r == 1 && w.type != WIRE_STR) {
		c->at = start;
		return -1;
	}
	if (r == 1)
		*ret = w.bytes;
	return r;
}

#endif
