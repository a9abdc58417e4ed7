/* Dates of the Gregorian calendar as numbers of days, so that they add, subtract and compare.
 *
 * A date's number counts from 1970-01-01, which is 0. Years go from DATE_YEAR_MIN to DATE_YEAR_MAX,
 * those that 64 bits of nanoseconds hold whole. */
#ifndef DUTO_DATE_H
#define DUTO_DATE_H

#include <stddef.h>
#include <stdint.h>

#include "str.h"

enum { DATE_YEAR_MIN = 1678, DATE_YEAR_MAX = 2261, DATE_TEXT = 10 };

enum { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };

struct date {
	int year, month, day; /* month and day from 1 */
};

int32_t date_number(int year, int month, int day); /* of a date that exists */
struct date date_of(int32_t number);

int date_month_days(int year, int month);

/* 0 Monday to 6 Sunday. */
static inline int date_weekday(int32_t number)
{
	return (int)(((int64_t)number + 7000000 + 3) % 7);
}

/* The date's number one or more months on (or back): the same day, or the last of a shorter month. */
int32_t date_add_months(int32_t number, int months);

/* Easter Sunday of the western churches. */
int32_t date_easter(int year);

/* 2026-04-21: exactly ten characters; -EINVAL for others, and for days that do not exist. */
int date_parse(struct str text, int32_t *ret_number);

/* Writes 2026-04-21. No NUL; returns the length. */
size_t date_format(char *to, int32_t number);

#endif
