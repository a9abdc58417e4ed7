/* Holidays, schedules of posts and billing cycles against days worked out by hand. */
#include "calendar.h"

#include <errno.h>
#include <stdlib.h>

#include "buffer.h"
#include "when.h"

/* Holidays. */

static struct holidays *calendar(const char *name)
{
	struct holidays *h = NULL;
	char *error = NULL;
	if (holidays_load(name, NULL, &h, &error) < 0)
		ok(false, "%s: %s", name, error);
	return h;
}

/* Exactly these days are holidays in that year. */
static void has_holidays(const char *name, int year, const char *expected)
{
	struct holidays *h = calendar(name);
	struct buffer found = { 0 };
	for (int32_t day = date_number(year, 1, 1); day < date_number(year + 1, 1, 1); day++)
		if (holidays_has(h, day)) {
			struct date d = date_of(day);
			buffer_print(&found, "%s%02d-%02d", found.len ? " " : "", d.month, d.day);
		}
	buffer_add_char(&found, 0);
	ok(strcmp((char *)found.data, expected) == 0, "%s in %d: %s", name, year, found.data);
	buffer_free(&found);
	holidays_free(h);
}

static void holidays(void)
{
	has_holidays("brazil.yaml", 2026,
		"01-01 02-17 04-03 04-21 05-01 06-04 09-07 10-12 11-02 11-15 11-20 12-25");
	has_holidays("brazil.yaml", 2019,
		"01-01 03-05 04-19 04-21 05-01 06-20 09-07 10-12 11-02 11-15 12-25");
	has_holidays("united-states.yaml", 2026,
		"01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25");
	has_holidays("united-states.yaml", 2021,
		"01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31");
	has_holidays("england.yaml", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28");
	has_holidays("england.yaml", 2022,
		"01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27");
	has_holidays("england.yaml", 2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28");
	has_holidays("england.yaml", 2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28");
	struct holidays *h = calendar("brazil.yaml");
	ok(!holidays_has(h, date("1969-12-25")) && !holidays_has(NULL, date("2026-12-25")),
		"no holidays before 1970, nor without a calendar");
	holidays_free(h);
}

static void refuses_holidays(const char *text, const char *expected)
{
	struct yaml *y = NULL;
	struct holidays *h = NULL;
	char *error = NULL;
	if (yaml_parse("h.yaml", str(text), &y, &error) < 0)
		ok(false, "YAML: %s", error);
	ok(holidays_read(yaml_root(y), NULL, &h, &error) < 0 && !h, "refused");
	is_str(error, expected, "... with the place");
	free(error);
	yaml_close(y);
}

static void wrong_holidays(void)
{
	refuses_holidays("- { name: a, date: 02-30 }",
		"h.yaml:1:20: expected a month and day (12-25), found \"02-30\"");
	refuses_holidays("- { name: a, date: 2026-02-30 }",
		"h.yaml:1:20: expected a date (2026-12-25, or 12-25 for every year), found "
		"\"2026-02-30\"");
	refuses_holidays(
		"- name: a\n  easter: 1.5", "h.yaml:2:11: expected a whole number, found \"1.5\"");
	refuses_holidays("- name: a\n  easter: 900",
		"h.yaml:2:11: expected days behind Easter, -80 to 250, found \"900\"");
	refuses_holidays("- name: a\n  eastern: 1",
		"h.yaml:2:3: unknown key \"eastern\" (did you mean \"easter\"?)");
	refuses_holidays("- { name: a, date: 01-01, easter: 1 }",
		"h.yaml:1:3: a holiday has one of date, easter and weekday");
	refuses_holidays("- { name: a, weekday: thu, month: 11, nth: 0 }",
		"h.yaml:1:44: expected 1 to 4, or -1 to -4, found \"0\"");
	refuses_holidays("- { name: a, weekday: thursday, month: 11, nth: 4 }",
		"h.yaml:1:23: expected a weekday (mon to sun), found \"thursday\"");
	refuses_holidays("- { name: a, date: 01-01, from: 2026, until: 2025 }",
		"h.yaml:1:46: expected a year that is not before from, found \"2025\"");
	refuses_holidays("- { name: a, date: 01-01, observed: monday }",
		"h.yaml:1:37: expected nearest-weekday or next-free-weekday, found \"monday\"");
	refuses_holidays("- { date: 01-01 }", "h.yaml:1:3: \"name\" is missing");
	refuses_holidays("a: 1", "h.yaml:1:1: expected a list, found a map");
}

/* Schedules. */

static const char branca[] =
	"zone: America/Sao_Paulo\n"
	"holidays: brazil.yaml\n"
	"posts:\n"
	"  - { post: ponta, hours: 17:30-20:30, days: mon-fri, holidays: excluded }\n"
	"  - post: intermediario\n"
	"    hours: [16:30-17:30, 20:30-21:30]\n"
	"    days: [mon, tue, wed, thu, fri]\n"
	"    holidays: excluded\n"
	"  - post: fora_ponta\n";

static int read_timetable(const char *text, struct timetable *ret, char **ret_error)
{
	struct yaml *y = NULL;
	int r = yaml_parse("t.yaml", str(text), &y, ret_error);
	if (r == 0)
		r = timetable_read(yaml_root(y), "t.yaml", ret, ret_error);
	yaml_close(y);
	return r;
}

static struct timetable timetable(const char *text)
{
	struct timetable t = { 0 };
	char *error = NULL;
	if (read_timetable(text, &t, &error) < 0) {
		ok(false, "%s", error);
		exit(1);
	}
	return t;
}

static void is_post(
	const struct timetable *t, const char *day, int hour, int minute, const char *expected)
{
	int post =
		schedule_post(t->schedule, t->holidays, date(day), (hour * 60 + minute) * 60 + 59);
	ok(strcmp(schedule_name(t->schedule, post), expected) == 0, "%s %02d:%02d is %s", day, hour,
		minute, expected);
}

static void posts(void)
{
	struct timetable t = timetable(branca);
	is_post(&t, "2026-04-20", 16, 29, "fora_ponta");
	is_post(&t, "2026-04-20", 16, 30, "intermediario");
	is_post(&t, "2026-04-20", 17, 30, "ponta");
	is_post(&t, "2026-04-20", 20, 29, "ponta");
	is_post(&t, "2026-04-20", 20, 30, "intermediario");
	is_post(&t, "2026-04-20", 21, 30, "fora_ponta");
	is_post(&t, "2026-04-21", 18, 0, "fora_ponta");
	is_post(&t, "2026-04-25", 18, 0, "fora_ponta");
	ok(schedule_count(t.schedule) == 3 && schedule_find(t.schedule, STR("ponta")) == 0 &&
			schedule_find(t.schedule, STR("none")) == -1,
		"posts are numbered as they come");
	timetable_free(&t);
}

static void seasons(void)
{
	struct timetable t = timetable(
		"zone: America/New_York\n"
		"holidays: [ { name: x, date: 07-03 } ]\n"
		"seasons:\n"
		"  summer: { months: [6, 7, 8, 9] }\n"
		"  cold: { from: 11-15, until: 02-29 }\n"
		"posts:\n"
		"  - { post: feast, hours: 00:00-24:00, holidays: only, season: summer }\n"
		"  - { post: free, days: [sat, sun], holidays: included }\n"
		"  - { post: night, hours: 22:00-06:00 }\n"
		"  - { post: peak, hours: 08:30-18:00, season: [summer, cold] }\n"
		"  - post: rest\n");
	is_post(&t, "2026-07-01", 8, 30, "peak");
	is_post(&t, "2026-07-01", 8, 29, "rest");
	is_post(&t, "2026-10-01", 8, 30, "rest");
	is_post(&t, "2028-02-29", 9, 0, "peak");
	is_post(&t, "2026-03-02", 9, 0, "rest");
	is_post(&t, "2027-11-15", 9, 0, "peak");
	is_post(&t, "2027-11-12", 9, 0, "rest");
	is_post(&t, "2026-12-31", 23, 59, "night");
	is_post(&t, "2026-12-31", 5, 59, "night");
	is_post(&t, "2026-07-03", 9, 0, "feast");
	is_post(&t, "2026-07-04", 9, 0, "free");
	timetable_free(&t);
}

static void refuses_timetable(const char *text, const char *expected)
{
	struct timetable t = { 0 };
	char *error = NULL;
	ok(read_timetable(text, &t, &error) < 0 && !t.schedule, "refused");
	is_str(error, expected, "... with the place");
	free(error);
}

static void wrong_timetables(void)
{
	refuses_timetable("zone: Mars/Olympus",
		"t.yaml:1:7: \"Mars/Olympus\" is no time zone of this system");
	refuses_timetable("zone: [UTC]", "t.yaml:1:7: expected a text, found a list");
	refuses_timetable(
		"zone: UTC\nposts: []", "t.yaml:2:8: expected one to 1024 posts, found a list");
	refuses_timetable("zone: UTC\nposts:\n  - { post: a, hours: 18:00-21:00 }",
		"t.yaml:3:3: no post covers 00:00 on a mon in the season of 01-01");
	refuses_timetable("zone: UTC\nposts:\n  - post: a\n  - { post: b, hours: 18:00-21:00 }",
		"t.yaml:4:5: this never applies: posts before it take all of its time");
	refuses_timetable("zone: UTC\nposts:\n  - { post: a, hours: 18:02-21:00 }",
		"t.yaml:3:23: expected hours as 18:00-21:00, in steps of five minutes, found "
		"\"18:02-21:00\"");
	refuses_timetable("zone: UTC\nposts:\n  - { post: a, hours: 24:05-25:00 }",
		"t.yaml:3:23: expected hours as 18:00-21:00, in steps of five minutes, found "
		"\"24:05-25:00\"");
	refuses_timetable("zone: UTC\nposts:\n  - { post: a, days: mon-sab }",
		"t.yaml:3:22: expected weekdays (mon, or mon-fri), found \"mon-sab\"");
	refuses_timetable("zone: UTC\nposts:\n  - { post: a, season: dry }",
		"t.yaml:3:24: expected one of the seasons, found \"dry\"");
	refuses_timetable("zone: UTC\nposts:\n  - { post: a, holidays: included }",
		"t.yaml:3:26: included adds holidays to the days given, and none are");
	refuses_timetable("zone: UTC\nposts:\n  - { post: a, holidays: excluded }\n  - post: b",
		"t.yaml:3:3: posts go by holidays here, but no \"holidays\" are given");
	refuses_timetable("zone: UTC\nholidays: brasil.yaml",
		"t.yaml:2:11: brasil.yaml: not found here nor in schemas/holidays; did you mean "
		"brazil.yaml?");
	refuses_timetable("zone: UTC\nseasons: { a: { months: [1] } }",
		"t.yaml:2:10: seasons are for posts: there are none");
	refuses_timetable("zone: UTC\nseasons: { a: { months: [13] } }\nposts: [ { post: a } ]",
		"t.yaml:2:26: expected a month, 1 to 12, found \"13\"");
	refuses_timetable("zone: UTC\nseasons: { a: { from: 01-01 } }\nposts: [ { post: a } ]",
		"t.yaml:2:15: expected from and until, or months, found a map");
}

/* Cycles. */

static void is_cycle(const char *cycle, const char *name, const char *at, const char *start,
	const char *end, int days)
{
	struct cycles c = { 0 };
	struct cycle found = { 0 };
	char *error = NULL;
	ok(cycles_parse(str(cycle), &c, &error) == 0 &&
			cycles_at(&c, zone(name), utc(at), &found) == 0,
		"\"%s\" has a cycle with %s", cycle, at);
	is_time(found.start, start, "... it begins");
	is_time(found.end, end, "... it ends");
	ok(cycle_days(&found) == days, "... has %d days", days);
	cycles_free(&c);
}

static void refuses_cycles(const char *text, const char *expected)
{
	struct cycles c = { 0 };
	char *error = NULL;
	ok(cycles_parse(str(text), &c, &error) == -EINVAL && !c.readings, "\"%s\" is refused",
		text);
	is_str(error, expected, "... with the reason");
	free(error);
}

static void cycles(void)
{
	is_cycle("day 1", "America/Sao_Paulo", "2026-05-01T02:59:59Z", "2026-04-01T03:00:00Z",
		"2026-05-01T03:00:00Z", 30);
	is_cycle("day 1", "America/Sao_Paulo", "2026-05-01T03:00:00Z", "2026-05-01T03:00:00Z",
		"2026-06-01T03:00:00Z", 31);
	is_cycle("day 31", "Europe/London", "2026-03-01T00:00:00Z", "2026-02-28T00:00:00Z",
		"2026-03-30T23:00:00Z", 31);
	is_cycle("2019-09-10 2019-10-10", "America/Sao_Paulo", "2019-09-11T03:00:00Z",
		"2019-09-11T03:00:00Z", "2019-10-11T03:00:00Z", 30);
	is_cycle("2026-03-10;2026-04-09;2026-05-11 at 10:30", "America/Sao_Paulo",
		"2026-04-09T13:30:00Z", "2026-04-09T13:30:00Z", "2026-05-11T13:30:00Z", 32);
	struct cycles c = { 0 };
	struct cycle found;
	char *error = NULL;
	cycles_parse(STR("2026-03-10 2026-04-09"), &c, &error);
	ok(cycles_at(&c, zone("UTC"), utc("2026-03-10T23:59:59Z"), &found) == -ERANGE &&
			cycles_at(&c, zone("UTC"), utc("2026-04-10"), &found) == -ERANGE,
		"before the first reading and behind the last there is none");
	cycles_free(&c);
	refuses_cycles("day 0", "expected \"day\" and a day from 1 to 31");
	refuses_cycles("", "expected \"day 1\", or two or more reading dates");
	refuses_cycles("2026-03-10", "expected \"day 1\", or two or more reading dates");
	refuses_cycles(
		"2026-03-10 2026-03-10", "reading date 2026-03-10 is not behind the one before it");
	refuses_cycles("2026-03-10 2026-04-31",
		"expected a reading date (2026-04-09), found \"2026-04-31\"");
	refuses_cycles("2026-03-10 2026-04-30 at 25:00",
		"expected the hour of the reading as \"at 10:30\"");
}

int main(void)
{
	setenv("DUTO_SCHEMAS", "schemas", 1);
	holidays();
	wrong_holidays();
	posts();
	seasons();
	wrong_timetables();
	cycles();
	return done();
}
