/* duto run: a pipeline in the foreground. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "filter.h"
#include "filter/notify.h"
#include "pipelines/commands.h"
#include "pipelines/failure.h"
#include "pipelines/process.h"
#include "pipelines/rerun/rerun.h"
#include "pipelines/stage/keeps.h"
#include "pipelines/stage/rundir.h"
#include "supervisor.h"

static const char *file;
static int64_t duration, restart_delay = SECONDS;
static bool no_check;
static struct rerun on_recordings;

static const struct opt options[] = {
	{ .name = "file",
		.type = OPT_TEXT,
		.to = &file,
		.positional = true,
		.required = true,
		.help = "the pipeline file" },
	{ .name = "duration", .type = OPT_DURATION, .to = &duration, .help = "stop after that" },
	{ .name = "restart",
		.type = OPT_DURATION,
		.to = &restart_delay,
		.min = 0.001,
		.max = 30,
		.help = "wait before a stage that failed starts again" },
	{ .name = "no-check",
		.type = OPT_FLAG,
		.to = &no_check,
		.help = "start without what duto check does" },
	{ .name = "replay",
		.type = OPT_TEXT,
		.to = &on_recordings.recordings,
		.repeat = true,
		.arg = "STAGE=KEEP",
		.help = "evaluate the pipeline on recordings instead of running it: this one in "
			"the place of that stage" },
	{ .name = "since",
		.type = OPT_TIME,
		.to = &on_recordings.since,
		.arg = "TIME",
		.help = "only samples of recordings from this time on" },
	{ .name = "until",
		.type = OPT_TIME,
		.to = &on_recordings.until,
		.arg = "TIME",
		.help = "only samples of recordings from before this time" },
	{ .name = "out",
		.type = OPT_OUTPUT,
		.to = &on_recordings.out,
		.arg = "FOLDER",
		.help = "where what comes out of recordings goes" },
	{ .name = "live",
		.type = OPT_LIST,
		.to = &on_recordings.live,
		.arg = "STAGE,..",
		.help = "let these stages act on the world, on recordings too" },
	OPT_END,
};

static const struct opt *const option_tables[] = { options, NULL };
static struct outlet output, errors;

static struct pipeline *open_checked(void)
{
	struct pipeline *p = pipeline_open(file);
	size_t mistakes = no_check ? mistake_count(&p->mistakes) : check_pipeline(p);
	if (!mistakes)
		return p;
	mistake_print(&p->mistakes, stderr);
	pipeline_close(p);
	return NULL;
}

/* The second signal kills; but timeout(1) and a terminal may send one and the same twice. */
static void hear_signals(struct supervisor *s, int signals)
{
	static int64_t heard;
	for (int signal_number; (signal_number = process_signal(signals));) {
		if (signal_number == SIGCHLD)
			continue;
		if (signal_number == SIGHUP) {
			supervisor_reload(s);
			continue;
		}
		if (s->stopping && clock_monotonic() - heard > SECONDS / 2)
			supervisor_kill(s);
		if (s->stopping)
			continue;
		heard = clock_monotonic();
		supervisor_say(s, "stopping: sources first; once more kills");
		supervisor_stop(s);
	}
}

/* Without anything to write, an outlet still tells that its reader has gone. */
static size_t add_outlet(const struct outlet *o, struct pollfd *to)
{
	*to = (struct pollfd){ .fd = o->fd, .events = o->bytes.len ? POLLOUT : 0 };
	return !o->broken;
}

static int timeout_ms(int64_t at)
{
	int64_t left = at - clock_monotonic();
	return !at ? -1 : left > 0 ? (int)(left / MILLISECONDS) + 1 : 0;
}

static void wait_for_events(const struct supervisor *s, int signals, int64_t stop_at)
{
	static struct pollfd *polls;
	size_t most = 3 + UNIT_POLLS * s->p->stage_count, n = 0;
	int64_t at = supervisor_deadline(s);
	if (!polls && !(polls = calloc(most, sizeof(*polls))))
		abort();
	polls[n++] = (struct pollfd){ .fd = signals, .events = POLLIN };
	n += add_outlet(&output, polls + n);
	n += add_outlet(&errors, polls + n);
	size_t outlets = n;
	n += supervisor_polls(s, polls + n);
	if (stop_at && (!at || stop_at < at))
		at = stop_at;
	poll(polls, n, timeout_ms(at));
	for (size_t i = 1; i < outlets; i++)
		if (polls[i].revents & (POLLERR | POLLNVAL))
			outlet_break(polls[i].fd == output.fd ? &output : &errors);
}

