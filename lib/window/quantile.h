/* Quantiles of a stream in bounded memory.
 *
 * Exact up to QUANTILE_EXACT values. Beyond, full buffers are sorted and every second value, with
 * twice the weight, moves a level up (Munro and Paterson 1980; Manku, Rajagopalan and Lindsay,
 * SIGMOD 1998), from odd and even places in turn, so that the result is deterministic. The error in
 * rank stays below log2(n / QUANTILE_EXACT) / QUANTILE_EXACT of n: under 0.0002 for 10^12 values.
 */
#ifndef DUTO_QUANTILE_H
#define DUTO_QUANTILE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "wire.h"

enum { QUANTILE_EXACT = 1 << 17, QUANTILE_LEVELS = 40 };

/* A zeroed struct is empty. */
struct quantile {
	struct quantile_level {
		double *values;
		uint32_t len, cap;
		bool odd;
	} levels[QUANTILE_LEVELS];
	uint64_t count;
};

void quantile_add(struct quantile *q, double v); /* v is not NAN */

void quantile_merge(struct quantile *q, const struct quantile *other);

/* The value at rank p (0..1) of n - 1, between two neighbours linearly (Hyndman and Fan, type 7, as
 * numpy's default). NAN where nothing was added. */
double quantile_at(const struct quantile *q, double p);

/* All that it holds, as one wire object, and back into an empty one: false where that is not what
 * quantile_save writes. */
void quantile_save(const struct quantile *q, struct buffer *to);
bool quantile_load(struct quantile *q, struct cursor *from);

void quantile_free(struct quantile *q);

#endif
