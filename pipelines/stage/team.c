#include "team.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocate.h"
#include "clock.h"
#include "filter.h"
#include "herald.h"
#include "pipelines/failure.h"
#include "pipelines/process.h"

/* How long those that were stopped because another failed may take. */
#define PATIENCE (15 * SECONDS)

struct member {
	pid_t pid; /* 0: has ended */
	int status;
};

struct team {
	struct post post;
	const struct wired *wired;
	struct herald herald;
	struct member *members;
	size_t count;
	int end_fd;	 /* the last filter hears here that those before it ended well */
	bool told;	 /* to stop */
	bool failed;	 /* one of them: the others were told to stop */
	int64_t kill_at; /* when those that did not are killed; 0: none failed */
};

/* The descriptors of one member: what it reads and writes, where it acknowledges what it read and
 * hears of what it wrote, and where it hears of the end. -1: none. */
struct ends {
	int in, out, ack_in, ack_out, end;
};

static void hand_down(const char *variable, int fd)
{
	char number[16];
	if (fd < 0)
		return;
	snprintf(number, sizeof(number), "%d", dup(fd)); /* unlike fd itself, open in the filter */
	setenv(variable, number, 1);
}

static void run_member(struct team *t, size_t i, struct ends e)
{
	hand_down("DUTO_END_FD", i + 1 == t->count ? e.end : -1);
	hand_down("DUTO_ACK_IN", e.ack_in);
	hand_down("DUTO_ACK_OUT", e.ack_out);
	t->post.index = i;
	herald_enter(&t->herald);
	_exit(launch(&t->post, &t->wired[i]));
}

static void close_end(int fd)
{
	if (fd >= 0)
		close(fd);
}

static bool start_member(struct team *t, size_t i, struct ends e)
{
	pid_t pid = process_fork((const int[]){ e.in, e.out, -1 });
	if (pid == 0)
		run_member(t, i, e);
	if (pid < 0)
		return false;
	t->members[i].pid = pid;
	herald_set(&t->herald, i, t->post.stage->substages[i].words[0].text, pid);
	return true;
}

/* From left to right, each pair joined by a pipe, and by one for acknowledgements the other way. */
static bool start_members(struct team *t)
{
	int end[2], joint[2] = { -1, -1 }, acks[2] = { -1, -1 };
	struct ends e = { -1, -1, -1, -1, -1 };
	bool good = pipe2(end, O_CLOEXEC) == 0;
	e.end = end[0];
	for (size_t i = 0; good && i < t->count; i++) {
		bool last = i + 1 == t->count;
		good = last || (pipe2(joint, O_CLOEXEC) == 0 && pipe2(acks, O_CLOEXEC) == 0);
		e.out = last ? -1 : joint[1];
		e.ack_out = last ? -1 : acks[0];
		good = good && start_member(t, i, e);
		close_end(e.in);
		close_end(e.out);
		close_end(e.ack_in);
		close_end(e.ack_out);
		e.in = last ? -1 : joint[0];
		e.ack_in = last ? -1 : acks[1];
	}
	t->end_fd = end[1];
	close_end(end[0]);
	return good;
}

/* From the last to the first: a reader knows of the stop before its writer ends. */
static void tell_all(struct team *t, int signal_number)
{
	t->told |= signal_number != SIGHUP;
	for (size_t i = t->count; i-- > 0;)
		if (t->members[i].pid)
			kill(t->members[i].pid, signal_number);
}

/* Those before a filter that failed have nobody to write to: two signals make them give back at
 * once what they have not passed on. Those behind it pass on what they have. */
static void stop_others(struct team *t, size_t failed)
{
	t->failed = true;
	t->kill_at = clock_monotonic() + PATIENCE;
	tell_all(t, SIGTERM);
	for (size_t i = failed; i-- > 0;)
		if (t->members[i].pid)
			kill(t->members[i].pid, SIGINT);
}

/* A writer whose reader has gone is ended by SIGPIPE; why the reader left is the reader's to tell.
 */
