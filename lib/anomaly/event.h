/* From scores to events: one beginning and one end for each anomaly. */
#ifndef DUTO_ANOMALY_EVENT_H
#define DUTO_ANOMALY_EVENT_H

#include "anomaly/anomaly.h"

enum anomaly_change { ANOMALY_NO_CHANGE, ANOMALY_BEGINS, ANOMALY_ENDS };

/* Zeroed: no anomaly goes on. */
struct anomaly_event {
	bool active;
	uint32_t calm;	/* values in a row that were not strange */
	double highest; /* score since it began */
	int64_t since;	/* when it began */
};

/* An anomaly begins with a score of at least threshold; it ends when the strangeness was under half
 * of that for ANOMALY_CALM values in a row. */
enum { ANOMALY_CALM = 10 };
enum anomaly_change anomaly_event_add(
	struct anomaly_event *e, double threshold, int64_t time, const struct anomaly *a);

void anomaly_event_save(const struct anomaly_event *e, struct buffer *to);
bool anomaly_event_load(struct anomaly_event *e, struct cursor *from);

#endif
