#include "decimal.h"

#include <errno.h>
#include <math.h>

typedef decimal_factor u128;

static const int64_t powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000,
	1000000000 };

static u128 power(int digits)
{
	int more = digits > DECIMAL_DIGITS ? digits - DECIMAL_DIGITS : 0;
	return (u128)powers[digits - more] * (u128)powers[more];
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits up to the first that is none; returns how many, -1 where they do not fit. */
static int read_digits(struct str text, size_t at, u128 *ret)
{
	u128 v = 0;
	size_t i = at;
	for (; i < text.len && is_digit(text.data[i]); i++) {
		if (v > INT64_MAX)
			return -1;
		v = v * 10 + (u128)(text.data[i] - '0');
	}
	*ret = v;
	return (int)(i - at);
}

/* The decimals behind a point, in 1e-9. */
static int read_fraction(struct str text, size_t at, u128 *ret)
{
	u128 v = 0;
	size_t i = at;
	for (; i < text.len && is_digit(text.data[i]); i++)
		if (i - at < DECIMAL_DIGITS)
			v = v * 10 + (u128)(text.data[i] - '0');
		else if (text.data[i] != '0')
			return -ERANGE;
	if (i == at || i < text.len)
		return -EINVAL;
	int missing = DECIMAL_DIGITS - (int)(i - at);
	*ret = missing > 0 ? v * (u128)powers[missing] : v;
	return 0;
}

int decimal_parse(struct str text, decimal *ret)
{
	bool negative = text.len && text.data[0] == '-';
	u128 whole, fraction = 0;
	int count = read_digits(text, negative, &whole);
	size_t at = negative + (size_t)(count > 0 ? count : 0);
	if (count <= 0)
		return count ? -EOVERFLOW : -EINVAL;
	if (at < text.len && text.data[at] != '.')
		return -EINVAL;
	int r = at < text.len ? read_fraction(text, at + 1, &fraction) : 0;
	if (r < 0)
		return r;
	if (whole > INT64_MAX / DECIMAL_ONE)
		return -EOVERFLOW;
	u128 v = whole * DECIMAL_ONE + fraction;
	if (v > INT64_MAX)
		return -EOVERFLOW;
	*ret = negative ? -(decimal)v : (decimal)v;
	return 0;
}

/* magnitude has so many decimals. */
static size_t print(char *to, bool negative, u128 magnitude, int decimals, int min_digits)
{
	char digits[DECIMAL_TEXT];
	size_t count = 0, len = 0;
	while (decimals > min_digits && magnitude % 10 == 0) {
		magnitude /= 10;
		decimals--;
	}
	for (int i = decimals; i < min_digits && i < DECIMAL_PRODUCT_DIGITS; i++, decimals++)
		magnitude *= 10;
	for (; magnitude || (int)count <= decimals; magnitude /= 10)
		digits[count++] = (char)('0' + (int)(magnitude % 10));
	if (negative)
		to[len++] = '-';
	while (count) {
		if ((int)count == decimals)
			to[len++] = '.';
		to[len++] = digits[--count];
	}
	return len;
}

size_t decimal_print(char *to, decimal v, int min_digits)
{
	u128 magnitude = v < 0 ? -(u128)v : (u128)v;
	return print(to, v<0, magnitude, DECIMAL_DIGITS, min_digits> DECIMAL_DIGITS ? DECIMAL_DIGITS
										    : min_digits);
}

size_t decimal_print_product(char *to, decimal_product v, int min_digits)
{
	return print(to, v < 0, v < 0 ? -(u128)v : (u128)v, DECIMAL_PRODUCT_DIGITS, min_digits);
}

int decimal_of_double(double v, int digits, decimal *ret)
{
	int exponent;
	double fraction = frexp(fabs(v), &exponent);
	if (!isfinite(v) || exponent > 34)
		return -EOVERFLOW;
	/* |v| = mantissa x 2^(exponent - 53): below 2^34, so that the shift is to the right. */
	int shift = 53 - exponent;
	u128 scaled = (u128)ldexp(fraction, 53) * (u128)powers[digits];
	u128 rounded = shift > 126 ? 0 : (scaled + ((u128)1 << (shift - 1))) >> shift;
	u128 units = rounded * (u128)powers[DECIMAL_DIGITS - digits];
	if (units > INT64_MAX)
		return -EOVERFLOW;
	*ret = v < 0 ? -(decimal)units : (decimal)units;
	return 0;
}

int decimal_of_integer(int64_t v, decimal *ret)
{
	return __builtin_mul_overflow(v, DECIMAL_ONE, ret) ? -EOVERFLOW : 0;
}

int decimal_add(decimal a, decimal b, decimal *ret)
{
	return __builtin_add_overflow(a, b, ret) ? -EOVERFLOW : 0;
}

int decimal_subtract(decimal a, decimal b, decimal *ret)
{
	return __builtin_sub_overflow(a, b, ret) ? -EOVERFLOW : 0;
}

/* 256 bits: high x 2^128 + low. */
struct u256 {
	u128 high, low;
};

static struct u256 multiply(u128 a, u128 b)
{
	const u128 mask = UINT64_MAX;
	u128 low = (a & mask) * (b & mask);
	u128 cross = (a >> 64) * (b & mask) + (low >> 64);
	u128 other = (a & mask) * (b >> 64) + (cross & mask);
	return (struct u256){
		.high = (a >> 64) * (b >> 64) + (cross >> 64) + (other >> 64),
		.low = other << 64 | (low & mask),
	};
}

/* Long division by bits, where there are more than 128; the quotient has to fit. */
static int divide(struct u256 v, u128 by, u128 *ret_quotient, u128 *ret_rest)
{
	u128 rest = v.high, quotient = 0;
	if (v.high >= by)
		return -EOVERFLOW;
	if (!v.high) {
		*ret_quotient = v.low / by;
		*ret_rest = v.low - *ret_quotient * by;
		return 0;
	}
	for (int i = 127; i >= 0; i--) {
		bool carry = rest >> 127;
		rest = rest << 1 | (v.low >> i & 1);
		quotient <<= 1;
		if (carry || rest >= by) {
			rest -= by;
			quotient |= 1;
		}
	}
	*ret_quotient = quotient;
	*ret_rest = rest;
	return 0;
}

static int sign(bool negative, u128 magnitude, decimal_product *ret)
{
	if (magnitude >> 127)
		return -EOVERFLOW;
	*ret = negative ? -(decimal_product)magnitude : (decimal_product)magnitude;
	return 0;
}

/* Whether rest / by, and a little more where sticky, rounds up. */
static bool rounds_up(
	u128 quotient, u128 rest, u128 by, bool sticky, enum decimal_rounding rounding)
{
	u128 other = by - rest;
	if (rest != other)
		return rest > other;
	return sticky || rounding == DECIMAL_HALF_UP || quotient & 1;
}

int decimal_ratio(decimal_product v, decimal_factor numerator, decimal_factor denominator,
	int digits, enum decimal_rounding rounding, decimal_product *ret)
{
	u128 unit = power(DECIMAL_PRODUCT_DIGITS - digits), by, quotient, rest;
	if (__builtin_mul_overflow(denominator, unit, &by))
		return -EOVERFLOW;
	int r = divide(multiply(v < 0 ? -(u128)v : (u128)v, numerator), by, &quotient, &rest);
	if (r < 0)
		return r;
	quotient += rest && rounds_up(quotient, rest, by, false, rounding);
	if (__builtin_mul_overflow(quotient, unit, &quotient))
		return -EOVERFLOW;
	return sign(v < 0, quotient, ret);
}

int decimal_narrow(decimal_product v, enum decimal_rounding rounding, decimal *ret)
{
	u128 magnitude = v < 0 ? -(u128)v : (u128)v;
	u128 quotient = magnitude / DECIMAL_ONE, rest = magnitude - quotient * DECIMAL_ONE;
	quotient += rest && rounds_up(quotient, rest, DECIMAL_ONE, false, rounding);
	if (quotient > INT64_MAX)
		return -EOVERFLOW;
	*ret = v < 0 ? -(decimal)quotient : (decimal)quotient;
	return 0;
}

int decimal_root(decimal_product square, decimal *ret)
{
	u128 left = (u128)square, root = 0, bit = (u128)1 << 126;
	while (bit > left)
		bit >>= 2;
	for (; bit; bit >>= 2) {
		bool fits = left >= root + bit;
		left -= fits ? root + bit : 0;
		root = (root >> 1) + (fits ? bit : 0);
	}
	root += left > root;
	if (root > INT64_MAX)
		return -EOVERFLOW;
	*ret = (decimal)root;
	return 0;
}

u128 decimal_divisor(u128 a, u128 b)
{
	while (b) {
		u128 rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Adds rest / denominator to that of the sum, over their least common denominator. */
static void add_rest(struct decimal_sum *sum, u128 rest, u128 denominator)
{
	u128 common, of_sum, of_rest, total;
	if (!sum->denominator)
		sum->denominator = 1;
	u128 both = decimal_divisor(sum->denominator, denominator);
	if (__builtin_mul_overflow(sum->denominator / both, denominator, &common) ||
		__builtin_mul_overflow(sum->rest, common / sum->denominator, &of_sum) ||
		__builtin_mul_overflow(rest, common / denominator, &of_rest) ||
		__builtin_add_overflow(of_sum, of_rest, &total)) {
		sum->inexact = true;
		return;
	}
	sum->whole += total >= common;
	sum->rest = total >= common ? total - common : total;
	sum->denominator = common;
}

int decimal_sum_add(struct decimal_sum *sum, decimal_product v, decimal_factor numerator,
	decimal_factor denominator)
{
	u128 quotient, rest, both = decimal_divisor(numerator, denominator);
	decimal_product whole = 0;
	int r = divide(multiply(v < 0 ? -(u128)v : (u128)v, numerator / both), denominator / both,
		&quotient, &rest);
	r = r ?: sign(v < 0, quotient, &whole);
	if (r < 0)
		return r;
	/* Floor: what is left is never negative. */
	whole -= v < 0 && rest;
	if (__builtin_add_overflow(sum->whole, whole, &sum->whole))
		return -EOVERFLOW;
	if (rest)
		add_rest(sum, v < 0 ? denominator / both - rest : rest, denominator / both);
	return 0;
}

int decimal_sum_round(const struct decimal_sum *sum, int digits, enum decimal_rounding rounding,
	decimal_product *ret)
{
	u128 unit = power(DECIMAL_PRODUCT_DIGITS - digits);
	bool negative = sum->whole < 0, sticky = sum->rest || sum->inexact;
	/* Below zero the rest brings the magnitude down: count from the next 1e-18 towards zero, and
	 * what that is too small by is more than nothing. */
	u128 magnitude = negative ? -(u128)sum->whole - sticky : (u128)sum->whole;
	u128 quotient = magnitude / unit, rest = magnitude % unit;
	if (rounds_up(quotient, rest, unit, sticky, rounding))
		quotient++;
	return sign(negative, quotient * unit, ret);
}
