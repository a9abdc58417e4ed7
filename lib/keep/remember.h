/* What is to be known of the samples before some number. Only for lib/keep. */
#ifndef DUTO_KEEP_REMEMBER_H
#define DUTO_KEEP_REMEMBER_H

#include "keep/identity.h"
#include "keep/segment.h"

struct keep_memory {
	struct keep_identities *identities;
	uint64_t repeats;	/* left out, as far as the newest snapshot tells */
	struct buffer position; /* the newest one, or empty */
};

/* Fills a zeroed memory from the last snapshot before the number and the blocks behind it, up to
 * that number. */
int keep_remember(
	int folder, const struct keep_segments *segments, uint64_t number, struct keep_memory *ret);
/* Takes note of a schema or position; of other samples nothing. */
void keep_remember_special(struct keep_memory *m, const struct sample *s);
void keep_forget(struct keep_memory *m);

#endif
