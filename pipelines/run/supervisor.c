#include "supervisor.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "clock.h"
#include "filter.h"
#include "pipelines/process.h"
#include "pipelines/stage/patience.h"
#include "runs.h"
#include "text.h"
#include "timing.h"

#define HOPELESS (2 * SECONDS) /* for writers whose reader will not come back */

void supervisor_say(struct supervisor *s, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	buffer_add_str(&s->errors->bytes, STR("duto: "));
	buffer_add_str(&s->errors->bytes, str(text));
	buffer_add_char(&s->errors->bytes, '\n');
}

static char *make_prefix(const struct supervisor *s, size_t index)
{
	static const int colours[] = { 36, 33, 32, 35, 34, 96, 93, 92, 95, 94 };
	const char *name = s->p->stages[index].name.text;
	size_t width = 0;
	for (size_t i = 0; i < s->p->stage_count; i++) {
		size_t len = strlen(s->p->stages[i].name.text);
		width = len > width ? len : width;
	}
	if (!s->colour)
		return text_print("%-*s | ", (int)width, name);
	return text_print("\033[%dm%-*s |\033[0m ", colours[index % 10], (int)width, name);
}

void supervisor_fail_later(struct supervisor *s, struct unit *u, const char *what)
{
	if (s->stopping)
		u->delay = 0;
	unit_delay(u, s->restart_delay);
	supervisor_say(s, "%s %s: starts again in %.3g s", u->stage->name.text, what,
		(double)u->delay / SECONDS);
}

static void start(struct supervisor *s, struct unit *u)
{
	int r = unit_start(u, &(struct site){ s->p, s->traits, s->rundir, s->ended });
	if (r)
		supervisor_fail_later(s, u, strerror(-r));
}

static struct unit *source(const struct supervisor *s, const struct unit *u, size_t i)
{
	const struct stage *stage = u->stage;
	return &s->units[i < stage->from_count ? stage->from[i].stage
					       : stage->taps[i - stage->from_count].stage];
}

/* Whether a reader has to be told that this source of its has ended. The end of a keep is on disk,
 * and is found there even by one that was started again; but while the pipeline stops, what is
 * left in it may wait for the next run. */
static bool hides_end(const struct supervisor *s, const struct unit *u, size_t i)
{
	const struct unit *writer = source(s, u, i);
	bool tapped = i >= u->stage->from_count;
	if (!tapped && s->traits[writer - s->units].keeps)
		return s->stopping || !writer->clean;
	return tapped || u->delay || writer->told;
}

/* A writer to edges ends well only when its readers have passed on all that it sent. A reader then
 * ends by itself, having read the end of the stream; it has to be told where the stream was cut
 * short by a stop, where it was started again and an earlier process of it may have read the end,
 * and where it taps, since taps have no end. */
static bool should_stop(const struct supervisor *s, const struct unit *u)
{
	size_t sources = u->stage->from_count + u->stage->tap_count;
	bool unaware = false;
	if (u->told || u->state == UNIT_DONE)
		return false;
	if (sources == 0)
		return s->stopping;
	for (size_t i = 0; i < sources; i++) {
		if (source(s, u, i)->state != UNIT_DONE)
			return false;
		unaware |= hides_end(s, u, i);
	}
	return unaware;
}

static bool reads(const struct stage *reader, size_t writer)
{
	for (size_t i = 0; i < reader->from_count; i++)
		if (reader->from[i].stage == writer)
			return true;
	return false;
}

/* Whether all who read this stage's edges ended by themselves: they have had the whole stream.
 * ret_abrupt: one of them in a way that the stage does not know. */
static bool is_complete(const struct supervisor *s, const struct unit *u, bool *ret_abrupt)
{
	bool read = false;
	*ret_abrupt = false;
	for (size_t i = 0; i < s->p->stage_count; i++) {
		const struct unit *reader = &s->units[i];
		if (!reads(reader->stage, (size_t)(u - s->units)))
			continue;
		if (!s->ended[i])
			return false;
		read = true;
		*ret_abrupt |= reader->abrupt;
	}
	return read;
}

/* Nobody will take what these still hold. */
static void tell_writers(struct supervisor *s, const struct unit *u)
{
	for (size_t i = 0; i < u->stage->from_count; i++) {
		struct unit *writer = source(s, u, i);
		if (writer->state != UNIT_DONE && !writer->told)
			unit_tell(writer, HOPELESS);
		tell_writers(s, writer);
	}
}

static void give_up(struct supervisor *s, struct unit *u)
{
	supervisor_say(s, "%s left with status 100, which no restart mends: stopping the others",
		u->stage->name.text);
	s->status = EXIT_CONFIG;
	u->state = UNIT_DONE;
	u->told = true;
	supervisor_stop(s);
	tell_writers(s, u);
}

static void end_well(struct supervisor *s, struct unit *u)
{
	u->state = UNIT_DONE;
	s->ended[u - s->units] = !u->told;
}

static void end_badly(struct supervisor *s, struct unit *u, int status)
{
	char text[PROCESS_STATUS_TEXT];
	process_status_text(status, text);
	if (is_complete(s, u, &u->abrupt)) {
		u->abrupt = true;
		end_well(s, u);
	} else if (status == EXIT_CONFIG) {
		give_up(s, u);
	} else if (u->told && s->stopping) {
		u->state = UNIT_DONE;
		s->status = s->status ? s->status : EXIT_SYSTEM;
		supervisor_say(
			s, "%s %s before everything was passed on", u->stage->name.text, text);
	} else {
		supervisor_fail_later(s, u, text);
	}
}

