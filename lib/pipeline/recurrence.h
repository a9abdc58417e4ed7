/* When a scheduled stage is due: by the calendar, or every so often counted from a date. */
#ifndef DUTO_RECURRENCE_H
#define DUTO_RECURRENCE_H

#include <stdbool.h>

#include "calendar/calendar_expression.h"

struct recurrence {
	const struct zone *zone; /* NULL: nothing is scheduled */
	int64_t period;		 /* ns, whole minutes; 0: by the calendar */
	struct calendar_expression at;
	/* What a period counts from, in the zone. Whole days keep to that time of day, whatever clocks
	 * do; others have their length. */
	int32_t day, second;
};

/* "06:00" and the like: 0 or -EINVAL. */
int recurrence_at(struct str text, const struct zone *zone, struct recurrence *ret);

/* "6h", "15d from 2026-11-01", "7d from 2026-11-01 06:00"; without `from`, from 2000-01-01. 0 or
 * -EINVAL. */
int recurrence_every(struct str text, const struct zone *zone, struct recurrence *ret);

/* The first time it is due after that one; INT64_MAX: never. Nanoseconds since the epoch. */
int64_t recurrence_next(const struct recurrence *r, int64_t after);

/* Appends a calendar event of systemd, with its zone, that is there whenever this is due. Returns
 * false where it is there more often. */
bool recurrence_format(struct buffer *to, const struct recurrence *r);

#endif
