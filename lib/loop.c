#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "emit.h"
#include "filter.h"
#include "notify.h"
#include "stat.h"

enum { WATCHES = 1024, WAKES = 8, PENDING = 4096 };

struct link *loop_inputs[LOOP_LINKS], *loop_outputs[LOOP_LINKS];
int loop_input_count, loop_output_count;

static volatile sig_atomic_t stop_signals;
static int signal_fd = -1;
/* When the time is over in which a filter that was told to stop still reads, and in which its
 * readers may take what it has made of it. */
static int64_t read_until, leave_at, stop_time;

static int status_at_end = EXIT_OK;
static bool source_over, source_waits;
static int64_t source_at;
static const struct sample *current;
static struct buffer room;
static uint64_t offset;
static int reading = -1; /* the input at hand */

static struct {
	int fd;
	void (*ready)(int fd);
} watches[WATCHES];
static int watch_count;

static struct {
	int64_t at;
	void (*wake)(void);
} wakes[WAKES];

/* Messages read, in order, whose samples are not yet passed on for good. */
static struct {
	int input;
	uint64_t number, position;
} pending[PENDING];
static unsigned pending_first, pending_count;

/* The message with which the last input ended: settled after what filter.end() makes of it. */
static struct {
	int input;
	uint64_t number;
} final;

/* A second signal stops at once; but timeout(1) and a terminal may send one and the same twice. */
static void on_signal(int signal_number)
{
	static int first;
	static int64_t heard;
	uint64_t one = 1;
	if (stop_signals && (signal_number != first || clock_monotonic() - heard > SECONDS / 2))
		_exit(EXIT_SYSTEM);
	if (stop_signals)
		return;
	first = signal_number;
	heard = clock_monotonic();
	stop_signals = 1;
	(void)!write(signal_fd, &one, sizeof(one));
}

