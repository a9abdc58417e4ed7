/* When scheduled stages are due: cases worked by hand, and the calendar events as systemd-analyze
 * has them. */
#include "pipeline/recurrence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "timestamp.h"

static int64_t time_of(const char *text)
{
	int64_t ns;
	if (timestamp_parse(str(text), &ns))
		abort();
	return ns;
}

static const struct zone *zone(const char *name)
{
	const struct zone *z;
	if (zone_open(name, &z))
		abort();
	return z;
}

/* The next so many times after one, parted by spaces. */
static const char *times(const struct recurrence *r, const char *after, int count)
{
	static char text[1024];
	int64_t at = time_of(after);
	size_t len = 0;
	for (int i = 0; i < count; i++) {
		at = recurrence_next(r, at);
		if (i)
			text[len++] = ' ';
		if (at == INT64_MAX)
			len += (size_t)sprintf(text + len, "never");
		else
			len += timestamp_format(text + len, at);
		if (at == INT64_MAX)
			break;
	}
	text[len] = 0;
	return text;
}

static const char *at(const char *text, const char *zone_name, const char *after, int count)
{
	struct recurrence r;
	return recurrence_at(str(text), zone(zone_name), &r) ? "refused" : times(&r, after, count);
}

static const char *every(const char *text, const char *zone_name, const char *after, int count)
{
	struct recurrence r;
	return recurrence_every(str(text), zone(zone_name), &r) ? "refused"
								: times(&r, after, count);
}

