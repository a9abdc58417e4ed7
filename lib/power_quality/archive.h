/* State written down and read back by one function for both ways: each call appends a value, or
 * reads the next into its place. Once a value is not what was written, ok is false and nothing is
 * read any more. */
#ifndef DUTO_POWER_QUALITY_ARCHIVE_H
#define DUTO_POWER_QUALITY_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct archive {
	struct buffer *to;   /* NULL: reads */
	struct cursor *from; /* where it reads */
	bool ok;
};

/* From 0 up to ARCHIVE_INTEGER_MAX, and times up to ARCHIVE_TIME_MAX: far enough from the end of
 * int64_t that counting on, and adding some years, stays within it. */
#define ARCHIVE_INTEGER_MAX ((INT64_C(1) << 53) - 1)
#define ARCHIVE_TIME_MAX    (INT64_MAX - INT64_C(10) * 366 * 86400 * 1000000000)
void archive_integer(struct archive *a, int64_t *v);
void archive_time(struct archive *a, int64_t *v);
void archive_number(struct archive *a, double *v);
void archive_bool(struct archive *a, bool *v);

/* A count of at most max, and never more than bytes that are left where it reads. */
void archive_count(struct archive *a, size_t *v, size_t max);

/* What else must hold of what was read. */
void archive_check(struct archive *a, bool holds);

#endif
