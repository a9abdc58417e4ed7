#include "protobuf.h"

#include <endian.h>
#include <errno.h>

enum { VARINT_MAX = 10, FIELD_MAX = (1 << 29) - 1 };

/* 1, 0 at the end, -EINVAL. */
static int next_varint(struct protobuf *p, uint64_t *ret)
{
	uint64_t v = 0;

	if (p->at == p->end)
		return 0;
	for (int i = 0; i < VARINT_MAX && p->at + i < p->end; i++) {
		uint8_t byte = (uint8_t)p->at[i];
		if (i == VARINT_MAX - 1 && byte > 1)
			break;
		v |= (uint64_t)(byte & 0x7f) << 7 * i;
		if (byte & 0x80)
			continue;
		p->at += i + 1;
		*ret = v;
		return 1;
	}
	return -EINVAL;
}

static int next_fixed(struct protobuf *p, size_t size, uint64_t *ret)
{
	uint64_t v = 0;

	if ((size_t)(p->end - p->at) < size)
		return -EINVAL;
	memcpy(&v, p->at, size);
	p->at += size;
	*ret = le64toh(v);
	return 1;
}

static int next_bytes(struct protobuf *p, struct str *ret)
{
	uint64_t len;
	const char *start = p->at;

	if (next_varint(p, &len) <= 0)
		return -EINVAL;
	if (len > (size_t)(p->end - p->at)) {
		p->at = start;
		return -EINVAL;
	}
	*ret = (struct str){ p->at, len };
	p->at += len;
	return 1;
}

int protobuf_next(struct protobuf *p, struct protobuf_field *ret)
{
	uint64_t tag;
	const char *start = p->at;
	int r = next_varint(p, &tag);

	if (r <= 0)
		return r;
	*ret = (struct protobuf_field){ .number = (uint32_t)(tag >> 3), .wire = tag & 7 };
	if (tag >> 3 && tag >> 3 <= FIELD_MAX) {
		switch (ret->wire) {
		case PROTOBUF_VARINT:
			return next_varint(p, &ret->value) == 1 ? 1 : -EINVAL;
		case PROTOBUF_FIXED64:
			return next_fixed(p, 8, &ret->value);
		case PROTOBUF_BYTES:
			return next_bytes(p, &ret->bytes);
		case PROTOBUF_FIXED32:
			return next_fixed(p, 4, &ret->value);
		}
	}
	p->at = start;
	return -EINVAL;
}

int protobuf_integers(const struct protobuf_field *f, struct buffer *ret, const char **ret_at)
{
	struct protobuf p = protobuf_read(f->bytes);
	int64_t v = (int64_t)f->value;
	uint64_t bits;
	int r;

	if (f->wire == PROTOBUF_VARINT)
		buffer_add(ret, &v, sizeof(v));
	else if (f->wire != PROTOBUF_BYTES)
		return -EINVAL;
	while ((r = f->wire == PROTOBUF_BYTES ? next_varint(&p, &bits) : 0) == 1) {
		v = (int64_t)bits;
		buffer_add(ret, &v, sizeof(v));
	}
	*ret_at = p.at;
	return r;
}

static double number(uint64_t bits, bool wide)
{
	uint32_t half = (uint32_t)bits;
	double v;
	float f;

	memcpy(&v, &bits, sizeof(v));
	memcpy(&f, &half, sizeof(f));
	return wide ? v : f;
}

int protobuf_numbers(
	const struct protobuf_field *f, bool wide, struct buffer *ret, const char **ret_at)
{
	struct protobuf p = protobuf_read(f->bytes);
	double v = number(f->value, wide);
	size_t size = wide ? 8 : 4;
	uint64_t bits = 0;

	*ret_at = p.at;
	if (f->wire == (wide ? PROTOBUF_FIXED64 : PROTOBUF_FIXED32)) {
		buffer_add(ret, &v, sizeof(v));
		return 0;
	}
	if (f->wire != PROTOBUF_BYTES || f->bytes.len % size)
		return -EINVAL;
	while (p.at < p.end) {
		next_fixed(&p, size, &bits);
		v = number(bits, wide);
		buffer_add(ret, &v, sizeof(v));
	}
	return 0;
}

static void add_varint(struct buffer *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buffer_add_char(b, (char)(v | 0x80));
	buffer_add_char(b, (char)v);
}

static void add_tag(struct buffer *b, uint32_t number, enum protobuf_wire wire)
{
	add_varint(b, (uint64_t)number << 3 | wire);
}

void protobuf_add_integer(struct buffer *b, uint32_t number, int64_t v)
{
	add_tag(b, number, PROTOBUF_VARINT);
	add_varint(b, (uint64_t)v);
}

void protobuf_add_bytes(struct buffer *b, uint32_t number, struct str bytes)
{
	add_tag(b, number, PROTOBUF_BYTES);
	add_varint(b, bytes.len);
	buffer_add_str(b, bytes);
}

void protobuf_add_float(struct buffer *b, uint32_t number, float v)
{
	uint32_t bits;

	memcpy(&bits, &v, sizeof(bits));
	bits = htole32(bits);
	add_tag(b, number, PROTOBUF_FIXED32);
	buffer_add(b, &bits, sizeof(bits));
}
