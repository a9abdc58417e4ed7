#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "commands.h"
#include "failure.h"
#include "filter.h"
#include "process.h"
#include "rundir.h"
#include "text.h"
#include "wiring.h"

/* What a filter that was told to stop may take beyond the time it gives itself. */
#define PATIENCE (15 * SECONDS)

/* A filter of a stage of several. */
struct member {
	pid_t pid; /* 0: has ended */
	int status;
};

struct team {
	const struct pipeline *p;
	const struct stage *stage;
	const char *rundir;
	const struct wired *wired;
	struct member *members;
	size_t count;
	int end_fd;	 /* the last filter hears here that those before it ended well */
	bool told;	 /* to stop */
	bool failed;	 /* one of them: the others were told to stop */
	int64_t kill_at; /* when those that did not are killed; 0: none failed */
};

static void set_environment(
	const struct pipeline *p, const struct stage *stage, const char *rundir, size_t index)
{
	char *stat = text_print("%s/%s.%zu.stat", rundir, stage->name.text, index);
	setenv("DUTO_STAGE", stage->name.text, 1);
	setenv("DUTO_PIPELINE", p->name.text, 1);
	setenv("DUTO_STAT", stat, 1);
	free(stat);
}

static int become(const struct wired *w)
{
	int null = w->text ? -1 : open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, STDOUT_FILENO);
	execv(w->path, w->argv);
	return failure(EXIT_SYSTEM, "%s: %s", w->path, strerror(errno));
}

/* The descriptors of one member: what it reads, what it writes, and where it hears of the end. */
struct ends {
	int in, out, end;
};

static void run_member(const struct team *t, size_t i, int end)
{
	char number[16];
	set_environment(t->p, t->stage, t->rundir, i);
	if (i + 1 < t->count) {
		execv(t->wired[i].path, t->wired[i].argv);
		_exit(failure(EXIT_SYSTEM, "%s: %s", t->wired[i].path, strerror(errno)));
	}
	int kept = dup(end); /* unlike end itself, open in the filter */
	snprintf(number, sizeof(number), "%d", kept);
	setenv("DUTO_END_FD", number, 1);
	_exit(become(&t->wired[i]));
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
		run_member(t, i, e.end);
	if (pid < 0)
		return false;
	t->members[i].pid = pid;
	return true;
}

static bool start_members(struct team *t)
{
	int end[2], joint[2], in = -1;
	bool good = pipe2(end, O_CLOEXEC) == 0;
	for (size_t i = 0; good && i < t->count; i++) {
		bool last = i + 1 == t->count;
		good = last || pipe2(joint, O_CLOEXEC) == 0;
		good = good &&
		       start_member(t, i, (struct ends){ in, last ? -1 : joint[1], end[0] });
		close_end(in);
		if (!last)
			close_end(joint[1]);
		in = last ? -1 : joint[0];
	}
	t->end_fd = end[1];
	close_end(end[0]);
	return good;
}

/* From the last to the first: a reader knows of the stop before its writer ends. */
static void tell_all(struct team *t, int signal_number)
{
	t->told = true;
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
static bool is_failure(int status)
{
	return status != EXIT_OK && status != 128 + SIGPIPE;
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
	if (is_failure(status) && !t->failed) {
		process_status_text(status, text);
		fprintf(stderr, "duto: %s %s\n", t->stage->substages[i].words[0].text, text);
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
		struct pollfd p = { .fd = signals, .events = POLLIN };
		int64_t left = t->kill_at - clock_monotonic();
		if (t->kill_at && left <= 0)
			tell_all(t, SIGKILL);
		poll(&p, 1, t->kill_at && left > 0 ? (int)(left / MILLISECONDS) + 1 : -1);
		for (int signal_number; (signal_number = process_signal(signals));)
			if (signal_number != SIGCHLD)
				tell_all(t, signal_number == SIGHUP ? SIGTERM : signal_number);
		reap(t);
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
		if (status > 128)
			status = is_failure(status) ? EXIT_SYSTEM : EXIT_OK;
		if (weight(status) > weight(worst))
			worst = status;
	}
	return worst;
}

static int run_team(struct team *t)
{
	int signals = process_listen(), status;
	t->members = calloc(t->count, sizeof(*t->members));
	if (!t->members)
		abort();
	if (signals < 0)
		return failure(EXIT_SYSTEM, "signalfd: %s", strerror(-signals));
	if (!start_members(t)) {
		failure(EXIT_SYSTEM, "stage %s: %s", t->stage->name.text, strerror(errno));
		t->members[t->count - 1].status = EXIT_SYSTEM;
		tell_all(t, SIGKILL);
	}
	watch_members(t, signals);
	status = worst_status(t);
	free(t->members);
	return status;
}

static int run_wired(const struct pipeline *p, const struct stage *stage, const char *rundir,
	const struct wired *wired)
{
	if (chdir(p->dir))
		return failure(EXIT_SYSTEM, "%s: %s", p->dir, strerror(errno));
	if (stage->substage_count > 1) {
		struct team t = { p, stage, rundir, wired, .count = stage->substage_count };
		return run_team(&t);
	}
	set_environment(p, stage, rundir, 0);
	return become(&wired[0]);
}

int stage_run(
	const struct pipeline *p, const struct stage *stage, const char *rundir, const bool *ended)
{
	char *error;
	struct wired *wired = wiring_make(p, stage, rundir, ended, &error);
	if (!wired)
		return failure_with(EXIT_CONFIG, error);
	int status = run_wired(p, stage, rundir, wired);
	wiring_free(stage, wired);
	return status;
}

static int run_named(const struct pipeline *p, const char *name)
{
	char *error;
	const struct stage *stage = pipeline_stage(p, name);
	if (mistake_count(&p->mistakes)) {
		mistake_print(&p->mistakes, stderr);
		return EXIT_CONFIG;
	}
	if (!stage)
		return failure(EXIT_CONFIG, "%s: there is no stage \"%s\"", p->path, name);
	char *rundir = rundir_make(p->name.text, &error);
	if (!rundir)
		return failure_with(EXIT_SYSTEM, error);
	int status = stage_run(p, stage, rundir, NULL);
	free(rundir);
	return status;
}

int command_stage(int argc, char **argv)
{
	if (argc != 3)
		return failure(EXIT_CONFIG,
			"stage needs a pipeline file and the name of a stage (duto stage mill.yaml "
			"score)");
	struct pipeline *p = pipeline_open(argv[1]);
	int status = run_named(p, argv[2]);
	pipeline_close(p);
	return status;
}
