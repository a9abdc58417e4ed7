/* Dates and zones against days worked out by hand; the C library's zones are the oracle for offsets. */
#include "calendar/zone.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "date.h"
#include "file.h"
#include "random.h"
#include "when.h"

/* Dates. */

static void dates(void)
{
	ok(date_weekday(date("1970-01-01")) == THURSDAY, "1970-01-01 was a Thursday");
	ok(date_weekday(date("2026-04-21")) == TUESDAY, "2026-04-21 is a Tuesday");
	ok(date_weekday(date("1900-01-01")) == MONDAY, "1900-01-01 was a Monday");
	is_date(date_add_months(date("2026-01-31"), 1), "2026-02-28", "a month after 31 January");
	is_date(date_add_months(date("2024-03-31"), -1), "2024-02-29", "a month before 31 March");
	is_date(date_add_months(date("2026-01-15"), -13), "2024-12-15", "thirteen months before");
	bool same = true;
	for (int32_t day = date("1678-01-01"); day <= date("2261-12-31"); day++) {
		struct date d = date_of(day);
		same &= date_number(d.year, d.month, d.day) == day;
	}
	ok(same, "every date there and back");
	static const char *const none[] = { "2026-02-29", "2026-13-01", "2026-00-01", "2026-1-01",
		"2026-01-32", "2026-01-01 ", "2026/01/01", "", "1677-12-31", "202x-01-01" };
	int32_t day = 42;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		ok(date_parse(str(none[i]), &day) < 0 && day == 42, "\"%s\" is no date", none[i]);
}

/* The dates are those of the tables of the United States Naval Observatory. */
static void easter(void)
{
	static const char *const days[] = { "1961-04-02", "1981-04-19", "2000-04-23", "2008-03-23",
		"2011-04-24", "2016-03-27", "2019-04-21", "2024-03-31", "2025-04-20", "2026-04-05",
		"2027-03-28", "2038-04-25", "2049-04-18" };
	for (size_t i = 0; i < sizeof(days) / sizeof(*days); i++) {
		struct date d = date_of(date(days[i]));
		is_date(date_easter(d.year), days[i], "Easter Sunday");
	}
}

/* Zones. */

static void is_local(const char *name, const char *at, const char *day, int hour, int minute)
{
	struct zone_span span = { 0 };
	struct local_time t = zone_local(zone(name), &span, utc(at));
	ok(t.day == date(day) && t.second == (hour * 60 + minute) * 60, "%s in %s is %s %02d:%02d",
		at, name, day, hour, minute);
}

static void local_times(void)
{
	is_local("America/Sao_Paulo", "2026-04-21T22:00:00Z", "2026-04-21", 19, 0);
	is_local("America/Sao_Paulo", "2018-11-04T02:59:00Z", "2018-11-03", 23, 59);
	is_local("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04", 1, 0);
	is_local("America/Sao_Paulo", "2018-02-18T01:45:00Z", "2018-02-17", 23, 45);
	is_local("America/Sao_Paulo", "2018-02-18T02:00:00Z", "2018-02-17", 23, 0);
	is_local("America/Sao_Paulo", "2018-02-18T03:00:00Z", "2018-02-18", 0, 0);
	is_local("America/New_York", "2026-03-08T07:00:00Z", "2026-03-08", 3, 0);
	is_local("America/New_York", "2026-11-01T06:00:00Z", "2026-11-01", 1, 0);
	is_local("Europe/London", "2026-03-29T01:00:00Z", "2026-03-29", 2, 0);
	is_local("Europe/London", "2150-07-01T12:00:00Z", "2150-07-01", 13, 0);
	is_local("Asia/Kathmandu", "2026-01-01T18:15:00Z", "2026-01-02", 0, 0);
	is_local("America/Noronha", "2026-01-01T01:30:00Z", "2025-12-31", 23, 30);
	is_local("UTC", "1969-12-31T23:59:00Z", "1969-12-31", 23, 59);
}

static void is_utc(const char *name, const char *day, int hour, int minute, int times,
	const char *first, const char *second)
{
	int64_t moments[2];
	int found = zone_utc(zone(name), date(day), (hour * 60 + minute) * 60, moments);
	ok(found == times, "%s shows %s %02d:%02d %d times", name, day, hour, minute, times);
	is_time(moments[0], first, "... first");
	is_time(moments[1], second, "... last");
}

