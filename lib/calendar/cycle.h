/* Billing cycles: the stretches between readings.
 *
 *     day 1                                  from that day of each month, 00:00 (31: its last day)
 *     2026-03-10 2026-04-09 2026-05-11       reading dates: each day of reading is its cycle's last
 *     2026-03-10 2026-04-09 at 10:30         the same, read at that hour of those days
 *
 * Dates are in order, at least two, between spaces or semicolons. Times are of the zone's clock. */
#ifndef DUTO_CYCLE_H
#define DUTO_CYCLE_H

#include <stddef.h>
#include <stdint.h>

#include "calendar/zone.h"
#include "str.h"

struct cycles {
	int month_day;	   /* 1 to 31; 0: reading dates */
	int32_t second;	   /* of the reading day; 86400: its end */
	int32_t *readings; /* date numbers, in order */
	size_t count;
};

/* A cycle holds the moments start <= t < end, nanoseconds. Its days, for what is weighted by days,
 * are first_day <= day < end_day; with reading dates the first reading day is left out and the last
 * counts. */
struct cycle {
	int64_t start, end;
	int32_t first_day, end_day;
};

static inline int cycle_days(const struct cycle *c)
{
	return c->end_day - c->first_day;
}

/* 0, or -EINVAL with a malloc'ed message that has no place. */
int cycles_parse(struct str text, struct cycles *ret, char **ret_error);
void cycles_free(struct cycles *c);

/* The cycle that a moment lies in. 0, or -ERANGE where it is before the first reading or at or behind
 * the last. */
int cycles_at(const struct cycles *c, const struct zone *z, int64_t time, struct cycle *ret);

#endif