static bool is_failure(const struct team *t, int status)
{
	bool before_it_listened = t->told && status == 128 + SIGTERM;
	return status != EXIT_OK && status != status_of_end() && status != 128 + SIGPIPE &&
	       !before_it_listened;
}

static bool all_before_last_ended(const struct team *t)
{
	for (size_t i = 0; i + 1 < t->count; i++)
		if (t->members[i].pid)
			return false;
	return true;
}

/* One byte says that the end of the pipe is the end of the stream; none, that it is not. */
static void tell_end(struct team *t)
{
	if (t->end_fd < 0 || !all_before_last_ended(t))
		return;
	if (!t->failed)
		(void)!write(t->end_fd, "", 1);
	close(t->end_fd);
	t->end_fd = -1;
}

static void member_ended(struct team *t, size_t i, int status)
{
	char text[PROCESS_STATUS_TEXT];
	t->members[i] = (struct member){ 0, status };
	herald_set(&t->herald, i, "", 0);
	if (is_failure(t, status) && !t->failed) {
		process_status_text(status, text);
		fprintf(stderr, "duto: %s %s\n", t->post.stage->substages[i].words[0].text, text);
		stop_others(t, i);
	}
	for (size_t before = i; before-- > 0;)
		if (t->members[before].pid && !t->told)
			kill(t->members[before].pid, SIGTERM); /* nobody reads it any more */
	tell_end(t);
}

static void reap(struct team *t)
{
	int status;
	for (pid_t pid; (pid = process_reap(&status));)
		for (size_t i = 0; i < t->count; i++)
			if (t->members[i].pid == pid)
				member_ended(t, i, status);
}

static bool any_left(const struct team *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->members[i].pid)
			return true;
	return false;
}

static void watch_members(struct team *t, int signals)
{
	while (any_left(t)) {
		struct pollfd polls[] = { { .fd = signals, .events = POLLIN },
			{ .fd = t->herald.fd, .events = POLLIN } };
		int64_t left = t->kill_at - clock_monotonic();
		if (t->kill_at && left <= 0)
			tell_all(t, SIGKILL);
		poll(polls, 2, t->kill_at && left > 0 ? (int)(left / MILLISECONDS) + 1 : -1);
		for (int signal_number; (signal_number = process_signal(signals));)
			if (signal_number != SIGCHLD)
				tell_all(t, signal_number);
		reap(t);
		if (any_left(t))
			herald_hear(&t->herald);
	}
}

static int weight(int status)
{
	return status == EXIT_CONFIG ? 3 : status == EXIT_SYSTEM ? 2 : status != EXIT_OK;
}

static int worst_status(const struct team *t)
{
	int worst = EXIT_OK;
	for (size_t i = 0; i < t->count; i++) {
		int status = t->members[i].status;
		if (status == status_of_end())
			status = EXIT_OK;
		if (status > 128)
			status = is_failure(t, status) ? EXIT_SYSTEM : EXIT_OK;
		if (weight(status) > weight(worst))
			worst = status;
	}
	return worst == EXIT_OK && t->members[t->count - 1].status == status_of_end()
		       ? status_of_end()
		       : worst;
}

int team_run(const struct post *post, const struct wired *wired)
{
	struct team t = { .post = *post, .wired = wired, .count = post->stage->substage_count };
	int signals = process_listen(), status;
	if (signals < 0)
		return failure(EXIT_SYSTEM, "signalfd: %s", strerror(-signals));
	t.members = allocate(t.count, sizeof(*t.members));
	int r = herald_open(&t.herald, t.count);
	if (r)
		return failure(EXIT_SYSTEM, "stage %s: %s", post->stage->name.text, strerror(-r));
	if (!start_members(&t)) {
		failure(EXIT_SYSTEM, "stage %s: %s", post->stage->name.text, strerror(errno));
		t.members[t.count - 1].status = EXIT_SYSTEM;
		tell_all(&t, SIGKILL);
	}
	watch_members(&t, signals);
	status = worst_status(&t);
	herald_close(&t.herald);
	free(t.members);
	return status;
}
