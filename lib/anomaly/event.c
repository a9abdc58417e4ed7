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

	if (wire_next_array(from, &items) != 1 || items != 4 ||
		wire_next_bool(from, &e->active) != 1 ||
		wire_next_uint_to(from, ANOMALY_CALM, &calm) != 1)
		return false;
	e->calm = (uint32_t)calm;
	return wire_next_double(from, &e->highest) == 1 && wire_next_int(from, &e->since) == 1;
}
