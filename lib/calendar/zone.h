/* Time zones of the system's database (TZif files, RFC 8536), several at once.
 *
 * Times in seconds are since the epoch, UTC; local seconds are what a clock in the zone shows,
 * counted as if it showed UTC: local = UTC + offset. A zone is read once, stays as long as the
 * process, and is only looked at afterwards, from any thread. */
#ifndef DUTO_ZONE_H
#define DUTO_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "clock.h"

struct zone;

/* A stretch of time with one offset: seconds first <= t < end. Zeroed: none yet. */
struct zone_span {
	int64_t first, end;
	int32_t offset; /* seconds that local time is ahead of UTC */
};

/* What a clock and a calendar in the zone show. */
struct local_time {
	int32_t day;	/* date number (date.h) */
	int32_t second; /* of the day, 0 to 86399 */
	int32_t offset;
};

/* The zone of that name ("America/Sao_Paulo") from $TZDIR or /usr/share/zoneinfo. 0; -ENOENT where
 * there is none; -EINVAL for a name that cannot be one (empty, absolute, "..") or a file that is
 * no TZif of version 2 or later; -errno of reading it. Not for several threads at once. */
int zone_open(const char *name, const struct zone **ret);
const char *zone_name(const struct zone *z);

/* Reads a zone from the bytes of a TZif file. As above; the zone is the caller's. */
int zone_parse(const char *name, const void *data, size_t len, struct zone **ret);
void zone_free(struct zone *z);

void zone_span_at(const struct zone *z, int64_t seconds, struct zone_span *ret);

/* The offset at a time. span is the caller's, one for each place that walks through time: as long
 * as times stay in it, this costs two comparisons. */
static inline int32_t zone_offset(const struct zone *z, struct zone_span *span, int64_t seconds)
{
	if (__builtin_expect(seconds < span->first || seconds >= span->end, 0))
		zone_span_at(z, seconds, span);
	return span->offset;
}

static inline int64_t zone_seconds(int64_t time)
{
	int64_t seconds = time / SECONDS;
	return seconds - (time < seconds * SECONDS);
}

/* time: nanoseconds since the epoch. */
static inline struct local_time zone_local(
	const struct zone *z, struct zone_span *span, int64_t time)
{
	int64_t seconds = zone_seconds(time);
	int32_t offset = zone_offset(z, span, seconds);
	int64_t local = seconds + offset;
	int64_t day = local / 86400 - (local < 0 && local % 86400 != 0);
	return (struct local_time){ (int32_t)day, (int32_t)(local - day * 86400), offset };
}

/* When clocks in the zone show this second of this day (second may be 86400 or more: then of a day
 * that follows). Returns how often they do: 1; 2 where clocks are put back, earlier first; 0 where
 * clocks are put forward over it: both are the moment of the jump then. Nanoseconds. */
int zone_utc(const struct zone *z, int32_t day, int64_t second, int64_t ret[2]);

/* When a day begins: the first moment of it, also where midnight is skipped. Nanoseconds. The
 * length of a day is the beginning of the next less this: 23, 24 or 25 hours, or what the zone did. */
int64_t zone_day_start(const struct zone *z, int32_t day);

#endif
