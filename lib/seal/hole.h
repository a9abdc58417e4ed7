/* Reading what fills a hole that has a tag (shape.h), in its shortest form: what wire.h writes. In
 * line, as half of a sample can be such holes. */
#ifndef DUTO_SEAL_HOLE_H
#define DUTO_SEAL_HOLE_H

#include "seal/shape.h"

static inline uint64_t seal_load(const uint8_t *at, unsigned size)
{
	return size == 1   ? *at
	       : size == 2 ? wire_load16(at)
	       : size == 4 ? wire_load32(at)
			   : wire_load64(at);
}

static inline bool seal_integer_read(struct cursor *c, struct seal_found *ret)
{
	static const uint64_t least[] = { 0x80, 0x100, 0x10000, UINT64_C(0x100000000) };
	static const int64_t most[] = { -33, INT8_MIN - 1, INT16_MIN - 1, (int64_t)INT32_MIN - 1 };
	uint8_t tag = *c->at;
	unsigned power = tag & 3, size = 1u << power;
	if (tag < 0x80 || tag >= 0xe0) {
		ret->value = (uint64_t)(int8_t)tag;
		ret->end = ++c->at;
		return true;
	}
	if (tag < 0xcc || tag > 0xd3 || (size_t)(c->end - c->at) <= size)
		return false;
	uint64_t v = seal_load(c->at + 1, size);
	if (tag >= 0xd0) {
		unsigned unused = 64 - 8 * size;
		v = (uint64_t)((int64_t)(v << unused) >> unused);
		if ((int64_t)v > most[power])
			return false;
	} else if (v < least[power] || v > INT64_MAX) {
		return false;
	}
	ret->value = v;
	ret->end = c->at += 1 + size;
	return true;
}

static inline bool seal_text_read(struct cursor *c, enum seal_kind kind, struct seal_found *ret)
{
	uint8_t tag = *c->at;
	size_t left = (size_t)(c->end - c->at), header = 1;
	uint64_t len = tag & 0x1f, least = 0;
	if (kind == SEAL_BYTES ? tag == 0xc6 : tag >= 0xd9 && tag <= 0xdb) {
		unsigned size = kind == SEAL_BYTES ? 4 : 1u << (tag - 0xd9);
		header = 1 + size;
		if (left < header)
			return false;
		len = seal_load(c->at + 1, size);
		least = kind == SEAL_BYTES ? 0 : size == 1 ? 32 : UINT64_C(1) << 4 * size;
	} else if (kind == SEAL_BYTES || (tag & 0xe0) != 0xa0) {
		return false;
	}
	if (len < least || left - header < len)
		return false;
	ret->value = len;
	ret->end = c->at += header + len;
	return true;
}

/* False: something else stands at c, which stays. */
static inline bool seal_hole_read(struct cursor *c, enum seal_kind kind, struct seal_found *ret)
{
	if (c->at == c->end)
		return false;
	switch (kind) {
	case SEAL_INTEGER:
		return seal_integer_read(c, ret);
	case SEAL_TEXT:
	case SEAL_BYTES:
		return seal_text_read(c, kind, ret);
	case SEAL_BOOL:
		if ((*c->at | 1) != 0xc3)
			return false;
		ret->value = *c->at & 1;
		ret->end = ++c->at;
		return true;
	case SEAL_FLOAT32:
		if (*c->at != 0xca || c->end - c->at < 5)
			return false;
		ret->value = wire_load32(c->at + 1);
		ret->end = c->at += 5;
		return true;
	default:
		return false;
	}
}

#endif