static void test_calendar(void)
{
	const char *noon = "2026-11-21T12:00:00Z";
	is_str(at("06:00", "UTC", noon, 2), "2026-11-22T06:00:00Z 2026-11-23T06:00:00Z",
		"every day");
	is_str(at("06:00", "America/Sao_Paulo", noon, 1), "2026-11-22T09:00:00Z",
		"by the clocks of the zone");
	is_str(at("Mon..Fri 18:30", "UTC", noon, 2), "2026-11-23T18:30:00Z 2026-11-24T18:30:00Z",
		"on weekdays");
	is_str(at("*-*-31 00:10:00", "UTC", noon, 2), "2026-12-31T00:10:00Z 2027-01-31T00:10:00Z",
		"on days that not every month has");
	is_str(at("*-02-29", "UTC", noon, 2), "2028-02-29T00:00:00Z 2032-02-29T00:00:00Z",
		"in leap years");
	is_str(at("*:0/20", "UTC", noon, 3),
		"2026-11-21T12:20:00Z 2026-11-21T12:40:00Z 2026-11-21T13:00:00Z", "by steps");
	is_str(at("2020-01-01", "UTC", noon, 1), "never", "what is over never comes");
	is_str(at("02:30", "Europe/Berlin", "2026-03-28T12:00:00Z", 2),
		"2026-03-29T01:00:00Z 2026-03-30T00:30:00Z", "a time that clocks skip is the jump");
	is_str(at("02:30", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
		"2026-10-25T00:30:00Z 2026-10-26T01:30:00Z",
		"one that they show twice counts once");
}

static void test_periods(void)
{
	is_str(every("6h", "UTC", "2026-11-21T12:00:00Z", 2),
		"2026-11-21T18:00:00Z 2026-11-22T00:00:00Z", "hours from midnight");
	is_str(every("7h from 2026-11-21 01:00", "UTC", "2026-11-21T12:00:00Z", 2),
		"2026-11-21T15:00:00Z 2026-11-21T22:00:00Z", "hours from a time");
	is_str(every("15d from 2026-11-01 06:00", "America/Sao_Paulo", "2026-11-01T12:00:00Z", 2),
		"2026-11-16T09:00:00Z 2026-12-01T09:00:00Z", "days at the time of a zone");
	is_str(every("1d from 2026-03-01 06:00", "Europe/Berlin", "2026-03-28T00:00:00Z", 2),
		"2026-03-28T05:00:00Z 2026-03-29T04:00:00Z", "whatever clocks do");
	is_str(every("1w from 2030-01-01", "UTC", "2026-11-21T12:00:00Z", 1),
		"2030-01-01T00:00:00Z", "not before it begins");
}

static void test_refused(void)
{
	static const char *const wrong[] = { "", " ", "6", "24:00", "06:60", "6:00:60", "Mun 06:00",
		"06:00 UTC", "*-13-01", "*-00-01", "2026-01-32", "*-*~01", "Fri..Mon 06:00",
		"18..6:00", "0/0:00", "*:*:*:*", "06:00\n", "99999:00", "-", "--", "Mon..",
		"06:00 06:00", ",:,", "1.2:00" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		is_str(at(wrong[i], "UTC", "2026-11-21T12:00:00Z", 1), "refused", wrong[i]);
	static const char *const periods[] = { "", "0", "30s", "90s", "6", "6h from", "6h from x",
		"6h from 2026-02-30", "6h from 2026-01-01 24:00", "6h from 2026-01-01T06:00" };
	for (size_t i = 0; i < sizeof(periods) / sizeof(*periods); i++)
		is_str(every(periods[i], "UTC", "2026-11-21T12:00:00Z", 1), "refused", periods[i]);
}

/* What systemd makes of the text that goes into a timer. */
static const char *as_systemd(const char *event, const char *after, int count)
{
	static char text[1024];
	char command[1024], line[256];
	size_t len = 0;
	snprintf(command, sizeof(command),
		"TZ=UTC systemd-analyze calendar --base-time='%s UTC' --iterations=%d '%s' 2>&1",
		after, count, event);
	FILE *f = popen(command, "r");
	while (f && fgets(line, sizeof(line), f)) {
		char date[16], hour[16];
		const char *next = strstr(line, "Next elapse: ");
		const char *later = strstr(line, "Iter. #");
		const char *from = next ? next + 13 : later ? strchr(later, ':') + 2 : NULL;
		if (from && sscanf(from, "%*s %15s %15s", date, hour) == 2)
			len += (size_t)sprintf(text + len, "%s%sT%sZ", len ? " " : "", date, hour);
	}
	text[len] = 0;
	if (f)
		pclose(f);
	return text;
}

static void test_systemd(void)
{
	static const char *const events[] = { "06:00", "Mon..Fri 6,18:30", "Wed..Sun 12:00",
		"*-*-01 00:10:00", "*:0/15", "*:7/20:30", "8..18/2:00", "*-01,07-01", "Sat,Sun",
		"2027..2090-02-29 01:00", "hourly", "daily", "weekly", "monthly", "quarterly",
		"semiannually", "yearly", "minutely", "*-*-29..31 23:59:59", "12-24 18:00" };
	struct buffer text = { 0 };
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++) {
		struct recurrence r;
		if (recurrence_at(str(events[i]), zone("UTC"), &r)) {
			is_str("refused", "", events[i]);
			continue;
		}
		text.len = 0;
		recurrence_format(&text, &r);
		buffer_add_char(&text, 0);
		char *own = strdup(times(&r, "2026-11-21T12:34:56Z", 5));
		is_str(own, as_systemd(events[i], "2026-11-21 12:34:56", 5), events[i]);
		is_str(own, as_systemd((char *)text.data, "2026-11-21 12:34:56", 5),
			(char *)text.data);
		free(own);
	}
	buffer_free(&text);
}

/* A timer is there whenever a period is due. */
static void test_timers(void)
{
	static const struct {
		const char *every;
		const char *timer;
	} cases[] = { { "6h from 2026-11-01 06:00", "*-*-* 03,09,15,21:00:00 UTC" },
		{ "1d", "*-*-* 00:00:00 America/Sao_Paulo" },
		{ "15d from 2026-11-01 06:30", "*-*-* 06:30:00 America/Sao_Paulo" },
		{ "20m", "*-*-* *:00,20,40:00 UTC" }, { "7h", "*-*-* *:00:00 UTC" },
		{ "90m from 2026-11-01 00:15", "*-*-* *:*:00 UTC" } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct recurrence r;
		struct buffer text = { 0 };
		if (recurrence_every(str(cases[i].every), zone("America/Sao_Paulo"), &r))
			abort();
		recurrence_format(&text, &r);
		buffer_add_char(&text, 0);
		is_str((char *)text.data, cases[i].timer, cases[i].every);
		buffer_free(&text);
	}
}

int main(void)
{
	test_calendar();
	test_periods();
	test_refused();
	test_systemd();
	test_timers();
	return done();
}
