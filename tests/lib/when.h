/* Times, dates and zones as tests write them. */
#ifndef DUTO_TEST_WHEN_H
#define DUTO_TEST_WHEN_H

#include "calendar.h"
#include "tap.h"
#include "timestamp.h"

static inline int64_t utc(const char *text)
{
	int64_t ns = 0;
	if (timestamp_parse(str(text), &ns) < 0)
		ok(false, "%s is a time", text);
	return ns;
}

static inline int32_t date(const char *text)
{
	int32_t day = 0;
	if (date_parse(str(text), &day) < 0)
		ok(false, "%s is a date", text);
	return day;
}

static inline const struct zone *zone(const char *name)
{
	const struct zone *z = NULL;
	if (zone_open(name, &z) < 0)
		ok(false, "%s is a zone", name);
	return z;
}

static inline void is_time(int64_t time, const char *expected, const char *title)
{
	char text[TIMESTAMP_TEXT + 1];
	text[timestamp_format(text, time)] = 0;
	is_str(text, expected, title);
}

static inline void is_date(int32_t day, const char *expected, const char *title)
{
	char text[DATE_TEXT + 1];
	text[date_format(text, day)] = 0;
	is_str(text, expected, title);
}

#endif
