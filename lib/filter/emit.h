/* What goes out: batches shared by all outputs, and the identities of the samples made here. Not
 * for filters. */
#ifndef DUTO_EMIT_H
#define DUTO_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "wire.h"

/* How the runs of samples made here are found: random, given, or from this hash of the options. */
void emit_setup(bool clocked, uint64_t options_hash, int64_t run);

/* Closes the open batch and gives it to every output; waits where one has no room. */
void emit_flush(void);

/* The number of the batch that holds what was emitted last: 0, nothing yet. */
uint64_t emit_position(void);

/* The last batch that every output has passed on for good. */
uint64_t emit_settled(void);

/* Passes a position sample on, in a batch of its own, to the outputs that want positions. */
void emit_position_sample(struct str sample);

/* The identities of the samples made here, for a checkpoint. emit_load: false where the bytes are not
 * emit_save's. */
void emit_save(struct buffer *to);
bool emit_load(struct cursor *from);
bool emit_made_any(void);

#endif
