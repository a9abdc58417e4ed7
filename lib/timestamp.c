#include "timestamp.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "date.h"

#define SECOND	    INT64_C(1000000000)
#define DAY_SECONDS INT64_C(86400)

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
	char *at = to + date_format(to, (int32_t)days);
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

static bool parse_date(struct str *text, int32_t *ret)
{
	if (text->len < DATE_TEXT || date_parse((struct str){ text->data, DATE_TEXT }, ret) < 0)
		return false;
	text->data += DATE_TEXT;
	text->len -= DATE_TEXT;
	return true;
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
	int32_t date;
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
	int64_t seconds = date * DAY_SECONDS + of_day - zone;
	*ret_ns = seconds * SECOND + fraction;
	return 0;
}
