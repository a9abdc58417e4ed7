/* When to try again what failed: after 0.5 s, 1 s, 2 s, ... 30 s. A zeroed struct has not failed.
 */
#ifndef DUTO_RETRY_H
#define DUTO_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

#define RETRY_MIN (SECONDS / 2)
#define RETRY_MAX (30 * SECONDS)

struct retry {
	int64_t at, delay; /* monotonic; delay 0: it did not fail */
};

static inline void retry_failed(struct retry *r)
{
	r->delay = r->delay ? r->delay * 2 : RETRY_MIN;
	if (r->delay > RETRY_MAX)
		r->delay = RETRY_MAX;
	r->at = clock_monotonic() + r->delay;
}

static inline void retry_succeeded(struct retry *r)
{
	*r = (struct retry){ 0 };
}

static inline bool retry_is_due(const struct retry *r)
{
	return !r->delay || clock_monotonic() >= r->at;
}

#endif
