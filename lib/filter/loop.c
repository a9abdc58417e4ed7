#include "loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "emit.h"
#include "events.h"
#include "filter.h"
#include "gap.h"
#include "intake.h"
#include "notify.h"
#include "position.h"
#include "stat.h"

struct link *loop_inputs[LOOP_LINKS], *loop_outputs[LOOP_LINKS];
int loop_input_count, loop_output_count;

static bool merge;
/* When the time is over in which a filter that was told to stop still reads, and in which its
 * readers may take what it has made of it. */
static int64_t read_until, leave_at, stop_time;

static int status_at_end = EXIT_OK;
static bool source_over, source_waits, reads_nothing;
static int64_t source_at;

void read_nothing(void)
{
	reads_nothing = true;
}

static bool is_source(void)
{
	return filter.produce && (!filter.sample || reads_nothing);
}

bool loop_reads(void)
{
	return (filter.sample || filter.bytes) && !reads_nothing;
}

void leave_with(int status)
{
	status_at_end = status;
}

void wait_until(int64_t monotonic)
{
	source_at = monotonic;
}

void wait_ready(void)
{
	source_waits = true;
}

/* When the reader of a pipe has left, go as every program in a shell's pipe does. */
void loop_output_failed(const struct link *l, int error)
{
	if (error == -EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	die_system("%s: %s", strcmp(l->name, "-") == 0 ? "standard output" : l->name,
		strerror(-error));
}

/* What an output waits for is this filter's status until it goes on. */
static void tell_notice(struct link *l)
{
	static const struct link *stuck;
	if (!l->notice)
		return;
	for (char *rest = l->notice, *line; (line = strsep(&rest, "\n"));)
		warning("%s", line);
	if (l->stuck || stuck == l)
		status_line("%s", l->stuck ? l->notice : "");
	stuck = l->stuck ? l : stuck == l ? NULL : stuck;
	free(l->notice);
	l->notice = NULL;
}

static void service(struct link *l)
{
	int r = link_service(l);
	tell_notice(l);
	if (r)
		loop_output_failed(l, r);
}

uint64_t made(void)
{
	return emit_position();
}

static void tell_settled(void)
{
	static uint64_t told;
	uint64_t settled = filter.settled ? emit_settled() : told;
	if (settled == told)
		return;
	told = settled;
	filter.settled(settled);
}

static void settle(void)
{
	intake_settle();
	tell_settled();
}

static void service_inputs(void)
{
	settle();
	for (int i = 0; i < loop_input_count; i++)
		service(loop_inputs[i]);
}

static void service_all(void)
{
	for (int i = 0; i < loop_output_count; i++)
		service(loop_outputs[i]);
	service_inputs();
}

static void earlier(int64_t *deadline, int64_t at)
{
	if (at && (!*deadline || at < *deadline))
		*deadline = at;
}

/* When the loop has to go on by itself. While it waits for room, inputs are told of what is settled
 * meanwhile. */
static int64_t own_deadline(bool for_room)
{
	int64_t now = clock_monotonic(), deadline = read_until > now ? read_until : leave_at;
	if (for_room) {
		earlier(&deadline, now + SECONDS);
		return deadline;
	}
	earlier(&deadline, position_due());
	if (is_source() && !source_over && !source_waits)
		earlier(&deadline, source_at ? source_at : 1);
	return deadline;
}

static void wait_for_events(void)
{
	bool reads = position_resume() && !intake_held();
	if (events_wait(reads ? EVENTS_ALL : EVENTS_NO_INPUTS, own_deadline(false)))
		source_waits = false;
}

/* What a keep's writer put there just before it ended may not have been looked at yet: that a keep
 * had nothing more counts from here on. */
static void start_stop_clock(void)
{
	if (!stopping() || leave_at)
		return;
	for (int i = 0; i < loop_input_count; i++)
		loop_inputs[i]->connected |= loop_inputs[i]->keep != NULL;
	leave_at = clock_monotonic() + stop_time;
	read_until = leave_at - stop_time / 2;
	notify("STOPPING=1");
}

static bool can_hand_back(void)
{
	bool edges = loop_input_count > 0;
	for (int i = 0; i < loop_input_count; i++)
		edges &= loop_inputs[i]->acknowledged;
	return edges;
}

static bool reads_keeps_only(void)
{
	for (int i = 0; i < loop_input_count; i++)
		if (!loop_inputs[i]->keep)
			return false;
	return loop_input_count > 0;
}

/* Outputs that take nothing while the time to stop is over: what they did not acknowledge stays
 * with the inputs' writers, or is lost where there are none. */
static void check_stop(void)
{
	if (!leave_at || clock_monotonic() < leave_at)
		return;
	if (reads_keeps_only()) {
		notice("stopped: what is not done stays in the keep");
		loop_leave(EXIT_OK);
	}
	if (can_hand_back())
		notice("stopped: what was not taken is handed back");
	else
		warning("stopped before the reader took everything");
	loop_leave(EXIT_SYSTEM);
}

void loop_wait_for_room(void)
{
	start_stop_clock();
	service_inputs();
	events_wait(EVENTS_OUTPUTS, own_deadline(true));
	service_all();
	check_stop();
}

static bool run_source(void)
{
	bool any = false;
	for (int i = 0; i < 64 && !source_over && !source_waits && !stopping(); i++) {
		if (source_at && source_at > clock_monotonic())
			break;
		source_at = 0;
		source_over = !filter.produce();
		any = true;
	}
	return any;
}

/* A reader that was told to stop goes on while its writer is there. */
static bool input_over(const struct link *l)
{
	return l->ended || (leave_at && (!l->connected || filter.bytes));
}

static bool inputs_over(void)
{
	if (is_source())
		return source_over || stopping();
	for (int i = 0; i < loop_input_count; i++)
		if (!input_over(loop_inputs[i]))
			return read_until && clock_monotonic() >= read_until;
	return loop_input_count > 0 || stopping();
}

static bool all_ended(void)
{
	bool streams = false, ended = is_source() ? source_over : intake_ended();
	for (int i = 0; i < loop_input_count; i++)
		streams |= strcmp(loop_inputs[i]->name, "-") == 0;
	return ended && !(stopping() && (streams || is_source()));
}

/* In a stage of several filters joined by pipes, the supervisor knows whether those before this one
 * ended well: only then is the end of the pipe the end of the stream. */
static bool end_is_confirmed(void)
{
	const char *fd = getenv("DUTO_END_FD");
	char byte;
	return !fd || read(atoi(fd), &byte, 1) == 1;
}

static void count_queue(void)
{
	stat_page->queue = emit_position() - emit_settled();
}

static bool read_and_produce(void)
{
	if (!position_resume())
		return false;
	bool busy = is_source() && run_source();
	position_offer(false);
	return intake_read(merge) || busy;
}

static void turn(void)
{
	start_stop_clock();
	loop_reload_if_asked();
	bool busy = events_run_wakes(), resumed = position_resume();
	busy |= read_and_produce();
	settle();
	events_feed_watchdog();
	if (busy) {
		count_queue();
		if (events_watched() && events_wait(EVENTS_NO_INPUTS, 1))
			source_waits = false;
		return;
	}
	if (filter.idle)
		filter.idle();
	position_offer(true);
	emit_flush();
	service_all();
	count_queue();
	if (position_resume() && !resumed)
		return; /* an input that was not read yet has nothing to be waited for */
	if (!inputs_over())
		wait_for_events();
	service_all();
}

/* Waits for what lets the outputs, or a filter that commits by itself, come to an end. */
static void wait_for_end(void)
{
	if (!filter.commits) {
		loop_wait_for_room();
		return;
	}
	start_stop_clock();
	events_wait(EVENTS_NO_INPUTS, own_deadline(true));
	events_run_wakes();
	service_all();
	check_stop();
}

static void finish_outputs(bool end)
{
	for (;;) {
		bool done = true;
		for (int i = 0; i < loop_output_count; i++) {
			int r = link_finish(loop_outputs[i], end);
			if (r < 0)
				loop_output_failed(loop_outputs[i], r);
			done &= r == 1;
		}
		settle();
		if (done)
			return;
		loop_wait_for_room();
	}
}

/* Each is taken off the list first: closing one may fail, and come here again. */
static void close_links(void)
{
	while (loop_input_count)
		link_close(loop_inputs[--loop_input_count]);
	while (loop_output_count)
		link_close(loop_outputs[--loop_output_count]);
}

/* Those before this one in a stage end when all they wrote is passed on for good: before they are
 * waited for. A filter that commits does so when it is told of the end. */
static void pass_on(bool over)
{
	emit_flush();
	service_all();
	while (!position_close(over) || (!filter.commits && intake_is_pending()))
		wait_for_end();
}

/* Held back is what a filter has not yet let go of; where the stream goes on another time, it is in
 * its checkpoint. */
static void end_filter(bool over, bool late)
{
	bool stops = !over && position_holds_state();
	if (!stops && (over || is_source() || !late)) {
		gap_end();
		position_end_filter();
	} else if (filter.commits) {
		position_end_filter();
	}
}

static void wait_for_commit(void)
{
	while (filter.commits && intake_settled() < intake_made())
		wait_for_end();
}

int loop_run(int64_t stop_after, bool merge_inputs)
{
	stop_time = stop_after;
	merge = merge_inputs;
	while (!inputs_over())
		turn();
	bool late = read_until && clock_monotonic() >= read_until;
	pass_on(all_ended());
	bool cut = all_ended() && !end_is_confirmed(), over = all_ended() && !cut;
	if (!cut)
		end_filter(over, late);
	emit_flush();
	intake_finish();
	wait_for_commit();
	finish_outputs(over);
	close_links();
	if (cut)
		die_system("what came before in the stage did not end well");
	return over && status_at_end == EXIT_OK ? status_of_end() : status_at_end;
}

void loop_leave(int status)
{
	close_links();
	exit(status);
}
