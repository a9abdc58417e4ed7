#include "time_form.h"

#include <errno.h>
#include <stdbool.h>
#include <time.h>

#include "timestamp.h"

enum { TEXT_MAX = 80 };

static const int64_t second = 1000000000;

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Reads ".25" as a part of unit, to the nanosecond; what is finer is cut off. */
static int read_decimals(struct str text, int64_t unit, int64_t *ret)
{
	*ret = 0;
	if (!text.len)
		return 0;
	if (text.len < 2 || (text.data[0] != '.' && text.data[0] != ','))
		return -EINVAL;
	for (size_t i = 1; i < text.len; i++) {
		if (!is_digit(text.data[i]))
			return -EINVAL;
		unit /= 10;
		*ret += unit * (text.data[i] - '0');
	}
	return 0;
}

static int read_unix(struct str text, int64_t unit, int64_t *ret)
{
	int64_t whole = 0, part;
	bool negative = text.len && text.data[0] == '-';
	size_t i = negative, digits = i;
	for (; i < text.len && is_digit(text.data[i]); i++)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
			__builtin_add_overflow(whole, text.data[i] - '0', &whole))
			return -EINVAL;
	struct str rest = { text.data + i, text.len - i };
	if (i == digits || read_decimals(rest, unit, &part) ||
		__builtin_mul_overflow(whole, unit, &whole) ||
		__builtin_add_overflow(whole, part, &whole))
		return -EINVAL;
	*ret = negative ? -whole : whole;
	return 0;
}

/* Year to second, checked to exist. */
static int seconds_of(struct tm tm, int64_t *ret)
{
	struct tm given = tm;
	int64_t s = timegm(&tm);
	if (tm.tm_mday != given.tm_mday || tm.tm_mon != given.tm_mon)
		return -EINVAL;
	return __builtin_mul_overflow(s, second, ret) ? -EINVAL : 0;
}

static int read_form(const struct time_form *f, struct str text, int64_t *ret)
{
	char copy[TEXT_MAX];
	struct tm tm = { .tm_mday = 1, .tm_year = 70 };
	int64_t part;
	if (text.len >= sizeof(copy) || memchr(text.data, 0, text.len))
		return -EINVAL;
	*(char *)mempcpy(copy, text.data, text.len) = '\0';
	const char *end = strptime(copy, f->form, &tm);
	bool zone = strstr(f->form, "%z");
	int64_t offset = zone ? tm.tm_gmtoff * second : f->utc_offset;
	if (!end || seconds_of(tm, ret) || read_decimals(str(end), second, &part) ||
		__builtin_add_overflow(*ret, part - offset, ret))
		return -EINVAL;
	return 0;
}

static bool has_zone(struct str text)
{
	char last = text.len ? text.data[text.len - 1] : '\0';
	if (last == 'Z' || last == 'z')
		return true;
	if (text.len < 20)
		return false;
	char sign = text.data[text.len - 6];
	return sign == '+' || sign == '-';
}

static int read_rfc3339(const struct time_form *f, struct str text, int64_t *ret)
{
	if (timestamp_parse(text, ret))
		return -EINVAL;
	if (!has_zone(text) && __builtin_sub_overflow(*ret, f->utc_offset, ret))
		return -EINVAL;
	return 0;
}

int time_form_read(const struct time_form *f, struct str text, int64_t *ret_ns)
{
	int64_t ns;
	int r;
	if (!f->form)
		r = read_rfc3339(f, text, &ns);
	else if (strcmp(f->form, "unix") == 0)
		r = read_unix(text, second, &ns);
	else if (strcmp(f->form, "unix-ms") == 0)
		r = read_unix(text, second / 1000, &ns);
	else
		r = read_form(f, text, &ns);
	if (!r)
		*ret_ns = ns;
	return r;
}
