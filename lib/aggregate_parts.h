/* What the parts of lib/aggregate share. Not for filters. */
#ifndef DUTO_AGGREGATE_PARTS_H
#define DUTO_AGGREGATE_PARTS_H

#include "aggregate.h"
#include "course.h"
#include "quantile.h"

enum {
	AGGREGATE_COURSES = 1 << AGGREGATE_INTEGRAL | 1 << AGGREGATE_DELTA | 1 << AGGREGATE_RATE,
	AGGREGATE_ALL_QUANTILES = ((1 << AGGREGATE_QUANTILES) - 1) << AGGREGATE_QUANTILE,
};

/* Made where there is none. */
struct quantile *aggregate_quantile(struct aggregate *a);
struct course *aggregate_course(struct aggregate *a);

static inline bool aggregate_is_number(const struct wire *w)
{
	return w->type == WIRE_BOOL || w->type == WIRE_INT || w->type == WIRE_UINT ||
	       w->type == WIRE_DOUBLE;
}

static inline bool aggregate_is_value(const struct wire *w)
{
	return aggregate_is_number(w) || w->type == WIRE_STR || w->type == WIRE_BIN;
}

#endif
