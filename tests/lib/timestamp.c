/* RFC 3339 times both ways; the C library's calendar is the oracle. */
#include "timestamp.h"

#include <stdlib.h>
#include <time.h>

#include "tap.h"

#define SECOND INT64_C(1000000000)

static const char *formatted(int64_t ns)
{
	static char text[TIMESTAMP_TEXT + 1];
	text[timestamp_format(text, ns)] = 0;
	return text;
}

static void writes(const char *expected, int64_t ns)
{
	is_str(formatted(ns), expected, expected);
}

static void reads(const char *text, int64_t expected)
{
	int64_t ns = -1;
	ok(timestamp_parse(str(text), &ns) == 0 && ns == expected, "reads %s", text);
}

static void refuses(const char *text)
{
	int64_t ns = 42;
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);
	memcpy(copy, text, len);
	ok(timestamp_parse((struct str){ copy, len }, &ns) < 0 && ns == 42, "refuses \"%s\"", text);
	free(copy);
}

static void forms(void)
{
	writes("1970-01-01T00:00:00Z", 0);
	writes("2026-01-01T00:00:00Z", 1767225600 * SECOND);
	writes("2026-01-01T00:00:00.500Z", 1767225600 * SECOND + 500000000);
	writes("2026-01-01T00:00:00.000250Z", 1767225600 * SECOND + 250000);
	writes("2026-01-01T00:00:00.000000001Z", 1767225600 * SECOND + 1);
	writes("1969-12-31T23:59:59.999999999Z", -1);
	writes("1969-12-31T00:00:00Z", -86400 * SECOND);
	writes("2262-04-11T23:47:16.854775807Z", INT64_MAX);
	writes("1677-09-21T00:12:43.145224192Z", INT64_MIN);
	reads("2026-01-01T00:00:00Z", 1767225600 * SECOND);
	reads("2026-01-01 00:00:00", 1767225600 * SECOND);
	reads("2026-01-01t00:00:00z", 1767225600 * SECOND);
	reads("2026-01-01", 1767225600 * SECOND);
	reads("2026-01-01T00:00:00.5", 1767225600 * SECOND + 500000000);
	reads("2026-01-01 00:00:00,25", 1767225600 * SECOND + 250000000);
	reads("2026-01-01T00:00:00.1234567899Z", 1767225600 * SECOND + 123456789);
	reads("2026-01-01T00:00:00-03:00", 1767236400 * SECOND);
	reads("2025-12-31T21:00:00.25-03:00", 1767225600 * SECOND + 250000000);
	reads("2026-01-01T05:30:00+05:30", 1767225600 * SECOND);
	reads("2016-12-31T23:59:60Z", 1483228800 * SECOND);
	reads("2024-02-29T00:00:00Z", 1709164800 * SECOND);
	reads("1969-12-31T23:59:59.5Z", -500000000);
}

static void hostile(void)
{
	static const char *const texts[] = { "", "2", "2026", "2026-", "2026-01", "2026-01-0",
		"2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-02-29", "2100-02-29",
		"2026-04-31", "2026-01-01T", "2026-01-01T00", "2026-01-01T00:00",
		"2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z",
		"2026-01-01T00:00:60Z", "2026-01-01T00:00:00.", "2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00,", "2026-01-01T00:00:00.,5", "2026-01-01T00:00:00+",
		"2026-01-01T00:00:00+3", "2026-01-01T00:00:00+03", "2026-01-01T00:00:00+0300",
		"2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00Z ",
		" 2026-01-01", "2026-1-1", "20260101", "-026-01-01", "+026-01-01", "1600-01-01",
		"2300-01-01", "9999-12-31", "2026-01-01X00:00:00Z", "2026-01-01T-1:00:00Z",
		"2026/01/01", "not a time", "01/01/2026" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		refuses(texts[i]);
}

/* Every day of five hundred years, at odd seconds. */
static void calendar(void)
{
	long wrong = 0;
	for (int64_t day = -36524; day < 106000; day++) {
		time_t t = day * 86400 + (day * 7919 % 86400 + 86400) % 86400;
		struct tm tm;
		char expected[32];
		int64_t back;
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
		if (strcmp(formatted(t * SECOND), expected) != 0)
			wrong++;
		if (timestamp_parse(str(expected), &back) || back != t * SECOND)
			wrong++;
	}
	ok(wrong == 0, "every day from 1870 to 2260, both ways");
}

int main(void)
{
	forms();
	hostile();
	calendar();
	return done();
}
