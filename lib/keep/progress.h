/* How far the samples of a keep that were emitted are passed on for good, posted as a cursor. */
#ifndef DUTO_KEEP_PROGRESS_H
#define DUTO_KEEP_PROGRESS_H

#include "buffer.h"

/* Zeroed, then path and name: borrowed. */
struct keep_progress {
	const char *path, *name;
	uint64_t settled, posted; /* numbers in the keep; 0: none yet */
	struct buffer marks;
};

/* Up to number the keep's samples are emitted, the last of them when made() was made. */
void keep_progress_mark(struct keep_progress *p, uint64_t made, uint64_t number);

/* What was emitted up to made is passed on for good. */
void keep_progress_settle(struct keep_progress *p, uint64_t made);

/* Posts the cursor where it has moved. 0 or -errno: the next call tries again. */
int keep_progress_post(struct keep_progress *p);

#endif
