/* How long one reading stands for, learnt: the least that the median of so many spacings in a row
 * has been. Readings that are missing make spacings longer and do not count; a burst of a few short
 * ones does not either. */
#ifndef DUTO_POWER_QUALITY_PACE_H
#define DUTO_POWER_QUALITY_PACE_H

#include "power_quality/archive.h"

enum { PACE_SPACINGS = 15 };

/* Zeroed: nothing is known. */
struct pace {
	int64_t last, learnt; /* ns; 0: not yet */
	int64_t spacings[PACE_SPACINGS];
	size_t count; /* of spacings seen, up to PACE_SPACINGS */
	size_t at;
};

void pace_add(struct pace *p, int64_t time);

/* ns; a second where fewer than two readings came. */
int64_t pace_of(const struct pace *p);

void pace_archive(struct pace *p, struct archive *a);

#endif
