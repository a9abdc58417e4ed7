#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "filter.h"
#include "process.h"
#include "stage.h"
#include "text.h"

#define DELAY_MAX (30 * SECONDS)
#define RAN_WELL  (60 * SECONDS) /* a failure after that is not one in a row */
#define STOP	  (10 * SECONDS) /* what filters give themselves unless --stop says otherwise */
#define PATIENCE  (5 * SECONDS)
#define HOPELESS  (2 * SECONDS) /* for writers whose reader will not come back */

enum unit_state { WAITING, RUNNING, DONE };

/* A stage and its process. */
struct unit {
	const struct stage *stage;
	enum unit_state state;
	pid_t pid;
	int64_t started, start_at, delay;
	int64_t kill_at; /* 0: not told to stop */
	bool told;
	bool abrupt; /* done, but its writers may not have heard that their streams were read */
	struct relay text, messages;
	char *prefix;
};

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

static void run_stage(const struct supervisor *s, const struct unit *u)
{
	setpgid(0, 0);
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	_exit(stage_run(s->p, u->stage, s->rundir, s->ended));
}

static void fail_later(struct supervisor *s, struct unit *u, const char *what)
{
	bool in_a_row = u->delay && clock_monotonic() - u->started < RAN_WELL;
	u->delay = in_a_row && !s->stopping ? 2 * u->delay : s->restart_delay;
	if (u->delay > DELAY_MAX)
		u->delay = DELAY_MAX;
	u->state = WAITING;
	u->told = false;
	u->start_at = clock_monotonic() + u->delay;
	supervisor_say(s, "%s %s: starts again in %.3g s", u->stage->name.text, what,
		(double)u->delay / SECONDS);
}

static void start(struct supervisor *s, struct unit *u)
{
	static int null = -1;
	if (null < 0)
		null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	u->started = clock_monotonic();
	u->pid = process_fork((const int[]){ null, u->text.to, u->messages.to });
	if (u->pid == 0)
		run_stage(s, u);
	if (u->pid < 0) {
		u->pid = 0;
		fail_later(s, u, strerror(errno));
		return;
	}
	setpgid(u->pid, u->pid);
	u->state = RUNNING;
}

/* How long a stage's filters go on after they were told to stop. */
static int64_t stop_time(const struct stage *stage)
{
	int64_t longest = STOP, given;
	for (size_t i = 0; i < stage->substage_count; i++) {
		const struct substage *sub = &stage->substages[i];
		for (size_t k = 1; k < sub->count; k++) {
			const char *value = strncmp(sub->argv[k], "--stop=", 7) == 0
						    ? sub->argv[k] + 7
					    : strcmp(sub->argv[k], "--stop") == 0 ? sub->argv[k + 1]
										  : NULL;
			if (value && opt_duration(str(value), &given) == 0 && given > longest)
				longest = given;
		}
	}
	return longest;
}

/* How long it may take is bounded only where a person waits for it. */
static void tell(const struct supervisor *s, struct unit *u, int64_t patience)
{
	u->told = true;
	if (s->stopping)
		u->kill_at = clock_monotonic() + patience;
	if (u->state == RUNNING)
		kill(u->pid, SIGTERM);
	else
		u->state = DONE;
}

static struct unit *source(const struct supervisor *s, const struct unit *u, size_t i)
{
	const struct stage *stage = u->stage;
	return &s->units[i < stage->from_count ? stage->from[i].stage
					       : stage->taps[i - stage->from_count].stage];
}

/* A writer ends well only when its readers have passed on all that it sent. A reader then ends by
 * itself, having read the end of the stream; it has to be told where the stream was cut short by a
 * stop, where it was started again and an earlier process of it may have read the end, and where it
 * taps, since taps have no end. */
static bool should_stop(const struct supervisor *s, const struct unit *u)
{
	size_t sources = u->stage->from_count + u->stage->tap_count;
	bool unaware = u->stage->tap_count || u->delay;
	if (u->told || u->state == DONE)
		return false;
	if (sources == 0)
		return s->stopping;
	for (size_t i = 0; i < sources; i++) {
		if (source(s, u, i)->state != DONE)
			return false;
		unaware |= source(s, u, i)->told;
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
		if (writer->state != DONE && !writer->told)
			tell(s, writer, HOPELESS);
		tell_writers(s, writer);
	}
}

static void give_up(struct supervisor *s, struct unit *u)
{
	supervisor_say(s, "%s left with status 100, which no restart mends: stopping the others",
		u->stage->name.text);
	s->status = EXIT_CONFIG;
	u->state = DONE;
	u->told = true;
	supervisor_stop(s);
	tell_writers(s, u);
}

static void end_well(struct supervisor *s, struct unit *u)
{
	u->state = DONE;
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
		u->state = DONE;
		s->status = s->status ? s->status : EXIT_SYSTEM;
		supervisor_say(
			s, "%s %s before everything was passed on", u->stage->name.text, text);
	} else {
		fail_later(s, u, text);
	}
}