/* What is left for a reader of our output that is slow: until it has it, or a signal comes. */
static void flush_outlet(struct outlet *o, int signals)
{
	struct pollfd polls[] = { { .fd = signals, .events = POLLIN },
		{ .fd = o->fd, .events = POLLOUT } };
	for (outlet_flush(o); o->bytes.len; outlet_flush(o)) {
		poll(polls, 2, -1);
		for (int signal_number; (signal_number = process_signal(signals));)
			if (signal_number != SIGCHLD)
				return;
	}
}

static int supervise(struct supervisor *s, int signals)
{
	int64_t stop_at = duration ? clock_monotonic() + duration : 0;
	int r = supervisor_open(s);
	if (r)
		return failure(EXIT_SYSTEM, "%s", strerror(-r));
	notify("READY=1");
	while (!supervisor_is_done(s)) {
		wait_for_events(s, signals, s->stopping ? 0 : stop_at);
		hear_signals(s, signals);
		if (output.broken || (stop_at && clock_monotonic() >= stop_at))
			supervisor_stop(s);
		supervisor_relay(s);
		supervisor_service(s);
	}
	flush_outlet(&output, signals);
	flush_outlet(&errors, signals);
	return s->status;
}

static void say_of_keep(const char *message, void *context)
{
	supervisor_say(context, "%s", message);
}

static void say_of_cursor(const struct stage *stage, const char *message, void *context)
{
	(void)stage;
	supervisor_say(context, "warning: %s", message);
}

static int run_in(const struct pipeline *p, const struct traits *traits, const char *rundir)
{
	char *error;
	int signals;
	if (rundir_lock(rundir, p->path, &error))
		return failure_with(EXIT_SYSTEM, error);
	rundir_clear(rundir);
	signals = process_listen();
	if (signals < 0)
		return failure(EXIT_SYSTEM, "signalfd: %s", strerror(-signals));
	outlet_open(&output, STDOUT_FILENO);
	outlet_open(&errors, STDERR_FILENO);
	struct supervisor s = { .p = p,
		.traits = traits,
		.rundir = rundir,
		.output = &output,
		.errors = &errors,
		.restart_delay = restart_delay,
		.colour = isatty(STDERR_FILENO) && !getenv("NO_COLOR") };
	int status = EXIT_SYSTEM;
	if (keeps_begin(p, traits, say_of_keep, &s, &error)) {
		failure_with(status, error);
	} else {
		keeps_tell_strangers(p, traits, say_of_cursor, &s);
		status = supervise(&s, signals);
		supervisor_close(&s);
	}
	buffer_free(&output.bytes);
	buffer_free(&errors.bytes);
	return status;
}

static int run_pipeline(struct pipeline *p)
{
	char *error, *rundir = rundir_make(p->name.text, &error);
	struct traits *traits = traits_read(p);
	int status = rundir ? run_in(p, traits, rundir) : failure_with(EXIT_SYSTEM, error);
	traits_free(traits);
	free(rundir);
	pipeline_close(p);
	return status;
}

/* NULL where they go together. */
static const char *wrong_options(void)
{
	if (opt_missing(option_tables))
		return "run needs a pipeline file (duto run mill.yaml)";
	if (!on_recordings.recordings.count)
		return opt_given(&on_recordings.out) || opt_given(&on_recordings.live) ||
				       opt_given(&on_recordings.since) ||
				       opt_given(&on_recordings.until)
			       ? "--since, --until, --out and --live go with --replay STAGE=KEEP"
			       : NULL;
	return on_recordings.out ? NULL : "--replay needs --out FOLDER, for what comes out";
}

static int evaluate(struct pipeline *p)
{
	struct traits *traits = traits_read(p);
	on_recordings.p = p;
	on_recordings.traits = traits;
	int status = rerun(&on_recordings);
	traits_free(traits);
	pipeline_close(p);
	return status;
}

int command_run(int argc, char **argv)
{
	char *error;
	if (opt_parse(option_tables, argc, argv, &error))
		return failure_with(EXIT_CONFIG, error);
	const char *wrong = wrong_options();
	if (wrong)
		return failure(EXIT_CONFIG, "%s", wrong);
	struct pipeline *p = open_checked();
	if (!p)
		return EXIT_CONFIG;
	return on_recordings.recordings.count ? evaluate(p) : run_pipeline(p);
}
