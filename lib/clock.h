/* Clocks, in nanoseconds. */
#ifndef DUTO_CLOCK_H
#define DUTO_CLOCK_H

#include <stdint.h>
#include <time.h>

#define MILLISECONDS INT64_C(1000000)
#define SECONDS	     INT64_C(1000000000)

static inline int64_t clock_read(clockid_t id)
{
	struct timespec now;
	clock_gettime(id, &now);
	return now.tv_sec * SECONDS + now.tv_nsec;
}

/* For deadlines. */
static inline int64_t clock_monotonic(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

/* Since the epoch, UTC: for sources and schedulers only. */
static inline int64_t clock_wall(void)
{
	return clock_read(CLOCK_REALTIME);
}

#endif
