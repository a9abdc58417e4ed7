/* What stages write, passed on in whole lines: many of them write to one output at once. */
#ifndef DUTO_RELAY_H
#define DUTO_RELAY_H

#include <stdbool.h>

#include "buffer.h"

/* Where lines go: standard output or error. Never waited for; who brings more than it takes is left
 * unread. */
struct outlet {
	int fd;
	struct buffer bytes;
	bool broken; /* nobody reads it: what comes is thrown away */
};

/* Takes the descriptor over, non-blocking where that touches no one who shares it. */
void outlet_open(struct outlet *o, int fd);
bool outlet_is_full(const struct outlet *o);
void outlet_flush(struct outlet *o); /* as much as goes now */
void outlet_break(struct outlet *o); /* its reader has gone */

/* A pipe whose lines go to an outlet behind a prefix. */
struct relay {
	int from, to; /* the pipe's ends: `to` is what the stage writes to, over all its restarts */
	struct outlet *outlet;
	const char *prefix;
	struct buffer line; /* the beginning of a line whose end has not come */
};

int relay_open(struct relay *r, struct outlet *outlet, const char *prefix); /* 0 or -errno */
void relay_close(struct relay *r);

/* Passes on what is there, some of it: to be called when `from` is readable and the outlet not
 * full. False: nothing was there. */
bool relay_service(struct relay *r);

/* The stage has ended: passes on all that it has left. A last line without an end is ended here,
 * or, where the stage failed in the middle of it, left out: what stood in it comes again. */
void relay_settle(struct relay *r, bool failed);

#endif
