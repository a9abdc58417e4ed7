#include "calendar/cycle.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "allocate.h"
#include "date.h"
#include "text.h"

static bool is_between(char c)
{
	return c == ' ' || c == ';' || c == '\t';
}

static struct str next_word(struct str *text)
{
	struct str word;
	while (text->len && is_between(*text->data)) {
		text->data++;
		text->len--;
	}
	word = (struct str){ text->data, 0 };
	while (word.len < text->len && !is_between(text->data[word.len]))
		word.len++;
	text->data += word.len;
	text->len -= word.len;
	return word;
}

static int number(struct str s, int max)
{
	int v = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] < '0' || s.data[i] > '9' || i == 2)
			return -1;
		v = v * 10 + (s.data[i] - '0');
	}
	return s.len && v <= max ? v : -1;
}

static int parse_month_day(struct str text, struct cycles *c, char **ret_error)
{
	struct str word = next_word(&text);
	c->month_day = number(word, 31);
	if (c->month_day < 1 || next_word(&text).len)
		return text_refuse(ret_error, "expected \"day\" and a day from 1 to 31");
	return 0;
}

static int parse_clock(struct str text, struct cycles *c, char **ret_error)
{
	struct str word = next_word(&text);
	int hour = -1, minute = -1;
	if (word.len == 5 && word.data[2] == ':') {
		hour = number((struct str){ word.data, 2 }, 23);
		minute = number((struct str){ word.data + 3, 2 }, 59);
	}
	if (hour < 0 || minute < 0 || next_word(&text).len)
		return text_refuse(ret_error, "expected the hour of the reading as \"at 10:30\"");
	c->second = (hour * 60 + minute) * 60;
	return 0;
}

static int add_reading(struct cycles *c, struct str word, char **ret_error)
{
	int32_t day;
	if (date_parse(word, &day) < 0)
		return text_refuse(ret_error,
			"expected a reading date (2026-04-09), found \"%.*s\"", STR_ARG(word));
	if (c->count && day <= c->readings[c->count - 1])
		return text_refuse(ret_error, "reading date %.*s is not behind the one before it",
			STR_ARG(word));
	c->readings = reallocate(c->readings, c->count + 1, sizeof(*c->readings));
	c->readings[c->count++] = day;
	return 0;
}

static int parse_readings(struct str text, struct cycles *c, char **ret_error)
{
	c->second = 86400;
	for (struct str word = next_word(&text); word.len; word = next_word(&text)) {
		if (str_eq(word, STR("at")))
			return c->count < 2 ? text_refuse(ret_error, "one reading is no cycle")
					    : parse_clock(text, c, ret_error);
		int r = add_reading(c, word, ret_error);
		if (r < 0)
			return r;
	}
	return c->count < 2
		       ? text_refuse(ret_error, "expected \"day 1\", or two or more reading dates")
		       : 0;
}

int cycles_parse(struct str text, struct cycles *ret, char **ret_error)
{
	struct cycles c = { 0 };
	struct str rest = text;
	int r = str_eq(next_word(&rest), STR("day")) ? parse_month_day(rest, &c, ret_error)
						     : parse_readings(text, &c, ret_error);
	if (r < 0)
		cycles_free(&c);
	else
		*ret = c;
	return r;
}

void cycles_free(struct cycles *c)
{
	free(c->readings);
	*c = (struct cycles){ 0 };
}

static int64_t moment(const struct zone *z, int32_t day, int32_t second)
{
	int64_t moments[2];
	zone_utc(z, day, second, moments);
	return moments[0];
}

static int32_t in_month(int32_t month_start, int month_day)
{
	struct date d = date_of(month_start);
	int last = date_month_days(d.year, d.month);
	return month_start + (month_day < last ? month_day : last) - 1;
}

static struct cycle from_month(const struct cycles *c, const struct zone *z, int32_t month)
{
	int32_t first = in_month(month, c->month_day);
	int32_t end = in_month(date_add_months(month, 1), c->month_day);
	return (struct cycle){ zone_day_start(z, first), zone_day_start(z, end), first, end };
}

/* By moments, not by dates: where clocks are put back over midnight, a date comes twice. */
static struct cycle monthly_at(const struct cycles *c, const struct zone *z, int64_t time)
{
	struct zone_span span = { 0 };
	struct date d = date_of(zone_local(z, &span, time).day);
	int32_t month = date_number(d.year, d.month, 1);
	struct cycle cycle = from_month(c, z, date_add_months(month, -1));
	while (time >= cycle.end) {
		cycle = from_month(c, z, month);
		month = date_add_months(month, 1);
	}
	return cycle;
}

int cycles_at(const struct cycles *c, const struct zone *z, int64_t time, struct cycle *ret)
{
	if (c->month_day) {
		*ret = monthly_at(c, z, time);
		return 0;
	}
	size_t low = 0, high = c->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (moment(z, c->readings[middle], c->second) <= time)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || low == c->count)
		return -ERANGE;
	*ret = (struct cycle){
		.start = moment(z, c->readings[low - 1], c->second),
		.end = moment(z, c->readings[low], c->second),
		.first_day = c->readings[low - 1] + 1,
		.end_day = c->readings[low] + 1,
	};
	return 0;
}
