/* RFC 3339 times with nanoseconds. */
#ifndef DUTO_TIMESTAMP_H
#define DUTO_TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

#include "str.h"

enum { TIMESTAMP_TEXT = 36 };

/* Writes 2026-01-01T00:00:00Z, with 3, 6 or 9 decimals where it takes them. No NUL; returns the
 * length. */
size_t timestamp_format(char *to, int64_t ns);

/* Reads 2026-01-01T00:00:00[.fraction](Z|+hh:mm|-hh:mm), a space for the T and a comma for the
 * point too (ISO 8601 has both); without a zone it is UTC; a date alone is its midnight. 0, or -EINVAL (also for days that do not exist; a leap
 * second is the next second). */
int timestamp_parse(struct str text, int64_t *ret_ns);

#endif
