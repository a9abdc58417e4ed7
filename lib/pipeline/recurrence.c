#include "recurrence.h"

#include <errno.h>

#include "date.h"
#include "opt.h"

#define MINUTE (60 * SECONDS)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

int recurrence_at(struct str text, const struct zone *zone, struct recurrence *ret)
{
	*ret = (struct recurrence){ .zone = zone };
	return calendar_expression_parse(text, &ret->at);
}

static bool take_digits(struct str *s, int *ret)
{
	if (s->len < 2 || s->data[0] < '0' || s->data[0] > '9' || s->data[1] < '0' ||
		s->data[1] > '9')
		return false;
	*ret = 10 * (s->data[0] - '0') + s->data[1] - '0';
	*s = (struct str){ s->data + 2, s->len - 2 };
	return true;
}

static bool take(struct str *s, char c)
{
	if (!s->len || *s->data != c)
		return false;
	*s = (struct str){ s->data + 1, s->len - 1 };
	return true;
}

/* 2026-11-01 or 2026-11-01 06:00. */
static bool read_start(struct str s, struct recurrence *r)
{
	int hour = 0, minute = 0;
	struct str date = { s.data, s.len < DATE_TEXT ? s.len : DATE_TEXT };
	if (date_parse(date, &r->day))
		return false;
	s = (struct str){ s.data + date.len, s.len - date.len };
	if (s.len && !(take(&s, ' ') && take_digits(&s, &hour) && take(&s, ':') &&
			     take_digits(&s, &minute) && !s.len))
		return false;
	r->second = 3600 * hour + 60 * minute;
	return hour < 24 && minute < 60;
}

int recurrence_every(struct str text, const struct zone *zone, struct recurrence *ret)
{
	static const char from[] = " from ";
	const char *at = text.len ? memmem(text.data, text.len, from, strlen(from)) : NULL;
	struct str period = { text.data, at ? (size_t)(at - text.data) : text.len };
	struct str start = STR("2000-01-01");
	if (at)
		start = (struct str){ at + strlen(from), text.len - period.len - strlen(from) };
	*ret = (struct recurrence){ .zone = zone };
	if (opt_duration(period, &ret->period) || ret->period < MINUTE || ret->period % MINUTE ||
		!read_start(start, ret))
		return -EINVAL;
	return 0;
}

/* Local times go by days of 23 and 25 hours: a day too early is at hand, then it is looked for. */
static int64_t next_day(const struct recurrence *r, int64_t after)
{
	struct zone_span span = { 0 };
	int64_t days = r->period / DAY, at[2];
	int64_t gone = (int64_t)zone_local(r->zone, &span, after).day - r->day;
	int64_t count = gone > 0 ? gone / days : 0;
	do
		zone_utc(r->zone, (int32_t)(r->day + days * count++), r->second, at);
	while (at[0] <= after);
	return at[0];
}

static int64_t start_of(const struct recurrence *r)
{
	int64_t at[2];
	zone_utc(r->zone, r->day, r->second, at);
	return at[0];
}

int64_t recurrence_next(const struct recurrence *r, int64_t after)
{
	if (!r->period)
		return calendar_expression_next(&r->at, r->zone, after);
	if (r->period % DAY == 0)
		return next_day(r, after);
	int64_t start = start_of(r);
	return after < start ? start : start + ((after - start) / r->period + 1) * r->period;
}

/* Of a period that is not of whole days the minutes, and where it fits the hours, in UTC. */
static bool format_period(struct buffer *to, const struct recurrence *r)
{
	int64_t second = start_of(r) / SECONDS % 86400, minutes = r->period / MINUTE;
	struct calendar_expression e = { .seconds = UINT64_C(1) << (second % 60),
		.days = 0xfffffffe,
		.months = 0x1ffe,
		.weekdays = 127 };
	bool hours = r->period % HOUR == 0;
	memset(e.years, 0xff, sizeof(e.years));
	int64_t step = hours ? 60 : 60 % minutes == 0 ? minutes : 1;
	for (int64_t m = second / 60 % step; m < 60; m += step)
		e.minutes |= UINT64_C(1) << m;
	step = hours && 1440 % minutes == 0 ? minutes / 60 : 1;
	for (int64_t h = second / 3600 % step; h < 24; h += step)
		e.hours |= UINT64_C(1) << h;
	if (hours)
		e.minutes = UINT64_C(1) << (second / 60 % 60);
	calendar_expression_format(to, &e);
	buffer_add_str(to, STR(" UTC"));
	return hours ? 1440 % minutes == 0 : 60 % minutes == 0;
}

bool recurrence_format(struct buffer *to, const struct recurrence *r)
{
	if (r->period % DAY)
		return format_period(to, r);
	if (!r->period)
		calendar_expression_format(to, &r->at);
	else
		buffer_print(to, "*-*-* %02d:%02d:%02d", r->second / 3600, r->second / 60 % 60,
			r->second % 60);
	buffer_print(to, " %s", zone_name(r->zone));
	return !r->period || r->period == DAY;
}
