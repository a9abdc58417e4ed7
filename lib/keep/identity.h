/* Which samples a keep has: for each source, kind and run the intervals of seq. Only for
 * lib/keep.
 *
 * Intervals are few where a stream has no gaps. Of a stream with many, the oldest intervals leave
 * memory: below a seq it is then unclear, and is decided by looking into the keep's blocks. */
#ifndef DUTO_KEEP_IDENTITY_H
#define DUTO_KEEP_IDENTITY_H

#include "buffer.h"
#include "sample.h"

enum { KEEP_SPANS = 32 };

struct keep_span {
	uint64_t from, to; /* seq, both within */
};

struct keep_identity {
	struct str key; /* source, 0, kind, 0, run */
	uint64_t run;
	uint64_t newest;		      /* the highest number of a sample of it */
	uint64_t unclear_from, unclear_below; /* seq; both 0: all is clear */
	uint32_t count;
	struct keep_span spans[KEEP_SPANS + 1];
};

struct keep_identities;

struct keep_identities *keep_identities_open(void);
void keep_identities_close(struct keep_identities *all);

enum keep_known { KEEP_IS_NEW, KEEP_IS_KNOWN, KEEP_IS_UNCLEAR };

/* Whether samples have an identity to go by: positions, and those without run and seq, have not. */
bool keep_identifies(const struct sample *s);

struct keep_identity *keep_identity_of(struct keep_identities *all, const struct sample *s);
enum keep_known keep_identity_look(const struct keep_identity *i, uint64_t seq);
/* To be said of what is new or was unclear. */
void keep_identity_add(struct keep_identity *i, uint64_t seq, uint64_t number);
void keep_identity_remove(struct keep_identity *i, uint64_t seq);

/* The last schema sample of each source: takes s as the newest of its source. */
void keep_schema_add(struct keep_identities *all, const struct sample *s);

/* Leaves out those whose newest sample is numbered below first. */
void keep_identities_forget(struct keep_identities *all, uint64_t first);

/* As the payload of a snapshot block: MessagePack, packed by zstd. position: the newest one of the
 * keep, or empty. */
int keep_snapshot_write(const struct keep_identities *all, uint64_t repeats, struct str position,
	struct buffer *ret);
/* Adds what a snapshot says. -EBADMSG. */
int keep_snapshot_read(struct keep_identities *all, struct str payload, uint64_t *ret_repeats,
	struct buffer *ret_position);
/* Appends the schema samples of that source and those under it. */
void keep_identities_schemas(
	const struct keep_identities *all, struct str source, struct buffer *ret);

#endif
