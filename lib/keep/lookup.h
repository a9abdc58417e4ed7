/* Looking for one sample in the blocks. Only for lib/keep. */
#ifndef DUTO_KEEP_LOOKUP_H
#define DUTO_KEEP_LOOKUP_H

#include "sample.h"

struct keep_writer;
struct keep_lookup; /* where the last look has ended */

struct keep_lookup *keep_lookup_open(void);
/* Forgets the block at hand, as segments have left. */
void keep_lookup_leave(struct keep_lookup *l);
void keep_lookup_close(struct keep_lookup *l);

/* Whether the samples on disk or in w->unsynced have this one. 1, 0, or -errno. */
int keep_lookup(struct keep_writer *w, const struct sample *s);

#endif
