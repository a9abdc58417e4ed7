/* What the parts of lib/aggregate share. Not for filters. */
#ifndef DUTO_AGGREGATE_PARTS_H
#define DUTO_AGGREGATE_PARTS_H

#include "aggregate.h"

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
