/* Sags, swells and interruptions, found in readings that come in the order of time (IEC 61000-4-30,
 * 5.4 and 5.5, applied to RMS values as they are polled: their length is that of the readings).
 *
 * A disturbance of several phases lasts from the first phase that goes in to the last that comes
 * out, by the hysteresis; its voltage is the lowest (of a swell the highest) of all. A sag in which
 * all phases are below the threshold of interruption at once is an interruption. */
#ifndef DUTO_POWER_QUALITY_DISTURBANCE_H
#define DUTO_POWER_QUALITY_DISTURBANCE_H

#include "power_quality/archive.h"
#include "power_quality/profile.h"
#include "power_quality/reading.h"

struct disturbance {
	enum disturbance_kind kind;
	int64_t start, end; /* while it goes on, end is the newest reading */
	double voltage;	    /* V */
	bool phases[PHASES];
};

/* One that may be going on; of the kind sag (which may become an interruption) or swell. Zeroed:
 * none. */
struct disturbance_watch {
	bool active, inside[PHASES];
	struct disturbance now;
};

/* Looks at a reading. True: the one that was going on has ended with it, and is in *ret. */
bool disturbance_step(struct disturbance_watch *w, enum disturbance_kind kind,
	const struct profile *p, const struct reading *r, struct disturbance *ret);

/* Whether it makes readings of the steady voltage invalid. */
bool disturbance_leaves_out(const struct disturbance *d, const struct profile *p);

void disturbance_archive(struct disturbance_watch *w, struct archive *a);

#endif
