/* Readings of power and energy as exact decimals. */
#ifndef DUTO_READING_H
#define DUTO_READING_H

#include "decimal.h"
#include "str.h"
#include "wire.h"

/* An integer, a decimal text, or a float to the nearest 10^-digits. 0; -EDOM for what is none of
 * them (nil, not finite, another text); -EOVERFLOW, -ERANGE as decimal_parse and decimal_of_double. */
int reading_decimal(const struct wire *w, int digits, decimal *ret);

/* How many kilo-units 1 of a unit is: of base "Wh", Wh 0.001, kWh 1, MWh 1000. 0 for another unit. */
decimal reading_kilo(struct str unit, struct str base);

/* For where an exact number is not needed any more. */
static inline double reading_number(decimal v)
{
	return (double)v / (double)DECIMAL_ONE;
}

#endif
