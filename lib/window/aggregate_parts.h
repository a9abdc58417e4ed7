/* What the parts of lib/aggregate share. Not for filters. */
#ifndef DUTO_AGGREGATE_PARTS_H
#define DUTO_AGGREGATE_PARTS_H

#include "aggregate.h"
#include "course.h"
#include "quantile.h"
#include "wire_number.h"

enum {
	AGGREGATE_COURSES = 1 << AGGREGATE_INTEGRAL | 1 << AGGREGATE_DELTA | 1 << AGGREGATE_RATE,
	AGGREGATE_ALL_QUANTILES = ((1 << AGGREGATE_QUANTILES) - 1) << AGGREGATE_QUANTILE,
};

/* Integers are compared as integers: two that differ may be the same float 64. */
bool aggregate_is_less(const struct wire *a, const struct wire *b);
double aggregate_distance(const struct wire *w, const struct wire *from);

void aggregate_add_sum(struct aggregate *a, double v);

/* Made where there is none. */
struct quantile *aggregate_quantile(struct aggregate *a);
struct course *aggregate_course(struct aggregate *a);

static inline bool aggregate_is_value(const struct wire *w)
{
	return wire_is_number(w) || w->type == WIRE_STR || w->type == WIRE_BIN;
}

#endif
