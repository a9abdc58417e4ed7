/* Exact decimals for money and billed energy.
 *
 * A quantity or a rate is an int64_t in units of 1e-9 (nine decimals, up to 9.2e9); the product of
 * two is an __int128 in units of 1e-18, always exact, and so are sums of money. Nothing is rounded
 * but where a digits argument says so, once. What does not fit is -EOVERFLOW and never wraps. */
#ifndef DUTO_DECIMAL_H
#define DUTO_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

typedef int64_t decimal;	  /* in 1e-9 */
typedef __int128 decimal_product; /* in 1e-18 */
typedef unsigned __int128 decimal_factor;

enum {
	DECIMAL_DIGITS = 9,
	DECIMAL_PRODUCT_DIGITS = 18,
	DECIMAL_TEXT = 48, /* bytes that printing needs at most */
};
#define DECIMAL_ONE INT64_C(1000000000)

enum decimal_rounding {
	DECIMAL_HALF_UP, /* half away from zero: money */
	DECIMAL_HALF_EVEN,
};

/* Reads "-12.345": digits, with or without a point and digits behind it; no exponent, no "+", no
 * blanks. -EINVAL where it is not that, -ERANGE where nine decimals do not hold it, -EOVERFLOW. */
int decimal_parse(struct str text, decimal *ret);

/* Writes it with at least min_digits decimals (up to nine), and no zeros at the end beyond them.
 * No NUL; returns the length. */
size_t decimal_print(char *to, decimal v, int min_digits);

/* Writes a product, the same way; digits beyond the eighteenth are zeros. */
size_t decimal_print_product(char *to, decimal_product v, int min_digits);

/* A binary float as the nearest multiple of 10^-digits (digits 0 to 9), half away from zero: the
 * only way from floats to decimals. -EOVERFLOW also for NaN and infinity. */
int decimal_of_double(double v, int digits, decimal *ret);
int decimal_of_integer(int64_t v, decimal *ret);

int decimal_add(decimal a, decimal b, decimal *ret);
int decimal_subtract(decimal a, decimal b, decimal *ret);

static inline decimal_product decimal_multiply(decimal a, decimal b)
{
	return (decimal_product)a * b;
}

static inline decimal_product decimal_widen(decimal a)
{
	return (decimal_product)a * DECIMAL_ONE;
}

/* The largest that divides both; of 0 and another, the other. */
decimal_factor decimal_divisor(decimal_factor a, decimal_factor b);

/* v rounded to nine decimals. */
int decimal_narrow(decimal_product v, enum decimal_rounding rounding, decimal *ret);

/* v x numerator / denominator, rounded to digits decimals (0 to 18). denominator > 0. */
int decimal_ratio(decimal_product v, decimal_factor numerator, decimal_factor denominator,
	int digits, enum decimal_rounding rounding, decimal_product *ret);

/* The root of a product that is not negative: to the nearest 1e-9. */
int decimal_root(decimal_product square, decimal *ret);

/* An exact sum of v x numerator / denominator. Zeroed: 0. */
struct decimal_sum {
	decimal_product whole;
	decimal_factor rest, denominator; /* rest / denominator of 1e-18; denominator 0: none */
	bool inexact;			  /* the rests have no common denominator that fits: a tie
					     is no tie */
};

int decimal_sum_add(struct decimal_sum *sum, decimal_product v, decimal_factor numerator,
	decimal_factor denominator);
int decimal_sum_round(const struct decimal_sum *sum, int digits, enum decimal_rounding rounding,
	decimal_product *ret);

#endif