static void gaps_and_folds(void)
{
	is_utc("America/Sao_Paulo", "2026-04-21", 18, 0, 1, "2026-04-21T21:00:00Z",
		"2026-04-21T21:00:00Z");
	is_utc("America/Sao_Paulo", "2018-11-04", 0, 30, 0, "2018-11-04T03:00:00Z",
		"2018-11-04T03:00:00Z");
	is_utc("America/Sao_Paulo", "2018-02-17", 23, 30, 2, "2018-02-18T01:30:00Z",
		"2018-02-18T02:30:00Z");
	is_utc("America/New_York", "2026-03-08", 2, 30, 0, "2026-03-08T07:00:00Z",
		"2026-03-08T07:00:00Z");
	is_utc("America/New_York", "2026-11-01", 1, 30, 2, "2026-11-01T05:30:00Z",
		"2026-11-01T06:30:00Z");
	is_utc("Europe/London", "2026-10-25", 1, 0, 2, "2026-10-25T00:00:00Z",
		"2026-10-25T01:00:00Z");
	is_utc("Europe/London", "2026-10-25", 2, 0, 1, "2026-10-25T02:00:00Z",
		"2026-10-25T02:00:00Z");
}

static void has_quarter_hours(const char *name, const char *day, int count)
{
	const struct zone *z = zone(name);
	int64_t length = zone_day_start(z, date(day) + 1) - zone_day_start(z, date(day));
	ok(length == count * 900 * SECONDS, "%s has %d quarter hours in %s", day, count, name);
}

static void day_lengths(void)
{
	has_quarter_hours("America/Sao_Paulo", "2018-11-04", 92);
	has_quarter_hours("America/Sao_Paulo", "2018-11-03", 96);
	has_quarter_hours("America/Sao_Paulo", "2018-02-17", 100);
	has_quarter_hours("America/Sao_Paulo", "2018-02-18", 96);
	has_quarter_hours("America/Sao_Paulo", "2026-11-01", 96);
	has_quarter_hours("America/New_York", "2026-03-08", 92);
	has_quarter_hours("America/New_York", "2026-11-01", 100);
	has_quarter_hours("Europe/London", "2026-03-29", 92);
	has_quarter_hours("Europe/London", "2026-10-25", 100);
	has_quarter_hours("Europe/London", "2100-03-28", 92);
	has_quarter_hours("Australia/Lord_Howe", "2026-10-04", 94);
	has_quarter_hours("Pacific/Apia", "2011-12-30", 0);
	is_time(zone_day_start(zone("America/Sao_Paulo"), date("2018-11-04")),
		"2018-11-04T03:00:00Z", "a day whose midnight is skipped begins at the jump");
}

/* The offset of a zone at times three days and a bit apart, as the C library has it. Its tables end
 * in 2037 and its rules hold beyond. */
static bool as_in_c(const char *name, int64_t from, int64_t until)
{
	const struct zone *z = zone(name);
	struct zone_span span = { 0 };
	setenv("TZ", name, 1);
	tzset();
	for (int64_t at = from; at < until; at += 3 * 86400 + 1234) {
		time_t t = at;
		struct tm tm;
		localtime_r(&t, &tm);
		if (zone_offset(z, &span, at) != tm.tm_gmtoff)
			return false;
	}
	return true;
}

