#include "rerun.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "filter.h"
#include "pipelines/describe/libexec.h"
#include "pipelines/failure.h"
#include "pipelines/process.h"
#include "pipelines/stage/stage.h"
#include "text.h"
#include "timestamp.h"

/* A pipeline on its way through its stages. */
struct course {
	const struct rerun *r;
	const struct rerun_stage *plan;
	struct site site; /* nothing of it is live */
	int signals, null;
};

/* Waits for the process that a stage runs in. A signal to stop ends it, and the whole. */
static int wait_for(const struct course *c, pid_t pid)
{
	struct pollfd p = { .fd = c->signals, .events = POLLIN };
	int status, stopped = 0;
	for (;;) {
		for (pid_t ended; (ended = process_reap(&status));)
			if (ended == pid)
				return stopped ? 128 + stopped : status;
		poll(&p, 1, -1);
		for (int signal_number; (signal_number = process_signal(c->signals));)
			if (signal_number != SIGCHLD) {
				stopped = signal_number;
				kill(-pid, SIGKILL);
			}
	}
}

/* Runs work in a process group of its own that writes text to the path; NULL: to nobody. */
static int run_process(const struct course *c, const char *text,
	int (*work)(const struct post *post, const struct wired *wired), const struct post *post,
	const struct wired *wired)
{
	int to = text ? open(text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;
	if (text && to < 0)
		return failure(EXIT_SYSTEM, "%s: %s", text, strerror(errno));
	pid_t pid = process_fork((const int[]){ c->null, text ? to : c->null, -1 });
	if (pid == 0) {
		setpgid(0, 0);
		_exit(work(post, wired));
	}
	if (to >= 0)
		close(to);
	if (pid < 0)
		return failure(EXIT_SYSTEM, "%s", strerror(errno));
	setpgid(pid, pid);
	return wait_for(c, pid);
}

static char *time_text(int64_t time)
{
	char text[TIMESTAMP_TEXT];
	return text_print("%.*s", (int)timestamp_format(text, time), text);
}

static int replay_keep(const struct course *c, const struct stage *stage, const char *part)
{
	struct wired wired = { .path = libexec_path("replay"), .mute = true };
	char *out = text_print("file:%s", part), *since = time_text(c->r->since),
	     *until = time_text(c->r->until);
	char *argv[] = { "replay", c->plan[stage - c->r->p->stages].keep, "--speed", "max", "--out",
		out, NULL, NULL, NULL, NULL, NULL };
	size_t n = 6;
	if (c->r->since) {
		argv[n++] = "--since";
		argv[n++] = since;
	}
	if (c->r->until) {
		argv[n++] = "--until";
		argv[n++] = until;
	}
	wired.argv = argv;
	int status = run_process(c, NULL, launch, &(struct post){ &c->site, stage, 0 }, &wired);
	free(wired.path);
	free(out);
	free(since);
	free(until);
	return status;
}

static int replay(const struct course *c, const struct stage *stage)
{
	struct stat st;
	char *error, *part = rerun_part_path(c->r, stage, ".samples");
	const char *keep = c->plan[stage - c->r->p->stages].keep;
	int status = EXIT_OK;
	unlink(part);
	if (stat(keep, &st) == 0 && S_ISDIR(st.st_mode))
		status = replay_keep(c, stage, part);
	else if (rerun_copy(c->r, keep, part, &error))
		status = failure_with(EXIT_CONFIG, error);
	free(part);
	return status;
}

static int evaluate(const struct course *c, const struct stage *stage)
{
	const struct traits *t = &c->r->traits[stage - c->r->p->stages];
	char *error, *part = rerun_part_path(c->r, stage, ".samples"),
		     *text = rerun_part_path(c->r, stage, ".txt");
	unlink(part);
	struct wired *wired = rerun_wire(c->r, c->plan, stage, &error);
	int status = wired ? run_process(c, t->text ? text : NULL, stage_run_wired,
				     &(struct post){ &c->site, stage, 0 }, wired)
			   : failure_with(EXIT_CONFIG, error);
	if (wired)
		wiring_free(stage, wired);
	free(text);
	free(part);
	return status;
}

/* What is whole gets its name. */
static int settle(const struct course *c, const struct stage *stage, const char *ending)
{
	char *part = rerun_part_path(c->r, stage, ending), *path = rerun_path(c->r, stage, ending);
	int status = EXIT_OK;
	if (access(part, F_OK) == 0 && rename(part, path))
		status = failure(EXIT_SYSTEM, "%s: %s", path, strerror(errno));
	free(part);
	free(path);
	return status;
}

static void tell(const struct course *c, const struct stage *stage, int64_t began)
{
	const struct traits *t = &c->r->traits[stage - c->r->p->stages];
	double seconds = (double)(clock_monotonic() - began) / SECONDS;
	char *path = rerun_path(c->r, stage, ".samples");
	int64_t count = rerun_count(path);
	if (t->samples && count >= 0)
		printf("%-*s %10lld samples %8.3f s\n", STAGE_NAME_MAX, stage->name.text,
			(long long)count, seconds);
	else
		printf("%-*s %18s %8.3f s\n", STAGE_NAME_MAX, stage->name.text,
			t->text ? "text" : "", seconds);
	free(path);
}

static int take_stage(const struct course *c, const struct stage *stage)
{
	enum rerun_part part = c->plan[stage - c->r->p->stages].part;
	int64_t began = clock_monotonic();
	char text[PROCESS_STATUS_TEXT];
	int status = part == RERUN_REPLAYED ? replay(c, stage) : evaluate(c, stage);
	if (status != EXIT_OK) {
		process_status_text(status, text);
		return failure(status == EXIT_CONFIG ? EXIT_CONFIG : EXIT_SYSTEM, "stage %s %s",
			stage->name.text, text);
	}
	status = settle(c, stage, ".samples");
	if (status == EXIT_OK)
		status = settle(c, stage, ".txt");
	if (status == EXIT_OK)
		tell(c, stage, began);
	return status;
}

/* A file of an earlier evaluation would be taken for one of this. */
static void leave_out(const struct course *c, const struct stage *stage)
{
	size_t index = (size_t)(stage - c->r->p->stages);
	char *path = rerun_path(c->r, stage, ".samples");
	unlink(path);
	free(path);
	printf("%-*s left out: ", STAGE_NAME_MAX, stage->name.text);
	if (c->plan[index].part == RERUN_DRY)
		printf("%s acts on the world (--live %s)\n", c->r->traits[index].acts,
			stage->name.text);
	else if (c->plan[index].part == RERUN_TIMED)
		printf("it runs by the clock, and reads what was kept until then\n");
	else
		printf("what reads it is replayed\n");
}

static int take_stages(const struct course *c)
{
	const struct pipeline *p = c->r->p;
	int status = EXIT_OK;
	for (size_t i = 0; i < p->stage_count && status == EXIT_OK; i++) {
		const struct stage *stage = &p->stages[p->order[i]];
		enum rerun_part part = c->plan[p->order[i]].part;
		if (part == RERUN_EVALUATED || part == RERUN_REPLAYED)
			status = take_stage(c, stage);
		else
			leave_out(c, stage);
		fflush(stdout);
	}
	return status;
}

/* Absolute, since stages work in their pipeline's folder; with one for what each stage writes. NULL
 * where it cannot be made. */
static char *make_folder(const struct rerun *r)
{
	if (mkdir(r->out, 0777) && errno != EEXIST)
		return NULL;
	return realpath(r->out, NULL);
}

int rerun(const struct rerun *given)
{
	struct rerun r = *given;
	char *error, *out;
	struct rerun_stage *plan = rerun_plan(&r, &error);
	if (!plan)
		return failure_with(EXIT_CONFIG, error);
	out = make_folder(&r);
	if (!out)
		return failure(EXIT_SYSTEM, "--out: %s: %s", r.out, strerror(errno));
	r.out = out;
	struct course c = { .r = &r,
		.plan = plan,
		.site = { .p = r.p },
		.signals = process_listen(),
		.null = open("/dev/null", O_RDWR | O_CLOEXEC) };
	int status = c.signals < 0 ? failure(EXIT_SYSTEM, "signalfd: %s", strerror(-c.signals))
				   : take_stages(&c);
	rerun_plan_free(&r, plan);
	free(out);
	return status;
}
