/* From block to block of a segment. Only for lib/keep. */
#ifndef DUTO_KEEP_WALK_H
#define DUTO_KEEP_WALK_H

#include "keep/segment.h"

/* Begin with fd and the number that is expected first; the rest zeroed. */
struct keep_walk {
	int fd;
	uint64_t next;	 /* the number that is expected */
	uint64_t offset; /* of the next block */
	uint64_t at;	 /* where the block at hand begins */
	struct keep_header header;
	struct buffer payload;
	uint64_t bad_from, bad_to; /* where -EBADMSG was said: the stretch that was passed over */
};

/* The header of the next block. 1; 0: the file ends; -EBADMSG: there is something else, up to the
 * next sound block or the end, and the next call goes on behind it; -errno. */
int keep_walk_header(struct keep_walk *w);
/* Steps over the block. */
void keep_walk_pass(struct keep_walk *w);
/* Reads its payload and steps over it. 0, -EBADMSG as above, -errno. */
int keep_walk_payload(struct keep_walk *w);
/* Both. */
int keep_walk_block(struct keep_walk *w);

struct seal;

/* Puts the samples of the block just read in the place of what is in ret; none for blocks that hold
 * none. source, where not empty: only those of it and under it need to be there. -EBADMSG as above. */
int keep_walk_unpack(struct keep_walk *w, struct seal *seal, struct str source, struct buffer *ret);
/* The next block and its samples. 1, 0, -EBADMSG or -errno as above. */
int keep_walk_samples(
	struct keep_walk *w, struct seal *seal, struct str source, struct buffer *ret);

#endif
