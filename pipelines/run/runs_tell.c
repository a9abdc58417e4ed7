#include <inttypes.h>

#include "date.h"
#include "human.h"
#include "runs.h"

/* Today's times without a day, those next to it by a word. */
static void put_time(struct buffer *to, const struct zone *zone, int64_t time, int64_t now)
{
	struct zone_span span = { 0 };
	struct local_time at = zone_local(zone, &span, time), today = zone_local(zone, &span, now);
	struct date date = date_of(at.day);
	if (at.day == today.day + 1)
		buffer_add_str(to, STR("tomorrow "));
	else if (at.day == today.day - 1)
		buffer_add_str(to, STR("yesterday "));
	else if (at.day != today.day)
		buffer_print(to, "%04d-%02d-%02d ", date.year, date.month, date.day);
	buffer_print(to, "%02d:%02d", at.second / 3600, at.second / 60 % 60);
	if (at.second % 60)
		buffer_print(to, ":%02d", at.second % 60);
}

static void put_next(
	struct buffer *to, const struct pipeline *p, const struct stage *stage, int64_t now)
{
	int64_t next = runs_due(p, stage, now);
	if (next <= now) {
		buffer_add_str(to, STR("due now"));
	} else if (next == INT64_MAX) {
		buffer_add_str(to, STR("not due again"));
	} else {
		buffer_add_str(to, STR("next "));
		put_time(to, stage->due.zone, next, now);
	}
}

static void put_last(struct buffer *to, const struct runs *r, const struct zone *zone, int64_t now)
{
	char took[HUMAN_TEXT];
	bool running = r->finished < r->started;
	buffer_add_str(to, running ? STR("; runs since ") : STR("; last "));
	put_time(to, zone, r->started, now);
	if (running)
		return;
	human_span(took, r->took);
	buffer_print(to, " took %s", took);
	if (r->status)
		buffer_print(to, ", status %d", r->status);
}

bool runs_tell(const struct pipeline *p, const struct stage *stage, int64_t now, struct buffer *to)
{
	struct runs r;
	runs_read(p->name.text, stage->name.text, &r);
	put_next(to, p, stage, now);
	if (!r.count) {
		buffer_add_str(to, STR("; has not run yet"));
		return true;
	}
	put_last(to, &r, stage->due.zone, now);
	buffer_print(to, "; %" PRIu64 " run%s, %" PRIu64 " failed", r.count,
		r.count == 1 ? "" : "s", r.failed);
	return r.status == 0;
}