static void oracle(void)
{
	static const char *const names[] = { "America/Sao_Paulo", "America/Manaus",
		"America/Noronha", "America/New_York", "America/Nuuk", "Europe/London",
		"Europe/Dublin", "Europe/Lisbon", "Africa/Casablanca", "Asia/Kolkata",
		"Australia/Lord_Howe", "America/St_Johns", "Pacific/Auckland", "Asia/Gaza",
		"EST5EDT" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ok(as_in_c(names[i], 0, zone_seconds(utc("2200-01-01"))),
			"%s has the C library's offsets from 1970 to 2200", names[i]);
}

static void hostile_zones(void)
{
	static const char *const names[] = { "", "/etc/passwd", "../passwd", "Mars/Olympus",
		"America", "America/Sao Paulo", "tzdata.zi" };
	const struct zone *z = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		ok(zone_open(names[i], &z) < 0 && !z, "\"%s\" is no zone", names[i]);
	struct buffer file = { 0 };
	struct random seed = { 0 };
	struct zone *parsed;
	bool refused = true;
	random_seed(&seed, 7, 0);
	file_read("/usr/share/zoneinfo/America/New_York", 1 << 20, &file);
	for (size_t len = 0; len < file.len; len++) {
		uint8_t *copy = memcpy(malloc(len + 1), file.data, len);
		refused &= zone_parse("x", copy, len, &parsed) == -EINVAL;
		free(copy);
	}
	ok(file.len > 1000 && refused, "a file cut anywhere is refused");
	for (int i = 0; i < 20000; i++) {
		size_t at = random_below(&seed, file.len);
		uint8_t before = file.data[at];
		file.data[at] = (uint8_t)random_bits(&seed);
		if (zone_parse("x", file.data, file.len, &parsed) == 0) {
			int64_t moments[2];
			zone_utc(parsed, 20000, 0, moments);
			zone_free(parsed);
		}
		file.data[at] = before;
	}
	ok(true, "20000 files with one wrong byte are read or refused");
	buffer_free(&file);
}

/* A file with one type, no table of changes, and a rule. */
static int made_zone(const char *rule, uint8_t leap_seconds, struct zone **ret)
{
	uint8_t header[44] = { 'T', 'Z', 'i', 'f', '2' }, rest[64] = { 0 };
	struct buffer file = { 0 };
	header[39] = 1; /* types */
	header[43] = 1; /* letters */
	buffer_add(&file, header, sizeof(header));
	buffer_add(&file, rest, 6 + 1);
	header[31] = leap_seconds;
	buffer_add(&file, header, sizeof(header));
	buffer_add(&file, rest, 6u + 1 + 12u * leap_seconds);
	buffer_print(&file, "\n%s\n", rule);
	int r = zone_parse("made", file.data, file.len, ret);
	buffer_free(&file);
	return r;
}

static void is_ahead(const char *rule, const char *at, int hours)
{
	struct zone_span span = { 0 };
	struct zone *z;
	bool right = made_zone(rule, 0, &z) == 0 &&
		     zone_offset(z, &span, zone_seconds(utc(at))) == hours * 3600;
	ok(right, "%s is %d hours ahead at %s", rule, hours, at);
	if (right)
		zone_free(z);
}

static void rules(void)
{
	is_ahead("AAA0BBB,J60,J300", "2028-03-01T01:59:59Z", 0);
	is_ahead("AAA0BBB,J60,J300", "2028-03-01T02:00:00Z", 1);
	is_ahead("AAA0BBB,J59,J300", "2028-02-28T02:00:00Z", 1);
	is_ahead("AAA0BBB,59/0,299", "2028-02-28T23:59:59Z", 0);
	is_ahead("AAA0BBB,59/0,299", "2028-02-29T00:00:00Z", 1);
	is_ahead("<+03>-3<+05>-5,M10.1.0/-24,M3.3.0/26:30", "2026-10-02T21:00:00Z", 5);
	is_ahead("<+03>-3<+05>-5,M10.1.0/-24,M3.3.0/26:30", "2026-03-15T21:29:59Z", 5);
	is_ahead("<+03>-3<+05>-5,M10.1.0/-24,M3.3.0/26:30", "2026-03-15T21:30:00Z", 3);
	is_ahead("<-02>2", "2026-03-15T21:30:00Z", -2);
	static const char *const wrong[] = { "AA0", "AAA", "AAA25", "AAA0BBB", "AAA0BBB,M3.2.0",
		"AAA0BBB,M13.2.0,M11.1.0", "AAA0BBB,M3.6.0,M11.1.0", "AAA0BBB,J0,J1", "<AAA0",
		"AAA0BBB,M3.2.0/168,M11.1.0", "AAA0BBB,M3.2.0,M11.1.0x" };
	struct zone *z;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		ok(made_zone(wrong[i], 0, &z) == -EINVAL, "%s is no rule", wrong[i]);
	ok(made_zone("AAA0", 1, &z) == -EINVAL, "a zone that counts leap seconds is refused");
}

int main(void)
{
	dates();
	easter();
	local_times();
	gaps_and_folds();
	day_lengths();
	oracle();
	rules();
	hostile_zones();
	return done();
}
