/* Bytes that grow. A zeroed struct is an empty buffer; whoever holds it frees data.
 * Running out of memory aborts: no caller could do better than be restarted. */
#ifndef DUTO_BUFFER_H
#define DUTO_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "str.h"

struct buffer {
	uint8_t *data;
	size_t len, cap;
};

void buffer_grow(struct buffer *b, size_t more);

/* Makes room for more bytes behind len and returns where they go; len stays. */
static inline uint8_t *buffer_reserve(struct buffer *b, size_t more)
{
	if (b->cap - b->len < more)
		buffer_grow(b, more);
	return b->data + b->len;
}

static inline void buffer_add(struct buffer *b, const void *data, size_t len)
{
	if (len)
		memcpy(buffer_reserve(b, len), data, len);
	b->len += len;
}

static inline void buffer_add_str(struct buffer *b, struct str s)
{
	buffer_add(b, s.data, s.len);
}

static inline void buffer_add_char(struct buffer *b, char c)
{
	*buffer_reserve(b, 1) = (uint8_t)c;
	b->len++;
}

/* Appends text as printf makes it; not for hot paths. */
void buffer_print(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Drops the first n bytes. */
static inline void buffer_shift(struct buffer *b, size_t n)
{
	b->len -= n;
	if (b->len)
		memmove(b->data, b->data + n, b->len);
}

static inline struct str buffer_str(const struct buffer *b)
{
	return (struct str){ (const char *)b->data, b->len };
}

static inline void buffer_free(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){ 0 };
}

#endif
