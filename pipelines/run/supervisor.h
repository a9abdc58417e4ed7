/* Keeps the stages of a pipeline running: starts them, starts again what fails, and stops them in
 * the order in which samples flow. */
#ifndef DUTO_SUPERVISOR_H
#define DUTO_SUPERVISOR_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "relay.h"
#include "unit.h"

/* The caller fills in what stands before the blank line. */
struct supervisor {
	const struct pipeline *p;
	const struct traits *traits; /* one a stage */
	const char *rundir;
	struct outlet *output; /* text that stages write */
	struct outlet *errors; /* their messages, and ours */
	int64_t restart_delay; /* the first; each failure in a row doubles it */
	bool colour;	       /* in front of messages */

	struct unit *units; /* one a stage, as in the pipeline */
	bool *ended;	    /* of each stage: has read its streams to their end */
	bool stopping;
	int status; /* the exit status to leave with, as far as it is known */
};

/* Starts every stage, readers before their writers. 0 or -errno. */
int supervisor_open(struct supervisor *s);
void supervisor_close(struct supervisor *s);

/* Sources are told to stop; then, as their writers end, the stages behind them. */
void supervisor_stop(struct supervisor *s);

/* SIGHUP to all stages. */
void supervisor_reload(const struct supervisor *s);

/* Ends everything at once. */
void supervisor_kill(struct supervisor *s);

/* Reaps, starts and stops what is due. */
void supervisor_service(struct supervisor *s);

bool supervisor_is_done(const struct supervisor *s);	 /* every stage has ended for good */
int64_t supervisor_deadline(const struct supervisor *s); /* monotonic; 0: none */

/* What to wait for, at most UNIT_POLLS a stage; and what came of it. */
size_t supervisor_polls(const struct supervisor *s, struct pollfd *polls);
void supervisor_relay(struct supervisor *s);

/* It failed in some way: it starts again after a while. */
void supervisor_fail_later(struct supervisor *s, struct unit *u, const char *what);

/* A message of duto itself among those of the stages. */
void supervisor_say(struct supervisor *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
