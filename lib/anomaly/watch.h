/* All that is watched of one source: its fields one by one and, where asked for, together. */
#ifndef DUTO_ANOMALY_WATCH_H
#define DUTO_ANOMALY_WATCH_H

#include "anomaly/event.h"
#include "anomaly/together.h"

/* How to watch every source. */
struct anomaly_plan {
	struct anomaly_settings settings;
	double threshold; /* score at which an event begins */
	size_t fields;
	bool together; /* 2 to TOGETHER_FIELDS fields */
};

struct anomaly_watch_together {
	struct anomaly_together rows;
	struct anomaly_event event;
};

/* A source's state: anomaly_watch_size bytes; zeroed, it knows nothing. */
struct anomaly_watch {
	struct anomaly_watched {
		struct anomaly_series series;
		struct anomaly_event event;
	} fields[0]; /* behind them a struct anomaly_watch_together, where the plan has it */
};
size_t anomaly_watch_size(const struct anomaly_plan *plan);

/* What became of one field, or of all together (then field is the one that stands out). */
struct anomaly_verdict {
	bool judged;
	size_t field;
	struct anomaly anomaly;
	enum anomaly_change change;
	struct anomaly_event event; /* as it stands behind this value */
};

/* Judges a sample's values, NAN where there is none. ret: a verdict for each field, then one for all
 * together where the plan has it: rows in which a value is missing are not judged. */
void anomaly_watch_add(struct anomaly_watch *w, const struct anomaly_plan *plan, int64_t time,
	const double *values, struct anomaly_verdict *ret);

void anomaly_watch_save(
	const struct anomaly_watch *w, const struct anomaly_plan *plan, struct buffer *to);
bool anomaly_watch_load(
	struct anomaly_watch *w, const struct anomaly_plan *plan, struct cursor *from);

#endif
