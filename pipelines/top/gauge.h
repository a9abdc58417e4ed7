/* What a running stage's counter pages (lib/filter/stat.h) and the kernel say of it. */
#ifndef DUTO_GAUGE_H
#define DUTO_GAUGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GAUGE_STAGE = 32, GAUGE_TEXT = 256 };

struct gauge {
	char stage[GAUGE_STAGE];
	bool there;	  /* it was started at some time */
	bool alive;	  /* all of its filters run */
	int64_t at;	  /* when this was read, monotonic */
	uint64_t in, out; /* samples into the first filter, out of the last */
	uint64_t dropped, lost, queue, restarts;
	int64_t newest;				    /* time of the newest sample; 0: none yet */
	uint64_t cpu;				    /* ns of all filters since they started */
	uint64_t memory;			    /* resident bytes */
	char status[GAUGE_TEXT], error[GAUGE_TEXT]; /* "filter: text" or empty */
	int64_t error_at;			    /* wall clock */
};

/* Adds up what the stage's filters say. */
void gauge_read(const char *rundir, const char *stage, struct gauge *ret);

#endif
