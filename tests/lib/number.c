/* number_format and number_parse against printf and strtod. */
#include "number.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint64_t random_bits(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static double of_bits(uint64_t bits)
{
	double v;
	memcpy(&v, &bits, sizeof(v));
	return v;
}

static uint64_t bits_of(double v)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof(bits));
	return bits;
}

static double parsed(const char *text)
{
	double v = NAN;
	bool integer;
	int64_t i;
	return number_parse(text, strlen(text), &v, &integer, &i) == strlen(text) ? v : NAN;
}

/* The digits of a number without sign, point, exponent and zeros at either end. */
static void digits_of(char *to, const char *text)
{
	size_t n = 0;
	for (; *text && *text != 'e'; text++)
		if (*text >= '0' && *text <= '9' && (n || *text != '0'))
			to[n++] = *text;
	while (n && to[n - 1] == '0')
		n--;
	to[n] = 0;
}

/* Reads back as v, and no %.Ne that does so is shorter, or as short but other digits. At powers of
 * two, where the interval is lopsided, a decimal may be the nearest of its length inside and yet
 * not printf's. */
static bool is_shortest(double v)
{
	char text[NUMBER_TEXT + 1], other[64], digits[64], other_digits[64];
	text[number_format(text, v, false)] = 0;
	if (bits_of(strtod(text, NULL)) != bits_of(v) || bits_of(parsed(text)) != bits_of(v))
		return false;
	digits_of(digits, text);
	size_t n = strlen(digits);
	if (n > 1) {
		snprintf(other, sizeof(other), "%.*e", (int)n - 2, v);
		if (strtod(other, NULL) == v)
			return false;
	}
	snprintf(other, sizeof(other), "%.*e", n ? (int)n - 1 : 0, v);
	digits_of(other_digits, other);
	return strcmp(digits, other_digits) == 0 || !(bits_of(v) << 12);
}

static void random_patterns(void)
{
	long wrong = 0;
	for (int i = 0; i < 1000000; i++) {
		double v = of_bits(random_bits());
		if (isfinite(v) && !is_shortest(v))
			wrong++;
	}
	ok(wrong == 0, "a million random doubles: shortest, and read back (%ld wrong)", wrong);
	for (int i = 0; i < 100000; i++)
		if (!is_shortest(of_bits(random_bits() >> 12)))
			wrong++;
	ok(wrong == 0, "a hundred thousand subnormals");
	for (int i = 0; i < 300000; i++)
		if (!is_shortest(
			    (double)(int64_t)(random_bits() >> 24) / exp10(random_bits() % 13)))
			wrong++;
	ok(wrong == 0, "three hundred thousand decimals of few digits");
}

static void powers(void)
{
	long wrong = 0;
	for (int e = -1074; e < 1024; e++)
		for (int64_t step = -1; step <= 1; step++) {
			double v = of_bits(bits_of(ldexp(1, e)) + (uint64_t)step);
			if (v != 0 && !is_shortest(v))
				wrong++;
		}
	ok(wrong == 0, "all powers of two and their neighbours");
	for (int e = -323; e <= 308; e++) {
		char text[16];
		snprintf(text, sizeof(text), "1e%d", e);
		if (!is_shortest(strtod(text, NULL)) || parsed(text) != strtod(text, NULL))
			wrong++;
	}
	ok(wrong == 0, "all powers of ten");
}

static void writes(const char *expected, double v, bool point)
{
	char text[NUMBER_TEXT + 1];
	text[number_format(text, v, point)] = 0;
	is_str(text, expected, expected);
}

static void forms(void)
{
	writes("0.1", 0.1, true);
	writes("230.6", 230.6, true);
	writes("3.0", 3, true);
	writes("3", 3, false);
	writes("0.0", 0, true);
	writes("-0", -0.0, false);
	writes("-12.25", -12.25, true);
	writes("0.000001", 1e-6, true);
	writes("1e-7", 1e-7, true);
	writes("1.5e-7", 1.5e-7, true);
	writes("1e+300", 1e300, true);
	writes("100000000000000000000.0", 1e20, true);
	writes("1e+21", 1e21, true);
	writes("123456789012345680000", 123456789012345678901.0, false);
	writes("1000000000.5", 1000000000.5, true);
	writes("5e-324", 5e-324, true);
	writes("2.2250738585072014e-308", 2.2250738585072014e-308, true);
	writes("1.7976931348623157e+308", 1.7976931348623157e308, true);
	writes("9007199254740994.0", 9007199254740994.0, true);
	writes("0.30000000000000004", 0.1 + 0.2, true);
	writes("-0.0000012345678901234567", -0.0000012345678901234567, true);
}