static void end_unit(struct supervisor *s, struct unit *u, int status)
{
	bool unbegun = u->told && status == 128 + SIGTERM; /* no filter had begun to listen */
	u->clean = status == EXIT_OK;
	unit_reaped(u, status != EXIT_OK);
	if (timing_has(u) && !u->told && !s->stopping) {
		timing_ended(s, u, status);
		return;
	}
	if (status == EXIT_OK || unbegun)
		end_well(s, u);
	else
		end_badly(s, u, status);
}

static void reap(struct supervisor *s)
{
	int status;
	for (pid_t pid; (pid = process_reap(&status));)
		for (size_t i = 0; i < s->p->stage_count; i++)
			if (s->units[i].pid == pid)
				end_unit(s, &s->units[i], status);
}

/* It waits for a reader to say that it has read the end: in vain where that reader was killed over
 * it, or said so to an earlier process of this stage. */
static void kill_unheard(const struct supervisor *s, struct unit *u)
{
	bool abrupt;
	if (u->state == UNIT_RUNNING && !u->told && is_complete(s, u, &abrupt) &&
		(abrupt || u->delay))
		unit_kill(u);
}

static void kill_late(struct supervisor *s, struct unit *u)
{
	if (u->state != UNIT_RUNNING || !u->kill_at || clock_monotonic() < u->kill_at)
		return;
	unit_kill(u);
	if (s->status != EXIT_CONFIG)
		supervisor_say(s, "%s does not end: killed", u->stage->name.text);
}

/* How long a stage may take to stop is bounded only where a person waits for it. */
void supervisor_service(struct supervisor *s)
{
	reap(s);
	if (!s->stopping && timing_is_rest(s))
		supervisor_stop(s);
	for (size_t i = 0; i < s->p->stage_count; i++) {
		struct unit *u = &s->units[s->p->order[i]];
		if (should_stop(s, u))
			unit_tell(u, s->stopping ? patience(u->stage) : 0);
		else if (u->state == UNIT_WAITING && clock_monotonic() >= u->start_at &&
			 (!timing_has(u) || u->again || timing_is_due(s, u)))
			start(s, u);
		kill_late(s, u);
		kill_unheard(s, u);
	}
}

int supervisor_open(struct supervisor *s)
{
	s->units = allocate(s->p->stage_count, sizeof(*s->units));
	s->ended = allocate(s->p->stage_count, sizeof(*s->ended));
	for (size_t i = 0; i < s->p->stage_count; i++) {
		int r = unit_open(
			&s->units[i], &s->p->stages[i], make_prefix(s, i), s->output, s->errors);
		if (r)
			return r;
	}
	for (size_t i = s->p->stage_count; i-- > 0;) {
		struct unit *u = &s->units[s->p->order[i]];
		int r = timing_has(u) ? runs_begin(s->p, u->stage) : 0;
		if (r)
			return r;
		if (!timing_has(u) || timing_is_due(s, u))
			start(s, u);
	}
	return 0;
}

void supervisor_close(struct supervisor *s)
{
	for (size_t i = 0; i < s->p->stage_count; i++)
		unit_close(&s->units[i]);
	free(s->units);
	free(s->ended);
}

/* One that waits to start again is needed now: what comes from the others has to go on. */
void supervisor_stop(struct supervisor *s)
{
	for (size_t i = 0; i < s->p->stage_count && !s->stopping; i++) {
		struct unit *u = &s->units[i];
		u->start_at = 0;
		if (u->told)
			u->kill_at = clock_monotonic() + patience(u->stage);
	}
	s->stopping = true;
}

void supervisor_reload(const struct supervisor *s)
{
	for (size_t i = 0; i < s->p->stage_count; i++)
		if (s->units[i].pid > 0)
			kill(s->units[i].pid, SIGHUP);
}

void supervisor_kill(struct supervisor *s)
{
	s->stopping = true;
	s->status = s->status ? s->status : EXIT_SYSTEM;
	for (size_t i = 0; i < s->p->stage_count; i++) {
		struct unit *u = &s->units[i];
		u->told = true;
		unit_kill(u);
		if (u->state == UNIT_WAITING)
			u->state = UNIT_DONE;
	}
}

bool supervisor_is_done(const struct supervisor *s)
{
	for (size_t i = 0; i < s->p->stage_count; i++)
		if (s->units[i].state != UNIT_DONE)
			return false;
	return true;
}

int64_t supervisor_deadline(const struct supervisor *s)
{
	int64_t first = 0;
	for (size_t i = 0; i < s->p->stage_count; i++) {
		int64_t at = unit_deadline(&s->units[i]);
		if (at && (!first || at < first))
			first = at;
	}
	return first;
}

size_t supervisor_polls(const struct supervisor *s, struct pollfd *polls)
{
	size_t n = 0;
	for (size_t i = 0; i < s->p->stage_count; i++)
		n += unit_polls(&s->units[i], polls + n);
	return n;
}

void supervisor_relay(struct supervisor *s)
{
	for (size_t i = 0; i < s->p->stage_count; i++)
		unit_relay(&s->units[i]);
	outlet_flush(s->output);
	outlet_flush(s->errors);
}
