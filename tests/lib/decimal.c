/* Decimals: text both ways, ties, floats, exact sums of fractions, and that nothing wraps. */
#include "decimal.h"

#include <errno.h>
#include <math.h>

#include "tap.h"

static decimal d(const char *text)
{
	decimal v = 0;
	if (decimal_parse(str(text), &v))
		ok(false, "%s is read", text);
	return v;
}

static void reads(const char *text, decimal expected)
{
	decimal v = 1;
	ok(decimal_parse(str(text), &v) == 0 && v == expected, "%s is read", text);
}

static void refuses(const char *text, int error)
{
	decimal v;
	ok(decimal_parse(str(text), &v) == error, "%s is refused", text);
}

static void prints(decimal v, int digits, const char *expected)
{
	char to[DECIMAL_TEXT] = { 0 };
	decimal_print(to, v, digits);
	is_str(to, expected, "is printed");
}

static void texts(void)
{
	reads("0", 0);
	reads("12.5", 12500000000);
	reads("-0.000000001", -1);
	reads("1.50000000000000", 1500000000);
	reads("9223372036.854775807", INT64_MAX);
	refuses("9223372036.854775808", -EOVERFLOW);
	refuses("99999999999999999999999999999999999999999999999", -EOVERFLOW);
	refuses("0.0000000001", -ERANGE);
	refuses("", -EINVAL);
	refuses("-", -EINVAL);
	refuses(".5", -EINVAL);
	refuses("5.", -EINVAL);
	refuses("1e3", -EINVAL);
	refuses("1 ", -EINVAL);
	refuses("+1", -EINVAL);
	refuses("1,5", -EINVAL);
	prints(0, 0, "0");
	prints(0, 2, "0.00");
	prints(d("-0.5"), 0, "-0.5");
	prints(d("12"), 2, "12.00");
	prints(d("12.345"), 2, "12.345");
	prints(INT64_MIN, 0, "-9223372036.854775808");
}

static const char *money(decimal_product v)
{
	static char to[DECIMAL_TEXT];
	to[decimal_print_product(to, v, 2)] = 0;
	return to;
}

static void rounds(const char *quantity, const char *rate, enum decimal_rounding rounding,
	const char *expected)
{
	decimal_product v = 0;
	int r = decimal_ratio(decimal_multiply(d(quantity), d(rate)), 1, 1, 2, rounding, &v);
	ok(r == 0, "%s x %s", quantity, rate);
	is_str(money(v), expected, "is rounded once");
}

static void ties(void)
{
	rounds("2.5", "0.85", DECIMAL_HALF_UP, "2.13");
	rounds("2.5", "0.85", DECIMAL_HALF_EVEN, "2.12");
	rounds("1", "1.005", DECIMAL_HALF_UP, "1.01");
	rounds("1", "1.015", DECIMAL_HALF_EVEN, "1.02");
	rounds("10.7", "0.25", DECIMAL_HALF_UP, "2.68");
	rounds("-2.5", "0.85", DECIMAL_HALF_UP, "-2.13");
	rounds("-2.5", "0.85", DECIMAL_HALF_EVEN, "-2.12");
	rounds("0.004", "1", DECIMAL_HALF_UP, "0.00");
	rounds("9223372036.854775807", "9223372036.854775807", DECIMAL_HALF_UP,
		"85070591730234615847.40");
}

static void ratios(void)
{
	decimal_product v = 0;
	/* 220 x 0.35 / 0.7741 = 99.470352667... */
	decimal_ratio(decimal_multiply(d("220"), d("0.35")), 10000, 7741, 2, DECIMAL_HALF_UP, &v);
	is_str(money(v), "99.47", "a quotient is rounded once");
	decimal_ratio(decimal_multiply(d("220"), d("0.35")), 10000, 7741, 18, DECIMAL_HALF_UP, &v);
	is_str(money(v), "99.470352667614003359", "or to eighteen decimals");
	decimal_factor large = (decimal_factor)1 << 90;
	ok(decimal_ratio(decimal_widen(3), large, large, 9, DECIMAL_HALF_UP, &v) == 0 &&
			v == decimal_widen(3),
		"products beyond 128 bits on the way");
	ok(decimal_ratio(decimal_widen(INT64_MAX), large, 1, 2, DECIMAL_HALF_UP, &v) == -EOVERFLOW,
		"what does not fit is refused");
	ok(decimal_ratio(1, 1, (decimal_factor)1 << 127, 0, DECIMAL_HALF_UP, &v) == -EOVERFLOW,
		"also of the divisor");
}

