/* The rules of TZ strings: what clocks do in the years that no table lists. */
#include <errno.h>
#include <stdbool.h>

#include "calendar/zone_parts.h"
#include "date.h"

enum day_form {
	MONTH_WEEK_DAY, /* M3.2.0: the second Sunday of March; week 5 is the last */
	JULIAN,		/* J60: 1 March in every year, 29 February is never counted */
	ZERO_BASED,	/* 59: day 0 to 365, leap days counted */
};

struct day_rule {
	enum day_form form;
	int month, week, day;
	int second; /* of the day, by the clock before the change */
};

struct rule {
	int32_t standard, summer; /* seconds ahead of UTC */
	struct day_rule begins, ends;
};

static bool skip(struct str *s, char c)
{
	if (!s->len || *s->data != c)
		return false;
	s->data++;
	s->len--;
	return true;
}

static bool number(struct str *s, int max, int *ret)
{
	int v = 0;
	size_t len = 0;
	for (; len < s->len && s->data[len] >= '0' && s->data[len] <= '9' && len < 4; len++)
		v = v * 10 + (s->data[len] - '0');
	s->data += len;
	s->len -= len;
	*ret = v;
	return len && v <= max;
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool skip_name(struct str *s)
{
	bool quoted = skip(s, '<');
	size_t len = 0;
	while (len < s->len && (quoted ? s->data[len] != '>' : is_letter(s->data[len])))
		len++;
	s->data += len;
	s->len -= len;
	return len >= 3 && (!quoted || skip(s, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool clock_time(struct str *s, int max_hours, int32_t *ret)
{
	int hours, minutes = 0, seconds = 0;
	bool negative = skip(s, '-');
	if (!negative)
		skip(s, '+');
	if (!number(s, max_hours, &hours) || (skip(s, ':') && !number(s, 59, &minutes)) ||
		(skip(s, ':') && !number(s, 59, &seconds)))
		return false;
	*ret = (hours * 3600 + minutes * 60 + seconds) * (negative ? -1 : 1);
	return true;
}

static bool day(struct str *s, struct day_rule *d)
{
	if (skip(s, 'M')) {
		d->form = MONTH_WEEK_DAY;
		return number(s, 12, &d->month) && d->month && skip(s, '.') &&
		       number(s, 5, &d->week) && d->week && skip(s, '.') && number(s, 6, &d->day);
	}
	d->form = skip(s, 'J') ? JULIAN : ZERO_BASED;
	return number(s, 365, &d->day) && (d->form == ZERO_BASED || d->day);
}

static bool change(struct str *s, struct day_rule *d)
{
	d->second = 2 * 3600;
	return skip(s, ',') && day(s, d) && (!skip(s, '/') || clock_time(s, 167, &d->second));
}

/* In TZ strings west is positive. */
static bool offset(struct str *s, int32_t *ret)
{
	int32_t west;
	if (!clock_time(s, 24, &west))
		return false;
	*ret = -west;
	return true;
}

static bool parse(struct str s, struct rule *ret, bool *ret_summer)
{
	if (!skip_name(&s) || !offset(&s, &ret->standard))
		return false;
	*ret_summer = s.len > 0;
	if (!s.len)
		return true;
	ret->summer = ret->standard + 3600;
	return skip_name(&s) && (!s.len || *s.data == ',' || offset(&s, &ret->summer)) &&
	       change(&s, &ret->begins) && change(&s, &ret->ends) && !s.len;
}

static int32_t date_of_rule(const struct day_rule *d, int year)
{
	if (d->form == ZERO_BASED)
		return date_number(year, 1, 1) + d->day;
	if (d->form == JULIAN) {
		bool leap = date_month_days(year, 2) == 29;
		return date_number(year, 1, 1) + d->day - 1 + (leap && d->day >= 60);
	}
	int32_t first = date_number(year, d->month, 1);
	int weekday = (date_weekday(first) + 1) % 7; /* 0: Sunday */
	int month_day = (d->day - weekday + 7) % 7 + (d->week - 1) * 7;
	while (month_day >= date_month_days(year, d->month))
		month_day -= 7;
	return first + month_day;
}

static int64_t moment(const struct day_rule *d, int year, int32_t offset_before)
{
	return date_of_rule(d, year) * INT64_C(86400) + d->second - offset_before;
}

int zone_add_rule(struct zone *z, struct str text, int from_year)
{
	struct rule rule;
	bool summer;
	if (!parse(text, &rule, &summer))
		return -EINVAL;
	if (!summer && !z->count)
		z->offset = rule.standard;
	for (int year = from_year; summer && year <= DATE_YEAR_MAX + 1; year++) {
		int64_t begins = moment(&rule.begins, year, rule.standard);
		int64_t ends = moment(&rule.ends, year, rule.summer);
		if (ends < begins)
			zone_add(z, ends, rule.standard);
		zone_add(z, begins, rule.summer);
		if (ends >= begins)
			zone_add(z, ends, rule.standard);
	}
	return 0;
}
