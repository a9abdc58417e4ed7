#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "filter.h"
#include "pipelines/failure.h"
#include "pipelines/process.h"
#include "runs_parts.h"

/* Held until this process ends. 0, or -EWOULDBLOCK: a run is under way. */
static int take_lock(const char *pipeline, const char *stage)
{
	char *path = runs_path(pipeline, stage, "lock");
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
	int r = fd < 0 || flock(fd, LOCK_EX | LOCK_NB) ? -errno : 0;
	free(path);
	return r;
}

static int wait_for(pid_t child, int signals, int *ret_told)
{
	struct pollfd p = { .fd = signals, .events = POLLIN };
	int status;
	for (;;) {
		poll(&p, 1, -1);
		for (int signal_number; (signal_number = process_signal(signals));)
			if (signal_number != SIGCHLD)
				kill(child, *ret_told = signal_number);
		for (pid_t pid; (pid = process_reap(&status));)
			if (pid == child)
				return status;
	}
}

static int run_child(int (*run)(void *context), void *context)
{
	int signals = process_listen(), told = 0;
	pid_t child = signals < 0 ? -1 : process_fork((const int[]){ -1, -1, -1 });
	if (child == 0)
		_exit(run(context));
	if (child < 0)
		return failure(EXIT_SYSTEM, "%s", strerror(errno));
	int status = wait_for(child, signals, &told);
	if (told && status == 128 + told) /* before it could listen */
		return EXIT_OK;
	return status > 128 ? failure(EXIT_SYSTEM, "the run was ended by signal %d", status - 128)
			    : status;
}

int runs_do(const struct pipeline *p, const struct stage *stage, bool only_due,
	int (*run)(void *context), void *context)
{
	const char *pipeline = p->name.text, *name = stage->name.text;
	struct runs runs;
	int r = runs_begin(p, stage);
	if (r)
		return failure(EXIT_SYSTEM, "schedule of %s: %s", name, strerror(-r));
	if (only_due && runs_due(p, stage, clock_wall()) > clock_wall())
		return EXIT_OK;
	r = take_lock(pipeline, name);
	if (r == -EWOULDBLOCK)
		return failure(EXIT_OK, "%s still runs: not started again", name);
	runs_read(pipeline, name, &runs);
	runs.seen = runs.started = clock_wall();
	runs.count++;
	r = r ? r : runs_write(pipeline, name, &runs);
	if (r)
		return failure(EXIT_SYSTEM, "schedule of %s: %s", name, strerror(-r));
	int64_t began = clock_monotonic();
	runs.status = run_child(run, context);
	runs.took = clock_monotonic() - began;
	runs.finished = runs.started + runs.took;
	runs.failed += runs.status != EXIT_OK;
	runs_write(pipeline, name, &runs);
	return runs.status;
}
