/* A keep's writer, from within. Only for lib/keep. */
#ifndef DUTO_KEEP_PARTS_H
#define DUTO_KEEP_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "keep/lookup.h"
#include "keep/remember.h"
#include "keep/segment.h"

struct keep_writer {
	int folder, lock_file, head_file, aside, cursors;
	char id[KEEP_ID_SIZE];
	struct keep_limits limits;

	pthread_mutex_t mutex; /* over all below */
	pthread_cond_t calm;   /* no sync is under way */
	bool syncing;

	struct keep_segments segments; /* the newest is the one written to, if fd >= 0 */
	int fd;
	uint64_t end,
		synced_end; /* bytes of the newest segment: written, and known to be on disk */
	bool entry_due;	    /* its name is not on disk yet */
	bool broken;	    /* a sync failed: what is unsynced goes to a new segment */
	int64_t begun;	    /* when its first sample arrived; 0: it has none */

	struct buffer unsynced; /* blocks, whole, as they are in the file behind synced_end */
	_Atomic uint64_t unsynced_len;
	_Atomic uint64_t number, repeats;
	uint64_t synced;  /* numbers up to this one are on disk */
	uint64_t settled; /* readers may see up to this one, once it is on disk */
	bool positioned;  /* settled is the last position */
	struct keep_head head;
	bool head_due;

	struct keep_memory memory;
	struct keep_lookup *lookup;
};

/* Makes a segment ready to be appended to: the newest, or a new one. */
int keep_writer_ready(struct keep_writer *w, int64_t now);
/* Waits until no sync is under way, then syncs all. With the mutex held. */
int keep_writer_sync(struct keep_writer *w);

/* Writes a closed segment as columns; what it was written from stays. -EBADMSG: it is damaged. */
int keep_seal(struct keep_writer *w, const struct keep_segment *segment, uint64_t behind,
	uint64_t *ret_size);

/* Brings the folder in order and finds where to go on. */
int keep_recover(struct keep_writer *w, struct keep_recovery *ret, char **ret_error);

#endif
