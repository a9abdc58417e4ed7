/* Powers of ten as 128-bit binary fractions, for exact conversion between float 64 and decimal
 * text. */
#ifndef DUTO_POW10_H
#define DUTO_POW10_H

#include <stdint.h>

enum { POW10_MIN = -348, POW10_MAX = 324 };

/* 10^k is at least hi:lo * 2^(e - 127) and less than (hi:lo + 1) * 2^(e - 127), with the top bit of
 * hi set and e = pow10_log2(k). */
struct pow10 {
	uint64_t hi, lo;
};

/* The power for POW10_MIN <= k <= POW10_MAX. The table is made at first use; safe from any thread.
 */
const struct pow10 *pow10_get(int k);

/* floor(log2(10^k)), exact for |k| <= 1233 (Giulietti, The Schubfach way to render doubles, 2020).
 */
static inline int pow10_log2(int k)
{
	return (int)(((int64_t)k * 913124641741) >> 38);
}

#endif
