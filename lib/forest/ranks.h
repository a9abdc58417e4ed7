/* Where a value stands among all that a forest compares its feature with: below, numbers are small
 * integers. A bucket of the value's size tells where to begin, then a search without branches over
 * as many steps as the fullest bucket needs. Inside lib/forest. */
#ifndef DUTO_FOREST_RANKS_H
#define DUTO_FOREST_RANKS_H

#include <math.h>

#include "forest/layout.h"

enum { RANKS_MAX = UINT16_MAX - 2 }; /* bounds of one feature */

struct rank_feature {
	double *bounds;	  /* rising, each once; behind them infinity, as far as a search looks */
	uint16_t *starts; /* per bucket: how many bounds lie in buckets before */
	double low,
		scale; /* a value's bucket is (value - low) * scale, within the buckets there are */
	double last;   /* the last bucket */
	uint32_t count, first_step;
};

struct ranks {
	struct rank_feature *features;
	size_t count;
};

/* False where a feature has more than RANKS_MAX bounds. */
bool ranks_make(struct ranks *r, const struct forest_layout *l);
void ranks_free(struct ranks *r);

/* How many bounds are below v; of NAN count + 1. So v <= bounds[i] where the rank is <= i. */
static inline uint32_t ranks_of(const struct rank_feature *f, double v)
{
	double bucket = (v - f->low) * f->scale;
	bucket = bucket > 0 ? bucket : 0; /* NAN: 0 */
	bucket = bucket < f->last ? bucket : f->last;
	uint32_t i = f->starts[(uint32_t)bucket];

	for (uint32_t step = f->first_step; step; step /= 2)
		i += f->bounds[i + step - 1] < v ? step : 0;
	return isnan(v) ? f->count + 1 : i;
}

#endif
