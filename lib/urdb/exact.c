/* Numbers of JSON as decimals. */
#include <errno.h>

#include "urdb/node.h"

enum { DIGITS = 64 };

/* 0.d1 d2 d3 ... x 10^point */
struct digits {
	char at[DIGITS];
	int count, point;
	bool negative, more; /* more: digits beyond DIGITS that are not 0 */
};

static void add_digit(struct digits *d, char c)
{
	if (!d->count && c == '0')
		d->point--;
	else if (d->count < DIGITS)
		d->at[d->count++] = (char)(c - '0');
	else if (c != '0')
		d->more = true;
}

static int read_exponent(const char *at, const char *end)
{
	bool negative = at < end && *at == '-';
	int v = 0;
	for (at += at < end && (*at == '-' || *at == '+'); at < end; at++)
		v = v < 100000 ? v * 10 + *at - '0' : v;
	return negative ? -v : v;
}

static struct digits read_digits(struct str number)
{
	struct digits d = { 0 };
	const char *at = number.data, *end = at + number.len;
	bool behind = false;
	d.negative = at < end && *at == '-';
	for (at += d.negative; at < end && *at != 'e' && *at != 'E'; at++) {
		behind |= *at == '.';
		d.point += !behind;
		if (*at != '.')
			add_digit(&d, *at);
	}
	if (at < end)
		d.point += read_exponent(at + 1, end);
	return d;
}

int exact_parse(struct str number, decimal *ret)
{
	struct digits d = read_digits(number);
	int kept = d.count ? d.point + DECIMAL_DIGITS : 0, at = 0;
	decimal v = 0;
	bool rest = d.more;
	for (; at < kept; at++)
		if (__builtin_mul_overflow(v, 10, &v) ||
			__builtin_add_overflow(v, at < d.count ? d.at[at] : 0, &v))
			return -EOVERFLOW;
	if (kept >= 0 && kept < d.count && d.at[kept] >= 5 && __builtin_add_overflow(v, 1, &v))
		return -EOVERFLOW;
	for (at = kept > 0 ? kept : 0; at < d.count; at++)
		rest |= d.at[at] != 0;
	*ret = d.negative ? -v : v;
	return rest;
}