/* The exact decimal of the point halfway between two doubles, and that with a digit far behind. */
static void halfway_points(void)
{
	static char text[2048];
	long wrong = 0;
	for (int i = 0; i < 20000; i++) {
		uint64_t bits = random_bits() & INT64_MAX;
		if (i % 3 == 0)
			bits = bits >> 12;
		else if (i % 3 == 1)
			bits = (bits & ((UINT64_C(1) << 52) - 1)) | (1000 + bits % 80) << 52;
		long double low = of_bits(bits), high = of_bits(bits + 1);
		if (!isfinite(high) || low == 0)
			continue;
		int n = snprintf(text, 2000, "%.*Le", 1100, low / 2 + high / 2);
		if (bits_of(parsed(text)) != bits_of(strtod(text, NULL)))
			wrong++;
		char *e = memchr(text, 'e', (size_t)n);
		e[-1] = '1';
		if (bits_of(parsed(text)) != bits + 1 || bits_of(strtod(text, NULL)) != bits + 1)
			wrong++;
	}
	ok(wrong == 0, "twenty thousand halfway points, and just above (%ld wrong)", wrong);
}

static void random_literals(void)
{
	char text[64];
	long wrong = 0;
	for (int i = 0; i < 1000000; i++) {
		snprintf(text, sizeof(text), "%s%" PRIu64 ".%" PRIu64 "e%d", i & 1 ? "-" : "",
			random_bits() >> (random_bits() & 63),
			random_bits() >> (random_bits() & 63), (int)(random_bits() % 700) - 360);
		if (bits_of(parsed(text)) != bits_of(strtod(text, NULL)))
			wrong++;
	}
	ok(wrong == 0, "a million random literals as strtod reads them (%ld wrong)", wrong);
}

static void reads(const char *text, double expected, size_t used, bool is_integer)
{
	double v = NAN;
	bool integer = false;
	int64_t i = 0;
	size_t n = number_parse(text, strlen(text), &v, &integer, &i);
	ok(n == used && (!used || (bits_of(v) == bits_of(expected) && integer == is_integer)),
		"reads %.30s", text);
}

static void literals(void)
{
	reads("12", 12, 2, true);
	reads("12.5,", 12.5, 4, false);
	reads("-0", -0.0, 2, true);
	reads(".5", 0.5, 2, false);
	reads("5.", 5, 1, true);
	reads("1e5", 1e5, 3, false);
	reads("1e", 1, 1, true);
	reads("1e+", 1, 1, true);
	reads("1.e5", 1, 1, true);
	reads("", 0, 0, false);
	reads("-", 0, 0, false);
	reads(".", 0, 0, false);
	reads("+1", 0, 0, false);
	reads(" 1", 0, 0, false);
	reads("inf", 0, 0, false);
	reads("nan", 0, 0, false);
	reads("0x10", 0, 1, true);
	reads("1e400", HUGE_VAL, 5, false);
	reads("-1e400", -HUGE_VAL, 6, false);
	reads("1e-400", 0, 6, false);
	reads("1e99999999999999999999999", HUGE_VAL, 25, false);
	reads("0e99999999999999999999999", 0, 25, false);
	reads("9223372036854775807", 9223372036854775807.0, 19, true);
	reads("9223372036854775808", 9223372036854775808.0, 19, false);
	reads("-9223372036854775808", -9223372036854775808.0, 20, true);
	reads("-9223372036854775809", -9223372036854775808.0, 20, false);
	reads("18446744073709551616", 18446744073709551616.0, 20, false);
	reads("00000000000000000000000000000000000012", 12, 38, true);
	reads("9007199254740993", 9007199254740992.0, 16, true);
	reads("9007199254740993.0", 9007199254740992.0, 18, false);
	reads("9007199254740993.00000000000000001", 9007199254740994.0, 34, false);
	reads("2.2250738585072011e-308", 2.2250738585072011e-308, 23, false);
	reads("0.000000000000000000000000000000000012", 1.2e-35, 38, false);
}

static void integers(void)
{
	char text[NUMBER_TEXT + 1], expected[32];
	long wrong = 0;
	for (int i = 0; i < 200000; i++) {
		int64_t v = (int64_t)random_bits() >> (i % 64);
		text[number_format_integer(text, v)] = 0;
		snprintf(expected, sizeof(expected), "%" PRId64, v);
		wrong += strcmp(text, expected) != 0;
		double d;
		bool integer = false;
		int64_t back = 0;
		number_parse(text, strlen(text), &d, &integer, &back);
		wrong += !integer || back != v;
	}
	text[number_format_integer(text, INT64_MIN)] = 0;
	is_str(text, "-9223372036854775808", "the least integer");
	text[number_format_unsigned(text, UINT64_MAX)] = 0;
	is_str(text, "18446744073709551615", "the greatest unsigned");
	ok(wrong == 0, "two hundred thousand integers both ways");
}

/* No byte behind the end is looked at: each text is alone in its own block, for the sanitizer. */
static void bounds(void)
{
	static const char *const texts[] = { "1", "-", "1.", "1.5", "1e", "1e-", "1e-5",
		"123456789012345678901" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		size_t len = strlen(texts[i]);
		char *copy = malloc(len);
		memcpy(copy, texts[i], len);
		double v;
		bool integer;
		int64_t whole;
		ok(number_parse(copy, len, &v, &integer, &whole) <= len, "stays within %s",
			texts[i]);
		free(copy);
	}
}

int main(void)
{
	forms();
	literals();
	integers();
	bounds();
	powers();
	random_patterns();
	random_literals();
	halfway_points();
	return done();
}