static void of_double(double v, int digits, const char *expected)
{
	decimal to = 0;
	char text[DECIMAL_TEXT] = { 0 };
	ok(decimal_of_double(v, digits, &to) == 0, "%.17g", v);
	decimal_print(text, to, 0);
	is_str(text, expected, "as a decimal");
}

static void doubles(void)
{
	decimal v;
	of_double(0.1, 9, "0.1");
	of_double(-2.675, 9, "-2.675");
	of_double(658.01564022226648, 9, "658.015640222");
	of_double(1e-10, 9, "0");
	of_double(5e-324, 9, "0");
	of_double(0, 9, "0");
	of_double(0.5, 0, "1");
	of_double(-0.125, 2, "-0.13");
	of_double(9e9, 9, "9000000000");
	ok(decimal_of_double(1e10, 9, &v) == -EOVERFLOW &&
			decimal_of_double(9.3e9, 0, &v) == -EOVERFLOW,
		"too large");
	ok(decimal_of_double(NAN, 9, &v) < 0 && decimal_of_double(-INFINITY, 9, &v) < 0,
		"no number");
}

static void roots(void)
{
	decimal v = 0;
	ok(decimal_root(decimal_multiply(d("3"), d("3")) + decimal_multiply(d("4"), d("4")), &v) ==
				0 &&
			v == d("5"),
		"3, 4, 5");
	ok(decimal_root(decimal_widen(d("2")), &v) == 0 && v == d("1.414213562"), "the root of 2");
	ok(decimal_root(0, &v) == 0 && v == 0, "of 0");
	ok(decimal_root(decimal_multiply(INT64_MAX, INT64_MAX), &v) == 0 && v == INT64_MAX,
		"of the largest square");
	ok(decimal_root(~(decimal_factor)0 >> 1, &v) == -EOVERFLOW, "of more than that");
}

static const char *sum(decimal_product unit, int count, decimal_factor denominator)
{
	struct decimal_sum s = { 0 };
	decimal_product v = 0;
	for (int i = 0; i < count; i++)
		if (decimal_sum_add(&s, unit, 1, denominator))
			return "overflow";
	return decimal_sum_round(&s, 2, DECIMAL_HALF_UP, &v) ? "overflow" : money(v);
}

static void sums(void)
{
	is_str(sum(decimal_widen(d("0.005")), 3, 3), "0.01", "three thirds of a tie are a tie");
	is_str(sum(-decimal_widen(d("0.005")), 3, 3), "-0.01", "below zero too");
	is_str(sum(decimal_widen(d("0.005")) - 1, 3, 3), "0.00", "a little less is not");
	is_str(sum(decimal_widen(d("0.005")), 6, 7), "0.00", "six sevenths are not");
	is_str(sum(decimal_widen(d("1000000000")), 1000000, 7), "142857142857142.86", "many");
	struct decimal_sum s = { 0 };
	decimal_product v = 0;
	bool added = decimal_sum_add(&s, decimal_widen(d("0.005")), 1, 3) == 0 &&
		     decimal_sum_add(&s, decimal_widen(d("0.005")), 1, 6) == 0 &&
		     decimal_sum_add(&s, decimal_widen(d("0.005")), 1, 2) == 0;
	ok(added && decimal_sum_round(&s, 2, DECIMAL_HALF_EVEN, &v) == 0, "1/3 + 1/6 + 1/2");
	is_str(money(v), "0.00", "is the tie, to even");
	s = (struct decimal_sum){ .whole = ~(decimal_factor)0 >> 1 };
	ok(decimal_sum_add(&s, 1, 1, 1) == -EOVERFLOW, "a sum does not wrap");
}

int main(void)
{
	decimal v;
	texts();
	ties();
	ratios();
	doubles();
	roots();
	sums();
	ok(decimal_add(INT64_MAX, 1, &v) < 0 && decimal_subtract(INT64_MIN, 1, &v) < 0 &&
			decimal_of_integer(INT64_MAX, &v) < 0,
		"nothing wraps");
	return done();
}
