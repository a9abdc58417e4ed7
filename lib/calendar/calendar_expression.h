/* Calendar events as systemd writes them (systemd.time(7)): when something is due.
 *
 *     06:00                  every day at six
 *     Mon..Fri 06:00,18:30   is not one: lists are of one part each. Mon..Fri 6,18:30 is
 *     *-*-01 00:10:00        on the first of each month
 *     *:0/15                 every quarter of an hour
 *     2026-12-24 18:00
 *     daily, hourly, weekly, monthly, quarterly, semiannually, yearly, minutely
 *
 * A part is *, a number, a range 6..18, a step 0/15 or 8..18/2, or a list of these. Parts of
 * seconds, days from the end of a month (~) and time zones in the text are refused. */
#ifndef DUTO_CALENDAR_EXPRESSION_H
#define DUTO_CALENDAR_EXPRESSION_H

#include <stdint.h>

#include "buffer.h"
#include "calendar/zone.h"

enum { CALENDAR_YEAR = 1970, CALENDAR_YEARS = 256 };

/* Which values each part may have, a bit each. */
struct calendar_expression {
	uint64_t seconds, minutes, hours; /* from 0 */
	uint64_t days, months;		  /* from 1 */
	uint64_t weekdays;		  /* from 0, Monday */
	uint64_t years[CALENDAR_YEARS / 64];
};

/* 0 or -EINVAL. */
int calendar_expression_parse(struct str text, struct calendar_expression *ret);

/* The first time after `after` (ns since the epoch) at which clocks in the zone show what is asked
 * for; INT64_MAX: never. Where clocks are put forward over it, it is the moment of the jump; what
 * they show twice counts the first time only. */
int64_t calendar_expression_next(
	const struct calendar_expression *e, const struct zone *zone, int64_t after);

/* Appends it as systemd takes it, without a zone. */
void calendar_expression_format(struct buffer *to, const struct calendar_expression *e);

#endif
