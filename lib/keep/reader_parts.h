/* A keep's reader, from within. Only for lib/keep. */
#ifndef DUTO_KEEP_READER_PARTS_H
#define DUTO_KEEP_READER_PARTS_H

#include "keep/directory.h"
#include "keep/walk.h"

struct keep_reader {
	char *path;
	char id[KEEP_ID_SIZE];
	int folder, lock_file, head_file, notify;
	struct keep_query query;

	uint64_t next;	/* the number that is expected */
	uint64_t limit; /* what may be seen */
	bool ended;
	bool from_oldest; /* what is before the oldest segment is not missing */
	uint64_t missed;  /* numbers passed over that were not to be had */
	bool reopened;
	uint64_t scanned_first, scanned_size; /* the newest segment when it was last scanned */

	struct keep_segments segments;
	struct keep_segment segment;	 /* at hand, if walk.fd >= 0 */
	uint64_t behind;		 /* the number behind it; UINT64_MAX: not known */
	struct keep_directory directory; /* of a sealed one; empty where it is not to be had */
	struct seal *seal;
	struct keep_walk walk;
	struct buffer samples;
};

/* Looks how far the keep can be seen now. */
int keep_reader_look(struct keep_reader *r);
/* Closes the segment at hand. */
void keep_reader_leave(struct keep_reader *r);

#endif
