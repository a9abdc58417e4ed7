/* The wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding), as far as ONNX
 * files need it. Reading borrows: what a field holds lies in the bytes that are read. */
#ifndef DUTO_PROTOBUF_H
#define DUTO_PROTOBUF_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"

enum protobuf_wire {
	PROTOBUF_VARINT = 0,
	PROTOBUF_FIXED64 = 1,
	PROTOBUF_BYTES = 2,
	PROTOBUF_FIXED32 = 5,
};

/* A message that is being read: the bytes of a file, or of a field in it. Where something is wrong,
 * at is its place. */
struct protobuf {
	const char *at, *end;
};

struct protobuf_field {
	uint32_t number;
	enum protobuf_wire wire;
	uint64_t value;	  /* of the fixed kinds their bits */
	struct str bytes; /* of PROTOBUF_BYTES */
};

static inline struct protobuf protobuf_read(struct str bytes)
{
	return (struct protobuf){ bytes.data, bytes.len ? bytes.data + bytes.len : bytes.data };
}

/* Takes the next field: 1, 0 at the message's end, -EINVAL where its bytes are none. */
int protobuf_next(struct protobuf *p, struct protobuf_field *ret);

/* The numbers that a field repeats, which may be packed, each added to ret: varints as int64_t,
 * float 32 and float 64 as double. 0, or -EINVAL where the field holds something else, with the
 * place in *ret_at. */
int protobuf_integers(const struct protobuf_field *f, struct buffer *ret, const char **ret_at);
int protobuf_numbers(
	const struct protobuf_field *f, bool wide, struct buffer *ret, const char **ret_at);

/* Writing appends a field. */
void protobuf_add_integer(struct buffer *b, uint32_t number, int64_t v);
void protobuf_add_bytes(struct buffer *b, uint32_t number, struct str bytes);
void protobuf_add_float(struct buffer *b, uint32_t number, float v); /* one of a repeated field */

#endif
