/* How far the newest segment is good. Only for lib/keep. */
#ifndef DUTO_KEEP_TAIL_H
#define DUTO_KEEP_TAIL_H

#include "keep/segment.h"

struct keep_tail {
	uint64_t size; /* bytes of the file */
	uint64_t end;  /* bytes of it that are sound: what is behind is torn */
	uint64_t next; /* the number behind the last sound sample */
	uint64_t settled_end,
		settled_next; /* the same without what waits for a position that never came; 0: nothing is settled */
	uint64_t synced_end; /* bytes that are known to have been synced by who wrote them */
	int64_t begun;	     /* when the first sample arrived; 0: there is none */
};

/* Reads the segment whose first number is given. A bad block that was known to be on disk when a
 * later one was written is corrupt: corrupt is called with its place, and it is passed over.
 * synced: numbers up to this one are known to have been on disk anyway: where they are not, what is
 * there in their place is corrupt too, and next is behind them, so that none is given twice. */
int keep_tail_scan(int fd, uint64_t first, uint64_t synced, struct keep_tail *ret,
	int (*corrupt)(void *context, uint64_t from, uint64_t to), void *context);

#endif
