/* Cumulative registers: unsigned counters that wrap, are set anew, and leap. */
#ifndef DUTO_COUNTER_H
#define DUTO_COUNTER_H

#include <stdint.h>

#include "decimal.h"
#include "wire.h"

struct counter {
	decimal factor;	  /* kWh for 1 of the reading: unit x current ratio x voltage ratio */
	int decimals;	  /* a count is 10^-decimals of the reading */
	uint64_t modulus; /* counts at which it wraps; 0: 2^64 */
	decimal max; /* kW that cannot be exceeded; 0: not known. Without it a wrap over more than
			     a tenth of the register is taken for a reset */
};

/* A reading as counts: floats are read to the nearest count. -EDOM where it is no reading (negative,
 * not a number, not finite, beyond the register). */
int counter_counts(const struct counter *c, const struct wire *reading, uint64_t *ret);

/* The counts from one reading to a later one; -EDOM where they are not of one segment. */
int counter_difference(
	const struct counter *c, uint64_t before, uint64_t now, int64_t elapsed, uint64_t *ret);

/* kWh that so many counts are, rounded once; -EDOM where they are too many. */
int counter_energy(const struct counter *c, __int128 counts, decimal *ret);

#endif
