#include "timestamp.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define SECOND	    INT64_C(1000000000)
#define DAY_SECONDS INT64_C(86400)
/* Years that 64 bits of nanoseconds hold whole. */
enum { YEAR_MIN = 1678, YEAR_MAX = 2261 };

struct date {
	int year, month, day;
};

/* Days from 1970-01-01, and back, in the Gregorian calendar. Years are counted from March, so that
 * the leap day is the last; eras are 400 years of 146097 days (Howard Hinnant, chrono-Compatible
 * Low-Level Date Algorithms, 2013). */
static int64_t days_from_date(struct date d)
{
	int year = d.year - (d.month <= 2);
	int era = year / 400, of_era = year % 400;
	int of_year = (153 * ((d.month + 9) % 12) + 2) / 5 + d.day - 1;
	return (int64_t)era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct date date_from_days(int64_t days)
{
	uint32_t shifted =
		(uint32_t)(days + 719468); /* from 0000-03-01; positive for all of YEAR_MIN.. */
	uint32_t era = shifted / 146097, of_era = shifted % 146097;
	uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint32_t from_march = (5 * of_year + 2) / 153;
	uint32_t month = from_march < 10 ? from_march + 3 : from_march - 9;
	return (struct date){ (int)(era * 400 + year + (month <= 2)), (int)month,
		(int)(of_year - (153 * from_march + 2) / 5 + 1) };
}

static int days_in_month(int year, int month)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

static char *put(char *to, uint32_t v, int digits)
{
	for (int i = digits - 1; i >= 0; i--, v /= 10)
		to[i] = (char)('0' + v % 10);
	return to + digits;
}

static char *put_part(char *to, char before, int v)
{
	*to = before;
	to[1] = (char)('0' + v / 10);
	to[2] = (char)('0' + v % 10);
	return to + 3;
}

static char *put_fraction(char *to, uint32_t ns)
{
	*to++ = '.';
	if (ns % 1000000 == 0)
		return put(to, ns / 1000000, 3);
	if (ns % 1000 == 0)
		return put(to, ns / 1000, 6);
	return put(to, ns, 9);
}

size_t timestamp_format(char *to, int64_t ns)
{
	int64_t seconds = ns / SECOND;
	int32_t rest = (int32_t)(ns % SECOND);
	if (rest < 0) {
		rest += (int32_t)SECOND;
		seconds--;
	}
	int64_t days = seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
	int of_day = (int)(seconds - days * DAY_SECONDS);
	struct date d = date_from_days(days);
	char *at = put(to, (uint32_t)d.year, 4);
	at = put_part(at, '-', d.month);
	at = put_part(at, '-', d.day);
	at = put_part(at, 'T', of_day / 3600);
	at = put_part(at, ':', of_day / 60 % 60);
	at = put_part(at, ':', of_day % 60);
	if (rest)
		at = put_fraction(at, (uint32_t)rest);
	*at++ = 'Z';
	return (size_t)(at - to);
}

/* Reads exactly n digits; false where there are fewer. */
static bool digits(struct str *text, int n, int *ret)
{
	int v = 0;
	if (text->len < (size_t)n)
		return false;
	for (int i = 0; i < n; i++) {
		unsigned digit = (unsigned char)text->data[i] - '0';
		if (digit > 9)
			return false;
		v = v * 10 + (int)digit;
	}
	text->data += n;
	text->len -= (size_t)n;
	*ret = v;
	return true;
}

static bool take(struct str *text, char c)
{
	if (!text->len || *text->data != c)
		return false;
	text->data++;
	text->len--;
	return true;
}

static bool parse_date(struct str *text, struct date *ret)
{
	return digits(text, 4, &ret->year) && take(text, '-') && digits(text, 2, &ret->month) &&
	       take(text, '-') && digits(text, 2, &ret->day) && ret->year >= YEAR_MIN &&
	       ret->year <= YEAR_MAX && ret->month >= 1 && ret->month <= 12 && ret->day >= 1 &&
	       ret->day <= days_in_month(ret->year, ret->month);
}

static bool parse_clock(struct str *text, int *ret_seconds)
{
	int hour, minute, second;
	if (!digits(text, 2, &hour) || !take(text, ':') || !digits(text, 2, &minute) ||
		!take(text, ':') || !digits(text, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 60 || (second == 60 && minute != 59))
		return false;
	*ret_seconds = hour * 3600 + minute * 60 + second;
	return true;
}

/* Decimals behind the ninth are cut off. */
static bool parse_fraction(struct str *text, int *ret_ns)
{
	int ns = 0, n = 0;
	while (text->len && (unsigned char)(*text->data - '0') <= 9) {
		if (n < 9)
			ns = ns * 10 + (*text->data - '0');
		n++;
		text->data++;
		text->len--;
	}
	for (int i = n; i < 9; i++)
		ns *= 10;
	*ret_ns = ns;
	return n > 0;
}

static bool parse_zone(struct str *text, int *ret_seconds)
{
	int hour, minute;
	*ret_seconds = 0;
	if (!text->len || take(text, 'Z') || take(text, 'z'))
		return true;
	bool west = *text->data == '-';
	if (!take(text, '+') && !take(text, '-'))
		return false;
	if (!digits(text, 2, &hour) || !take(text, ':') || !digits(text, 2, &minute) || hour > 23 ||
		minute > 59)
		return false;
	*ret_seconds = (hour * 60 + minute) * (west ? -60 : 60);
	return true;
}

int timestamp_parse(struct str text, int64_t *ret_ns)
{
	struct date date;
	int of_day = 0, fraction = 0, zone = 0;
	if (!parse_date(&text, &date))
		return -EINVAL;
	if (text.len) {
		if (!take(&text, 'T') && !take(&text, 't') && !take(&text, ' '))
			return -EINVAL;
		if (!parse_clock(&text, &of_day))
			return -EINVAL;
		if ((take(&text, '.') || take(&text, ',')) && !parse_fraction(&text, &fraction))
			return -EINVAL;
		if (!parse_zone(&text, &zone) || text.len)
			return -EINVAL;
	}
	int64_t seconds = days_from_date(date) * DAY_SECONDS + of_day - zone;
	*ret_ns = seconds * SECOND + fraction;
	return 0;
}
