/* Where in time something of a source is stored: a few stretches, of which it is known that nothing
 * lies outside. What lies outside them cannot be in the database yet. */
#ifndef DUTO_HISTORIAN_STRETCHES_H
#define DUTO_HISTORIAN_STRETCHES_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "clock.h"

enum { STRETCHES_MAX = 8 };

/* A hole that is shorter belongs to a stretch, so that a rare sample does not make one each. */
#define STRETCH_GAP (3600 * SECONDS)

/* In order, not touching; zeroed: nothing is stored. */
struct stretches {
	uint32_t count;
	struct stretch {
		int64_t from, to; /* nanoseconds, both included */
	} at[STRETCHES_MAX];
};

/* Takes a time in, and says whether it lay outside. Where there are too many stretches, the two
 * closest to each other become one. */
bool stretches_add(struct stretches *s, int64_t time);

/* As PostgreSQL's bigint[], from, to, from, to, ..., and back: false where it is not that. */
void stretches_write(const struct stretches *s, struct buffer *to);
bool stretches_read(struct stretches *ret, const char *text);

#endif
