/* The natural logarithm, the same on every machine and in a few nanoseconds. */
#ifndef DUTO_ANOMALY_LOGARITHM_H
#define DUTO_ANOMALY_LOGARITHM_H

#include <stdint.h>
#include <string.h>

/* Of a normal, positive v, within 1e-9 of itself or of 1. With v = m 2^e and m between sqrt(1/2) and
 * sqrt(2) it is e log 2 + 2 artanh((m - 1) / (m + 1)), by its series. */
static inline double logarithm(double v)
{
	uint64_t bits;
	double m;

	memcpy(&bits, &v, sizeof(bits));
	uint64_t shifted = bits - UINT64_C(0x3fe6a09e667f3bcd);
	int64_t exponent = (int64_t)shifted >> 52;
	bits -= (uint64_t)exponent << 52;
	memcpy(&m, &bits, sizeof(m));
	double z = (m - 1) / (m + 1), q = z * z;
	double series = 1.0 / 11 + q * (1.0 / 13);
	series = 1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * series))));
	return (double)exponent * 0.69314718055994530942 + 2 * z * series;
}

#endif