void loop_listen(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	signal_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

bool stopping(void)
{
	return stop_signals > 0;
}

void leave_with(int status)
{
	status_at_end = status;
}

const struct sample *loop_current(void)
{
	return current;
}

const char *input_name(void)
{
	if (reading < 0 || strcmp(loop_inputs[reading]->name, "-") == 0)
		return "standard input";
	const char *name = loop_inputs[reading]->name;
	return strncmp(name, "file:", 5) == 0 ? name + 5 : name;
}

uint64_t input_offset(void)
{
	return offset;
}

void wait_until(int64_t monotonic)
{
	source_at = monotonic;
}

void wait_ready(void)
{
	source_waits = true;
}

void watch(int fd, void (*ready)(int fd))
{
	int i = 0;
	while (i < watch_count && watches[i].fd != fd)
		i++;
	if (!ready && i < watch_count) {
		watches[i] = watches[--watch_count];
		return;
	}
	if (i == WATCHES)
		die_system("more than %d descriptors to wait for", WATCHES);
	watches[i].fd = fd;
	watches[i].ready = ready;
	if (i == watch_count)
		watch_count++;
}

void wake_at(int64_t monotonic, void (*wake)(void))
{
	int free_slot = -1;
	for (int i = 0; i < WAKES; i++) {
		if (wakes[i].wake == wake) {
			wakes[i].at = monotonic;
			return;
		}
		if (!wakes[i].wake)
			free_slot = i;
	}
	if (free_slot < 0)
		die_system("more than %d deadlines", WAKES);
	wakes[free_slot].at = monotonic;
	wakes[free_slot].wake = wake;
}

static bool run_wakes(void)
{
	bool any = false;
	for (int i = 0; i < WAKES; i++) {
		if (!wakes[i].at || wakes[i].at > clock_monotonic())
			continue;
		wakes[i].at = 0;
		wakes[i].wake();
		any = true;
	}
	return any;
}

/* The loop comes by here at every turn and whenever it waits: a callback that hangs starves the
 * watchdog. */
static void feed_watchdog(void)
{
	static int64_t interval = -1, fed;
	if (interval < 0)
		interval = notify_watchdog_interval();
	if (!interval || clock_monotonic() - fed < interval / 2)
		return;
	fed = clock_monotonic();
	notify("WATCHDOG=1");
}

static void earlier(int64_t *deadline, int64_t at)
{
	if (at && at < *deadline)
		*deadline = at;
}

static int timeout_ms(bool for_room)
{
	int64_t now = clock_monotonic(), deadline = now + 60 * SECONDS,
		interval = notify_watchdog_interval();
	earlier(&deadline, read_until > now ? read_until : leave_at);
	if (interval)
		earlier(&deadline, now + interval);
	for (int i = 0; i < loop_input_count; i++)
		earlier(&deadline, loop_inputs[i]->deadline);
	for (int i = 0; i < loop_output_count; i++)
		earlier(&deadline, loop_outputs[i]->deadline);
	for (int i = 0; i < WAKES && !for_room; i++)
		earlier(&deadline, wakes[i].at);
	if (!for_room && filter.produce && !source_over && !source_waits)
		earlier(&deadline, source_at);
	return deadline <= now ? 0 : (int)((deadline - now + MILLISECONDS - 1) / MILLISECONDS);
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

static void service(struct link *l)
{
	int r = link_service(l);
	if (r)
		loop_output_failed(l, r);
}

static void settle_inputs(void)
{
	uint64_t settled = pending_count ? emit_settled() : 0;
	while (pending_count && pending[pending_first].position <= settled) {
		link_settle(
			loop_inputs[pending[pending_first].input], pending[pending_first].number);
		pending_first = (pending_first + 1) % PENDING;
		pending_count--;
	}
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
	settle_inputs();
	tell_settled();
}

static void service_all(void)
{
	for (int i = 0; i < loop_output_count; i++)
		service(loop_outputs[i]);
	settle();
	for (int i = 0; i < loop_input_count; i++)
		service(loop_inputs[i]);
}

static int add_waits(struct pollfd *polls, const struct link *l)
{
	memcpy(polls, l->waits, sizeof(*polls) * (size_t)l->wait_count);
	return l->wait_count;
}

static void call_watches(const struct pollfd *polls, int count)
{
	for (int i = 0; i < count; i++) {
		if (!polls[i].revents)
			continue;
		for (int j = 0; j < watch_count; j++)
			if (watches[j].fd == polls[i].fd) {
				source_waits = false;
				watches[j].ready(polls[i].fd);
				break;
			}
	}
}

/* Waits for whatever may let the loop go on; while the outputs are full, only for them. */
static void wait_for_events(bool for_room, int timeout)
{
	static struct pollfd polls[1 + 2 * LOOP_LINKS * LINK_WAITS + WATCHES];
	int n = 0;
	polls[n++] = (struct pollfd){ .fd = signal_fd, .events = POLLIN };
	for (int i = 0; i < loop_output_count; i++)
		n += add_waits(polls + n, loop_outputs[i]);
	for (int i = 0; i < loop_input_count && !for_room; i++)
		n += add_waits(polls + n, loop_inputs[i]);
	int watched = n;
	for (int i = 0; i < watch_count && !for_room; i++)
		polls[n++] = (struct pollfd){ .fd = watches[i].fd, .events = POLLIN };
	feed_watchdog();
	if (poll(polls, (nfds_t)n, timeout) > 0)
		call_watches(polls + watched, n - watched);
	if (polls[0].revents) {
		uint64_t count;
		(void)!read(signal_fd, &count, sizeof(count));
	}
}

static void start_stop_clock(void)
{
	if (!stopping() || leave_at)
		return;
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

/* Outputs that take nothing while the time to stop is over: what they did not acknowledge stays
 * with the inputs' writers, or is lost where there are none. */
static void check_stop(void)
{
	if (!leave_at || clock_monotonic() < leave_at)
		return;
	if (can_hand_back())
		notice("stopped: what was not taken is handed back");
	else
		warning("stopped before the reader took everything");
	loop_leave(EXIT_SYSTEM);
}

void loop_wait_for_room(void)
{
	start_stop_clock();
	wait_for_events(true, timeout_ms(true));
	service_all();
	check_stop();
}

static void input_failed(const struct link *l, int error)
{
	if (error == -EBUSY)
		die_system("%s: another reader took this edge over", l->name);
	die_system("%s: %s", input_name(), strerror(-error));
}

/* Hands the samples of what was read to the filter; returns how many bytes they were. */
static size_t read_samples(const struct link_input *in)
{
	static struct sample s = { .room = &room };
	size_t at = 0;
	int len = 0;
	while (at < in->len && (len = sample_decode(&s, in->data + at, in->len - at)) != 0) {
		if (len == -EBADMSG)
			die_system("%s: offset %" PRIu64 ": expected a sample, found other bytes",
				input_name(), offset + at);
		stat_page->in++;
		if (len == -EPROTO) {
			len = (int)s.len;
			drop("not of a sample's shape",
				"%s: offset %" PRIu64 ": a map that is not a sample", input_name(),
				offset + at);
		} else {
			stat_page->newest = s.time;
			current = &s;
			filter.sample(&s);
			current = NULL;
		}
		at += (size_t)len;
	}
	if (at < in->len && (in->whole || in->last))
		die_system("%s: offset %" PRIu64 ": the last sample is cut off", input_name(),
			offset + at);
	return at;
}

static void remember(int input, uint64_t number)
{
	if (!number)
		return;
	unsigned last = (pending_first + pending_count - 1) % PENDING;
	bool joins = pending_count == PENDING && pending[last].input == input;
	if (pending_count == PENDING && !joins)
		die_system("more than %d messages in hand", PENDING);
	unsigned i = joins ? last : (pending_first + pending_count++) % PENDING;
	pending[i].input = input;
	pending[i].number = number;
	pending[i].position = emit_position();
}

static bool inputs_ended(void)
{
	for (int i = 0; i < loop_input_count; i++)
		if (!loop_inputs[i]->ended)
			return false;
	return loop_input_count > 0;
}

static bool read_input(int i)
{
	static uint64_t offsets[LOOP_LINKS], lost[LOOP_LINKS];
	struct link_input in;
	struct link *l = loop_inputs[i];
	reading = i;
	int r = link_read(l, &in);
	if (r < 0)
		input_failed(l, r);
	if (r == 0)
		return false;
	offset = offsets[i];
	size_t used =
		filter.bytes ? filter.bytes((char *)in.data, in.len, in.last) : read_samples(&in);
	offsets[i] += used;
	stat_page->in_bytes += used;
	stat_page->lost += l->lost - lost[i];
	lost[i] = l->lost;
	uint64_t passed = link_used(l, used), number = in.whole ? in.number : passed;
	if (in.last && inputs_ended()) {
		final.input = i;
		final.number = number;
	} else {
		remember(i, number);
	}
	return true;
}

/* Files of text are read one after another, samples from all inputs in turn. */
static bool read_inputs(void)
{
	bool any = false;
	for (int i = 0; i < loop_input_count; i++) {
		if (loop_inputs[i]->ended)
			continue;
		any |= read_input(i);
		if (filter.bytes)
			break;
	}
	return any;
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
	return l->ended || (stopping() && (!l->connected || filter.bytes));
}

static bool inputs_over(void)
{
	if (filter.produce)
		return source_over || stopping();
	for (int i = 0; i < loop_input_count; i++)
		if (!input_over(loop_inputs[i]))
			return read_until && clock_monotonic() >= read_until;
	return loop_input_count > 0 || stopping();
}

static bool all_ended(void)
{
	bool streams = false, ended = filter.produce ? source_over : inputs_ended();
	for (int i = 0; i < loop_input_count; i++)
		streams |= strcmp(loop_inputs[i]->name, "-") == 0;
	return ended && !(stopping() && (streams || filter.produce));
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

static void turn(void)
{
	start_stop_clock();
	bool busy = run_wakes();
	busy |= read_inputs();
	busy |= filter.produce && run_source();
	settle();
	feed_watchdog();
	if (busy) {
		count_queue();
		if (watch_count)
			wait_for_events(false, 0);
		return;
	}
	if (filter.idle)
		filter.idle();
	emit_flush();
	service_all();
	count_queue();
	if (!inputs_over())
		wait_for_events(false, timeout_ms(false));
	service_all();
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
 * waited for. */
static void pass_on(void)
{
	emit_flush();
	for (service_all(); pending_count;)
		loop_wait_for_room();
}

int loop_run(int64_t stop_after)
{
	stop_time = stop_after;
	while (!inputs_over())
		turn();
	bool late = read_until && clock_monotonic() >= read_until;
	pass_on();
	bool cut = all_ended() && !end_is_confirmed(), over = all_ended() && !cut;
	if (filter.end && !cut && (over || filter.produce || !late))
		filter.end();
	emit_flush();
	remember(final.input, final.number);
	finish_outputs(over);
	close_links();
	if (cut)
		die_system("what came before in the stage did not end well");
	return status_at_end;
}

void loop_leave(int status)
{
	close_links();
	exit(status);
}
