#include "anomaly/event.h"

static bool goes_on(struct anomaly_event *e, double threshold, const struct anomaly *a)
{
	e->highest = larger(e->highest, a->strangeness);
	e->calm = a->strangeness < threshold / 2 ? e->calm + 1 : 0;
	return e->calm < ANOMALY_CALM;
}

enum anomaly_change anomaly_event_add(
	struct anomaly_event *e, double threshold, int64_t time, const struct anomaly *a)
{
	if (e->active) {
		e->active = goes_on(e, threshold, a);
		return e->active ? ANOMALY_NO_CHANGE : ANOMALY_ENDS;
	}
	if (a->score < threshold)
		return ANOMALY_NO_CHANGE;
	*e = (struct anomaly_event){ .active = true, .highest = a->score, .since = time };
	return ANOMALY_BEGINS;
}

void anomaly_event_save(const struct anomaly_event *e, struct buffer *to)
{
	wire_array(to, 4);
	wire_bool(to, e->active);
	wire_uint(to, e->calm);
	wire_double(to, e->highest);
	wire_int(to, e->since);
}

bool anomaly_event_load(struct anomaly_event *e, struct cursor *from)
{
	uint32_t items;
	uint64_t calm;
	struct wire active, highest;

	if (wire_next_array(from, &items) != 1 || items != 4 || wire_next(from, &active) != 1 ||
		active.type != WIRE_BOOL || wire_next_uint(from, &calm) != 1 ||
		calm > ANOMALY_CALM || wire_next(from, &highest) != 1 ||
		highest.type != WIRE_DOUBLE || wire_next_int(from, &e->since) != 1)
		return false;
	e->active = active.b;
	e->calm = (uint32_t)calm;
	e->highest = highest.d;
	return true;
}
