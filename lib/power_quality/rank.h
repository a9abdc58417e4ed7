/* The value that a share of readings does not exceed: a rank, never between two readings. Of 1,008
 * readings and 95 % it is the 958th smallest (957.6, rounded up), so that at most 5 % are above. */
#ifndef DUTO_POWER_QUALITY_RANK_H
#define DUTO_POWER_QUALITY_RANK_H

#include <stddef.h>

#include "decimal.h"

/* From 1; 0 where there are no values. */
size_t rank_of(size_t count, decimal share);

/* The value at that rank; NAN where there are none. Brings the values into order. */
double rank_value(double *values, size_t count, decimal share);

#endif
