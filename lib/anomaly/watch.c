#include "anomaly/watch.h"

size_t anomaly_watch_size(const struct anomaly_plan *plan)
{
	return plan->fields * sizeof(struct anomaly_watched) +
	       (plan->together ? sizeof(struct anomaly_watch_together) : 0);
}

static struct anomaly_watch_together *together_of(
	const struct anomaly_watch *w, const struct anomaly_plan *plan)
{
	return (struct anomaly_watch_together *)&w->fields[plan->fields];
}

static void follow(struct anomaly_event *e, const struct anomaly_plan *plan, int64_t time,
	struct anomaly_verdict *ret)
{
	ret->judged = true;
	ret->change = anomaly_event_add(e, plan->threshold, time, &ret->anomaly);
	ret->event = *e;
}

void anomaly_watch_add(struct anomaly_watch *w, const struct anomaly_plan *plan, int64_t time,
	const double *values, struct anomaly_verdict *ret)
{
	bool whole = plan->together;

	for (size_t i = 0; i < plan->fields; i++) {
		struct anomaly_watched *field = &w->fields[i];
		ret[i] = (struct anomaly_verdict){ .field = i };
		if (!anomaly_takes(values[i])) {
			whole = false;
			continue;
		}
		anomaly_add(&field->series, &plan->settings, time, values[i], &ret[i].anomaly);
		follow(&field->event, plan, time, &ret[i]);
	}
	if (plan->together)
		ret[plan->fields] = (struct anomaly_verdict){ .judged = false };
	if (!whole)
		return;
	struct anomaly_watch_together *all = together_of(w, plan);
	struct anomaly_verdict *verdict = &ret[plan->fields];
	verdict->field = anomaly_together_add(
		&all->rows, &plan->settings, values, plan->fields, &verdict->anomaly);
	follow(&all->event, plan, time, verdict);
}

void anomaly_watch_save(
	const struct anomaly_watch *w, const struct anomaly_plan *plan, struct buffer *to)
{
	wire_array(to, (uint32_t)plan->fields + plan->together);
	for (size_t i = 0; i < plan->fields; i++) {
		anomaly_save(&w->fields[i].series, to);
		anomaly_event_save(&w->fields[i].event, to);
	}
	if (plan->together) {
		anomaly_together_save(&together_of(w, plan)->rows, to);
		anomaly_event_save(&together_of(w, plan)->event, to);
	}
}

bool anomaly_watch_load(
	struct anomaly_watch *w, const struct anomaly_plan *plan, struct cursor *from)
{
	uint32_t count;

	if (wire_next_array(from, &count) != 1 || count != plan->fields + plan->together)
		return false;
	for (size_t i = 0; i < plan->fields; i++)
		if (!anomaly_load(&w->fields[i].series, from) ||
			!anomaly_event_load(&w->fields[i].event, from))
			return false;
	return !plan->together || (anomaly_together_load(&together_of(w, plan)->rows, from) &&
					  anomaly_event_load(&together_of(w, plan)->event, from));
}
