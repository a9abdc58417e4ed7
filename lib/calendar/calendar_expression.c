#include "calendar_expression.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>

#include "date.h"

#define SAFE_HOURS 3 /* clocks are never put back or forward by more */

static const char *const weekday_names[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
static const char *const long_names[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	"Saturday", "Sunday" };

static const struct {
	const char *name, *expression;
} short_forms[] = { { "minutely", "*-*-* *:*:00" }, { "hourly", "*-*-* *:00:00" },
	{ "daily", "*-*-* 00:00:00" }, { "monthly", "*-*-01 00:00:00" },
	{ "weekly", "Mon *-*-* 00:00:00" }, { "yearly", "*-01-01 00:00:00" },
	{ "annually", "*-01-01 00:00:00" }, { "quarterly", "*-01,04,07,10-01 00:00:00" },
	{ "semiannually", "*-01,07-01 00:00:00" } };

/* A part: bits of values low <= v < low + count, at most 64 a word. */
struct part {
	uint64_t *bits;
	int low, count, first; /* first: the value of bit 0 */
};

static void set(const struct part *p, int value)
{
	int bit = value - p->first;
	p->bits[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static bool take(struct str *s, char c)
{
	if (!s->len || *s->data != c)
		return false;
	*s = (struct str){ s->data + 1, s->len - 1 };
	return true;
}

static bool take_number(struct str *s, int *ret)
{
	size_t n = 0;
	int value = 0;
	while (n < s->len && n < 5 && isdigit((unsigned char)s->data[n]))
		value = 10 * value + s->data[n++] - '0';
	*s = (struct str){ s->data + n, s->len - n };
	*ret = value;
	return n > 0 && n < 5;
}

static bool take_range(struct str *s)
{
	return s->len > 1 && s->data[0] == '.' && take(s, '.') && take(s, '.');
}

static bool fits(const struct part *p, int value)
{
	return value >= p->low && value < p->low + p->count;
}

/* One of a list: *, a, a..b, a/step, a..b/step. A step without an end goes on to the last. */
static bool take_item(struct str *s, const struct part *p)
{
	int from = p->low, to = p->low + p->count - 1, step = 1;
	bool any = take(s, '*');
	if (!any) {
		if (!take_number(s, &from) || !fits(p, from))
			return false;
		bool ends = take_range(s);
		if (ends && (!take_number(s, &to) || !fits(p, to) || to < from))
			return false;
		any = ends || (s->len && *s->data == '/');
		to = any ? to : from;
	}
	if (take(s, '/') && (!take_number(s, &step) || step < 1))
		return false;
	for (int value = from; value <= to; value += step)
		set(p, value);
	return true;
}

static bool take_part(struct str *s, const struct part *p)
{
	do
		if (!take_item(s, p))
			return false;
	while (take(s, ','));
	return true;
}

static bool take_weekday(struct str *s, int *ret)
{
	for (int i = 0; i < 7; i++)
		for (int k = 0; k < 2; k++) {
			const char *name = k ? weekday_names[i] : long_names[i];
			size_t len = strlen(name);
			if (s->len < len || strncasecmp(s->data, name, len) != 0)
				continue;
			*s = (struct str){ s->data + len, s->len - len };
			*ret = i;
			return true;
		}
	return false;
}

static bool take_weekdays(struct str *s, struct calendar_expression *e)
{
	do {
		int from, to;
		if (!take_weekday(s, &from))
			return false;
		to = from;
		if (take_range(s) && (!take_weekday(s, &to) || to < from))
			return false;
		for (int day = from; day <= to; day++)
			e->weekdays |= UINT64_C(1) << day;
	} while (take(s, ','));
	return true;
}

static struct str take_word(struct str *s)
{
	size_t n = 0;
	while (n < s->len && s->data[n] != ' ')
		n++;
	struct str word = { s->data, n };
	while (n < s->len && s->data[n] == ' ')
		n++;
	*s = (struct str){ s->data + n, s->len - n };
	return word;
}

static bool has(struct str s, char c)
{
	return s.len && memchr(s.data, c, s.len);
}

/* YYYY-MM-DD or MM-DD. */
static bool read_date(struct str word, struct calendar_expression *e)
{
	struct part year = { e->years, CALENDAR_YEAR, CALENDAR_YEARS, CALENDAR_YEAR },
		    month = { &e->months, 1, 12, 0 }, day = { &e->days, 1, 31, 0 };
	int dashes = 0;
	for (size_t i = 0; i < word.len; i++)
		dashes += word.data[i] == '-';
	struct str any = STR("*");
	bool good =
		dashes == 2 ? take_part(&word, &year) && take(&word, '-') : take_part(&any, &year);
	return good && take_part(&word, &month) && take(&word, '-') && take_part(&word, &day) &&
	       !word.len;
}

/* HH:MM or HH:MM:SS. */
static bool read_time(struct str word, struct calendar_expression *e)
{
	struct part hour = { &e->hours, 0, 24, 0 }, minute = { &e->minutes, 0, 60, 0 },
		    second = { &e->seconds, 0, 60, 0 };
	bool good = take_part(&word, &hour) && take(&word, ':') && take_part(&word, &minute);
	if (good && word.len)
		return take(&word, ':') && take_part(&word, &second) && !word.len;
	e->seconds = 1;
	return good;
}

static bool read_words(struct str text, struct calendar_expression *e)
{
	struct str word = take_word(&text);
	bool weekdays = word.len && isalpha((unsigned char)*word.data);
	if (weekdays) {
		if (!take_weekdays(&word, e) || word.len)
			return false;
		word = take_word(&text);
	}
	e->weekdays = weekdays ? e->weekdays : 127;
	bool date = has(word, '-');
	if (!read_date(date ? word : STR("*-*-*"), e))
		return false;
	word = date ? take_word(&text) : word;
	if (!word.len)
		return (weekdays || date) && !text.len && read_time(STR("00:00"), e);
	return !text.len && read_time(word, e);
}

int calendar_expression_parse(struct str text, struct calendar_expression *ret)
{
	struct calendar_expression e = { 0 };
	for (size_t i = 0; i < sizeof(short_forms) / sizeof(*short_forms); i++)
		if (str_eq(text, str(short_forms[i].name)))
			text = str(short_forms[i].expression);
	if (!read_words(text, &e))
		return -EINVAL;
	*ret = e;
	return 0;
}

static bool is_day(const struct calendar_expression *e, int32_t number)
{
	struct date d = date_of(number);
	int year = d.year - CALENDAR_YEAR;
	return year >= 0 && year < CALENDAR_YEARS && e->years[year / 64] >> (year % 64) & 1 &&
	       e->months >> d.month & 1 && e->days >> d.day & 1 &&
	       e->weekdays >> date_weekday(number) & 1;
}

/* The first due time of a day that is later than `after`; INT64_MAX: none. from: hours before that
 * are not looked at. */
static int64_t next_of_day(const struct calendar_expression *e, const struct zone *zone,
	int32_t day, int from, int64_t after)
{
	for (int hour = from > 0 ? from : 0; hour < 24; hour++)
		for (int minute = 0; minute < 60 && e->hours >> hour & 1; minute++)
			for (int second = 0; second < 60 && e->minutes >> minute & 1; second++) {
				int64_t at[2];
				if (!(e->seconds >> second & 1))
					continue;
				zone_utc(zone, day, 3600 * hour + 60 * minute + second, at);
				if (at[0] > after)
					return at[0];
			}
	return INT64_MAX;
}

int64_t calendar_expression_next(
	const struct calendar_expression *e, const struct zone *zone, int64_t after)
{
	struct zone_span span = { 0 };
	struct local_time now = zone_local(zone, &span, after);
	int32_t last = date_number(CALENDAR_YEAR + CALENDAR_YEARS - 1, 12, 31);
	for (int32_t day = now.day - 1; day <= last; day++) {
		int from = day < now.day   ? 24 - SAFE_HOURS
			   : day > now.day ? 0
					   : now.second / 3600 - SAFE_HOURS;
		int64_t at = is_day(e, day) ? next_of_day(e, zone, day, from, after) : INT64_MAX;
		if (at != INT64_MAX)
			return at;
	}
	return INT64_MAX;
}

static void format_part(struct buffer *to, uint64_t bits, int low, int count)
{
	uint64_t all = ((UINT64_C(1) << count) - 1) << low;
	const char *comma = "";
	if (bits == all) {
		buffer_add_char(to, '*');
		return;
	}
	for (int i = low; i < low + count; i++)
		if (bits >> i & 1) {
			buffer_print(to, "%s%02d", comma, i);
			comma = ",";
		}
}

static void format_years(struct buffer *to, const uint64_t *years)
{
	const char *comma = "";
	bool all = true;
	for (int i = 0; i < CALENDAR_YEARS / 64; i++)
		all &= years[i] == UINT64_MAX;
	if (all)
		buffer_add_char(to, '*');
	for (int i = 0; i < CALENDAR_YEARS && !all; i++)
		if (years[i / 64] >> (i % 64) & 1) {
			buffer_print(to, "%s%d", comma, CALENDAR_YEAR + i);
			comma = ",";
		}
}

void calendar_expression_format(struct buffer *to, const struct calendar_expression *e)
{
	const char *comma = "";
	for (int i = 0; i < 7 && e->weekdays != 127; i++)
		if (e->weekdays >> i & 1) {
			buffer_print(to, "%s%s", comma, weekday_names[i]);
			comma = ",";
		}
	if (*comma)
		buffer_add_char(to, ' ');
	format_years(to, e->years);
	buffer_add_char(to, '-');
	format_part(to, e->months, 1, 12);
	buffer_add_char(to, '-');
	format_part(to, e->days, 1, 31);
	buffer_add_char(to, ' ');
	format_part(to, e->hours, 0, 24);
	buffer_add_char(to, ':');
	format_part(to, e->minutes, 0, 60);
	buffer_add_char(to, ':');
	format_part(to, e->seconds, 0, 60);
}