static void end_unit(struct supervisor *s, struct unit *u, int status)
{
	u->pid = 0;
	relay_settle(&u->text, status != EXIT_OK);
	relay_settle(&u->messages, false);
	if (status == EXIT_OK || (u->told && status == 128 + SIGTERM)) /* before it had begun */
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
static void kill_unheard(const struct supervisor *s, const struct unit *u)
{
	bool abrupt;
	if (u->state == RUNNING && !u->told && is_complete(s, u, &abrupt) && (abrupt || u->delay))
		kill(-u->pid, SIGKILL);
}

static void kill_late(struct supervisor *s, struct unit *u)
{
	if (u->state != RUNNING || !u->kill_at || clock_monotonic() < u->kill_at)
		return;
	kill(-u->pid, SIGKILL);
	u->kill_at = 0;
	if (s->status != EXIT_CONFIG)
		supervisor_say(s, "%s does not end: killed", u->stage->name.text);
}

void supervisor_service(struct supervisor *s)
{
	reap(s);
	for (size_t i = 0; i < s->p->stage_count; i++) {
		struct unit *u = &s->units[s->p->order[i]];
		if (should_stop(s, u))
			tell(s, u, stop_time(u->stage) + PATIENCE);
		else if (u->state == WAITING && clock_monotonic() >= u->start_at)
			start(s, u);
		kill_late(s, u);
		kill_unheard(s, u);
	}
}

static int open_unit(struct supervisor *s, size_t index)
{
	struct unit *u = &s->units[index];
	u->stage = &s->p->stages[index];
	u->prefix = make_prefix(s, index);
	int r = relay_open(&u->text, s->output, "");
	return r ? r : relay_open(&u->messages, s->errors, u->prefix);
}

int supervisor_open(struct supervisor *s)
{
	s->units = calloc(s->p->stage_count, sizeof(*s->units));
	s->ended = calloc(s->p->stage_count, sizeof(*s->ended));
	if (!s->units || !s->ended)
		abort();
	for (size_t i = 0; i < s->p->stage_count; i++) {
		int r = open_unit(s, i);
		if (r)
			return r;
	}
	for (size_t i = s->p->stage_count; i-- > 0;)
		start(s, &s->units[s->p->order[i]]);
	return 0;
}

static void close_relay(struct relay *r)
{
	close(r->from);
	close(r->to);
	buffer_free(&r->line);
}

void supervisor_close(struct supervisor *s)
{
	for (size_t i = 0; i < s->p->stage_count; i++) {
		close_relay(&s->units[i].text);
		close_relay(&s->units[i].messages);
		free(s->units[i].prefix);
	}
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
			u->kill_at = clock_monotonic() + stop_time(u->stage) + PATIENCE;
	}
	s->stopping = true;
}

void supervisor_kill(struct supervisor *s)
{
	s->stopping = true;
	s->status = s->status ? s->status : EXIT_SYSTEM;
	for (size_t i = 0; i < s->p->stage_count; i++) {
		struct unit *u = &s->units[i];
		u->told = true;
		if (u->state == RUNNING)
			kill(-u->pid, SIGKILL);
		else
			u->state = DONE;
	}
}

bool supervisor_is_done(const struct supervisor *s)
{
	for (size_t i = 0; i < s->p->stage_count; i++)
		if (s->units[i].state != DONE)
			return false;
	return true;
}

int64_t supervisor_deadline(const struct supervisor *s)
{
	int64_t first = 0;
	for (size_t i = 0; i < s->p->stage_count; i++) {
		const struct unit *u = &s->units[i];
		int64_t at = u->state == WAITING   ? u->start_at + 1
			     : u->state == RUNNING ? u->kill_at
						   : 0;
		if (at && (!first || at < first))
			first = at;
	}
	return first;
}

static size_t add_poll(const struct relay *r, struct pollfd *to)
{
	*to = (struct pollfd){ .fd = r->from, .events = POLLIN };
	return !outlet_is_full(r->outlet);
}

size_t supervisor_polls(const struct supervisor *s, struct pollfd *polls)
{
	size_t n = 0;
	for (size_t i = 0; i < s->p->stage_count; i++) {
		n += add_poll(&s->units[i].text, polls + n);
		n += add_poll(&s->units[i].messages, polls + n);
	}
	return n;
}

static void relay(struct relay *r)
{
	if (!outlet_is_full(r->outlet))
		relay_service(r);
}

void supervisor_relay(struct supervisor *s)
{
	for (size_t i = 0; i < s->p->stage_count; i++) {
		relay(&s->units[i].text);
		relay(&s->units[i].messages);
	}
	outlet_flush(s->output);
	outlet_flush(s->errors);
}
