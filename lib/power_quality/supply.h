/* One source of readings: what is open of it. Not for filters. */
#ifndef DUTO_POWER_QUALITY_SUPPLY_H
#define DUTO_POWER_QUALITY_SUPPLY_H

#include "power_quality/hour.h"
#include "power_quality/pace.h"
#include "power_quality/power_quality.h"

enum { SUPPLY_ASSESSMENTS = 2 }; /* open at once: each lasts two periods at most */

struct supply {
	struct power_quality *of;
	struct str name;
	int64_t newest;	 /* of what came */
	int64_t reached; /* what is older is late */
	int64_t clock;	 /* of what has been worked on */
	struct reading_queue queue;
	struct pace pace;
	bool seen[PHASES];
	struct disturbance_watch watches[2]; /* for sags and for swells */
	struct slot slot;
	struct hour hour;
	struct assessment *assessments[SUPPLY_ASSESSMENTS];
	size_t assessment_count;
};

/* Works on readings up to this time, it included, and closes what ends there. */
void supply_advance(struct supply *s, int64_t until);
/* The same up to a time before which nothing more comes in; returns the one before which nothing
 * more comes out. */
int64_t supply_mark(struct supply *s, int64_t time);
/* Closes all, though not its time. */
void supply_end(struct supply *s);
void supply_free(struct supply *s);
void supply_archive(struct supply *s, struct archive *a);

struct power_quality {
	struct power_quality_form form;
	struct series *supplies;
};

#endif
