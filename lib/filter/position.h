/* Positions: how a stage that is killed goes on as if it had not been (schemas/keep.md). Not for
 * filters.
 *
 * At the start the last filter of a stage says which position it has for good; each filter before it
 * hears of that over the pipe of acknowledgements (lib/link/link_stream.c), loads what it saved under the
 * position's number, and the first goes on reading its keeps behind it. While it runs, the first puts
 * positions into the stream; each filter saves its state under their numbers and passes them on. */
#ifndef DUTO_POSITION_H
#define DUTO_POSITION_H

#include <stdbool.h>
#include <stdint.h>

#include "sample.h"

/* Whose checkpoints: a hash of the filter's options. folder NULL: $DUTO_CHECKPOINT, else one in the
 * keep that is written to. */
void position_setup(uint64_t options_hash, const char *folder);

/* True once it is known where the stream goes on, and everything has been put there: nothing is read
 * before. */
bool position_resume(void);

/* A position came in: saves, passes on. */
void position_handle(struct sample *s);

/* Whether positions are put into the stream here; puts one when it is due. dry: the inputs have
 * nothing more for now. */
bool position_is_put_here(void);
void position_offer(bool dry);
int64_t position_due(void); /* monotonic: when to offer again; 0: no need */

/* The stream stops here, for now or (over) for good: puts the last position, as soon as it may be.
 * True when that is done. */
bool position_close(bool over);

/* What the filter holds back is in its checkpoint: it must not be let go of where the stream only
 * stops. */
bool position_holds_state(void);

/* Calls filter.end, once. */
void position_end_filter(void);

#endif
