#include "timing.h"

#include "clock.h"
#include "filter.h"
#include "pipelines/process.h"
#include "runs.h"

#define LOOK (60 * SECONDS) /* a clock may be set while a stage waits for its time */

bool timing_has(const struct unit *u)
{
	return u->stage->due.zone;
}

bool timing_is_due(struct supervisor *s, struct unit *u)
{
	int64_t now = clock_wall(), due = runs_due(s->p, u->stage, now);
	int64_t wait = due > now && due - now < LOOK ? due - now : LOOK;
	u->state = UNIT_WAITING;
	u->start_at = clock_monotonic() + wait;
	return due <= now;
}

void timing_ended(struct supervisor *s, struct unit *u, int status)
{
	char text[PROCESS_STATUS_TEXT];
	process_status_text(status, text);
	u->again = status != EXIT_OK && status != EXIT_CONFIG;
	if (u->again) {
		supervisor_fail_later(s, u, text);
		return;
	}
	if (status != EXIT_OK)
		supervisor_say(s, "%s %s: runs again when it is due", u->stage->name.text, text);
	if (timing_is_due(s, u)) /* already, as it took long: at the next look */
		u->start_at = clock_monotonic();
}

bool timing_is_rest(const struct supervisor *s)
{
	bool others = false;
	for (size_t i = 0; i < s->p->stage_count; i++) {
		if (timing_has(&s->units[i]))
			continue;
		others = true;
		if (s->units[i].state != UNIT_DONE)
			return false;
	}
	return others;
}
