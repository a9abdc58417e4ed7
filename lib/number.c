#include "number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pow10.h"

typedef unsigned __int128 u128;

enum {
	FRACTION_BITS = 52,
	EXPONENT_BIAS = 1075, /* of m * 2^e with m an integer of 53 bits */
	DIGITS_MAX = 19,      /* that always fit 64 bits */
	HALFWAY_DIGITS =
		780, /* more than the 767 that tell any halfway point from its neighbours */
};

static const double exact_powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

static const char pairs[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/* digits * 10^exponent */
struct decimal {
	uint64_t digits;
	int exponent;
};

static int count_digits(uint64_t v)
{
	int n = 1;
	for (; v >= 10000; v /= 10000)
		n += 4;
	return n + (v >= 10) + (v >= 100) + (v >= 1000);
}

/* Writes v right-aligned so that it ends before end; returns where it starts. */
static char *put_backwards(char *end, uint64_t v)
{
	while (v >= 100) {
		memcpy(end -= 2, pairs + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10)
		memcpy(end -= 2, pairs + v * 2, 2);
	else
		*--end = (char)('0' + v);
	return end;
}

size_t number_format_unsigned(char *to, uint64_t v)
{
	int n = count_digits(v);
	put_backwards(to + n, v);
	return (size_t)n;
}

size_t number_format_integer(char *to, int64_t v)
{
	if (v >= 0)
		return number_format_unsigned(to, (uint64_t)v);
	*to = '-';
	return 1 + number_format_unsigned(to + 1, -(uint64_t)v);
}

/* The upper part of g * c / 2^128, with its last bit set where what is cut off is not zero. */
static uint64_t round_to_odd(u128 g, uint64_t c)
{
	u128 low = (u128)(uint64_t)g * c;
	u128 high = (u128)(uint64_t)(g >> 64) * c + (uint64_t)(low >> 64);
	return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* The shortest decimal in the rounding interval of c * 2^q, the names as in section 9 of the paper.
 * closer: the neighbour below is only half as far away as the one above. */
static struct decimal shortest(uint64_t c, int q, bool closer)
{
	bool odd = c & 1;
	int k = (q * 1262611 - (closer ? 524031 : 0)) >>
		22; /* floor(log10(2^q)), or of 3/4 of it */
	int h = q + pow10_log2(-k) + 3;
	const struct pow10 *power = pow10_get(-k);
	u128 g = (((u128)power->hi << 64 | power->lo) >> 2) + 1;
	uint64_t left = round_to_odd(g, (4 * c - 2 + closer) << h) + odd;
	uint64_t middle = round_to_odd(g, 4 * c << h);
	uint64_t right = round_to_odd(g, (4 * c + 2) << h) - odd;
	uint64_t s = middle / 4;
	if (s >= 10) {
		uint64_t tens = s / 10;
		bool below = left <= 40 * tens, above = 40 * tens + 40 <= right;
		if (below != above)
			return (struct decimal){ tens + above, k + 1 };
	}
	bool below = left <= 4 * s, above = 4 * s + 4 <= right;
	if (below != above)
		return (struct decimal){ s + above, k };
	bool up = middle > 4 * s + 2 || (middle == 4 * s + 2 && (s & 1));
	return (struct decimal){ s + up, k };
}

static struct decimal shortest_of_bits(uint64_t bits)
{
	uint64_t fraction = bits & ((UINT64_C(1) << FRACTION_BITS) - 1);
	int biased = (int)(bits >> FRACTION_BITS & 0x7ff);
	struct decimal d;
	if (biased)
		d = shortest(fraction | UINT64_C(1) << FRACTION_BITS, biased - EXPONENT_BIAS,
			!fraction && biased > 1);
	else
		d = shortest(fraction, 1 - EXPONENT_BIAS, false);
	while (d.digits % 10 == 0) {
		d.digits /= 10;
		d.exponent++;
	}
	return d;
}

static char *put_integral(char *to, uint64_t v, bool point)
{
	to += number_format_unsigned(to, v);
	if (point) {
		memcpy(to, ".0", 2);
		to += 2;
	}
	return to;
}

/* A decimal of few digits: v is whole millionths, which dividing back proves. NULL where it is not.
 */
static char *put_short(char *to, double v, bool point)
{
	if (!(v < 1e9))
		return NULL;
	uint64_t millionths = (uint64_t)(v * 1e6 + 0.5);
	if ((double)millionths / 1e6 != v)
		return NULL;
	uint64_t whole = millionths / 1000000;
	uint32_t part = (uint32_t)(millionths % 1000000);
	if (!part)
		return put_integral(to, whole, point);
	to += number_format_unsigned(to, whole);
	*to = '.';
	memcpy(to + 1, pairs + part / 10000 * 2, 2);
	memcpy(to + 3, pairs + part / 100 % 100 * 2, 2);
	memcpy(to + 5, pairs + part % 100 * 2, 2);
	to += 6;
	while (*to == '0')
		to--;
	return to + 1;
}

static char *put_exponent(char *to, int exponent)
{
	*to++ = 'e';
	*to++ = exponent < 0 ? '-' : '+';
	return to + number_format_unsigned(to, (uint64_t)abs(exponent));
}

/* point: how many of the n digits stand before the point. */
static char *put_scientific(char *to, uint64_t digits, int n, int point)
{
	put_backwards(to + 1 + n, digits);
	to[0] = to[1];
	to[1] = '.';
	return put_exponent(to + (n > 1 ? n + 1 : 1), point - 1);
}

static char *put_decimal(char *to, struct decimal d, bool integral_point)
{
	int n = count_digits(d.digits), point = n + d.exponent;
	if (point > 21 || point < -5)
		return put_scientific(to, d.digits, n, point);
	if (point <= 0) {
		memcpy(to, "0.000000", 8);
		put_backwards(to + 2 - point + n, d.digits);
		return to + 2 - point + n;
	}
	if (point < n) {
		put_backwards(to + 1 + n, d.digits);
		memmove(to, to + 1, (size_t)point);
		to[point] = '.';
		return to + 1 + n;
	}
	put_backwards(to + n, d.digits);
	memset(to + n, '0', (size_t)(point - n));
	memcpy(to + point, ".0", 2);
	return to + point + (integral_point ? 2 : 0);
}

size_t number_format(char *to, double v, bool integral_point)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof(bits));
	char *at = to;
	if (bits >> 63) {
		*at++ = '-';
		bits &= INT64_MAX;
		v = -v;
	}
	char *end = put_short(at, v, integral_point);
	if (!end)
		end = put_decimal(at, shortest_of_bits(bits), integral_point);
	return (size_t)(end - to);
}

/* What number_parse found: digits of the integer part and of the fraction, and the power of ten
 * behind. */
struct literal {
	const char *whole, *fraction;
	size_t whole_len, fraction_len;
	int64_t exponent;
};

/* Digits behind the 19th are left out: the caller looks at how many there were. */
static const char *scan_digits(const char *at, const char *end, uint64_t *value)
{
	uint64_t v = *value;
	for (; at < end && (unsigned char)(*at - '0') < 10; at++)
		v = v * 10 + (uint64_t)(*at - '0');
	*value = v;
	return at;
}

/* Steps over "e-5" at at, where there is one. */
static const char *scan_exponent(const char *at, const char *end, int64_t *ret)
{
	const char *p = at + 1;
	bool negative = false;
	if (p < end && (*p == '-' || *p == '+'))
		negative = *p++ == '-';
	if (p == end || (unsigned char)(*p - '0') >= 10)
		return at;
	int64_t v = 0;
	for (; p < end && (unsigned char)(*p - '0') < 10; p++)
		if (v < INT64_C(1) << 48)
			v = v * 10 + (*p - '0');
	*ret = negative ? -v : v;
	return p;
}

/* The significant digits as an integer with an exponent, so that no locale's point matters. */
static double parse_long(const struct literal *l)
{
	char text[HALFWAY_DIGITS + 32];
	size_t n = 0, left_out = 0;
	bool rest = false;
	for (size_t i = 0; i < l->whole_len + l->fraction_len; i++) {
		char c = i < l->whole_len ? l->whole[i] : l->fraction[i - l->whole_len];
		if (n == 0 && c == '0')
			continue;
		if (n < HALFWAY_DIGITS) {
			text[n++] = c;
		} else {
			left_out++;
			rest |= c != '0';
		}
	}
	if (n == 0)
		return 0;
	int64_t exponent = l->exponent - (int64_t)l->fraction_len + (int64_t)left_out;
	if (rest) {
		text[n++] = '1';
		exponent--;
	}
	exponent = exponent > 99999 ? 99999 : exponent < -99999 ? -99999 : exponent;
	snprintf(text + n, sizeof(text) - n, "e%d", (int)exponent);
	return strtod(text, NULL);
}

/* digits * 10^q by a product of 128 bits whose error is known; false where that does not decide how
 * to round, or the result is not a normal number. */
static bool parse_product(uint64_t digits, int64_t q, double *ret)
{
	if (q < POW10_MIN || q > POW10_MAX)
		return false;
	const struct pow10 *power = pow10_get((int)q);
	int zeros = __builtin_clzll(digits);
	uint64_t w = digits << zeros;
	u128 product = (u128)w * power->hi + (uint64_t)((u128)w * power->lo >> 64);
	int shift = !(product >> 127);
	product <<= shift;
	uint64_t error = UINT64_C(2)
			 << shift; /* the true product lies in [product, product + error) */
	const u128 half = (u128)1 << 74;
	u128 rest = product & (2 * half - 1);
	if (rest <= half && rest + error > half)
		return false;
	uint64_t m = (uint64_t)(product >> 75) + (rest > half);
	int exponent = pow10_log2((int)q) + 12 - zeros - shift + EXPONENT_BIAS;
	if (m >> 53) {
		m >>= 1;
		exponent++;
	}
	if (exponent < 1 || exponent > 2046)
		return false;
	uint64_t bits = (m & ((UINT64_C(1) << FRACTION_BITS) - 1)) | (uint64_t)exponent
									     << FRACTION_BITS;
	memcpy(ret, &bits, sizeof(bits));
	return true;
}

static double parse_value(uint64_t digits, const struct literal *l)
{
	size_t count = l->whole_len + l->fraction_len;
	if (count > DIGITS_MAX)
		return parse_long(l);
	int64_t q = l->exponent - (int64_t)l->fraction_len;
	if (digits == 0)
		return 0;
	if (q == 0)
		return (double)digits;
	if (digits <= UINT64_C(1) << 53 && q >= -22 && q <= 22)
		return q < 0 ? (double)digits / exact_powers[-q] : (double)digits * exact_powers[q];
	double v;
	return parse_product(digits, q, &v) ? v : parse_long(l);
}

size_t number_parse(const char *text, size_t len, double *ret, bool *ret_integer, int64_t *ret_int)
{
	const char *at = text, *end = text + len;
	bool negative = at < end && *at == '-';
	at += negative;
	while (end - at > DIGITS_MAX && at[0] == '0' && (unsigned char)(at[1] - '0') < 10)
		at++;
	struct literal l = { .whole = at };
	uint64_t digits = 0;
	at = scan_digits(at, end, &digits);
	l.whole_len = (size_t)(at - l.whole);
	bool integer = l.whole_len > 0;
	if (end - at >= 2 && at[0] == '.' && (unsigned char)(at[1] - '0') < 10) {
		l.fraction = at + 1;
		at = scan_digits(at + 1, end, &digits);
		l.fraction_len = (size_t)(at - l.fraction);
		integer = false;
	} else if (!integer) {
		return 0;
	}
	if (at < end && (*at | 0x20) == 'e') {
		const char *behind = scan_exponent(at, end, &l.exponent);
		integer = integer && behind == at;
		at = behind;
	}
	double v = parse_value(digits, &l);
	*ret = negative ? -v : v;
	*ret_integer =
		integer && l.whole_len <= DIGITS_MAX && digits <= (uint64_t)INT64_MAX + negative;
	if (*ret_integer)
		*ret_int = negative ? (int64_t)-digits : (int64_t)digits;
	return (size_t)(at - text);
}
