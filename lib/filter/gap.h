/* Gap samples: what a filter drops leaves a sample of kind `gap` in its stream (schemas/sample.md), so
 * that what was sent is what is stored plus what the gaps say, provably. Dropped samples that follow
 * one another share one. Not for filters, which call drop(). */
#ifndef DUTO_GAP_H
#define DUTO_GAP_H

#include "buffer.h"
#include "sample.h"

/* The sample was dropped for that reason, a constant. */
void gap_note(const struct sample *s, const char *reason);
/* A sample was handled: the gap ends with the first that was not dropped. */
void gap_handled(void);
/* What is noted goes out. */
void gap_end(void);

/* What is noted, for a checkpoint. gap_load: false where the bytes are not gap_save's. */
void gap_save(struct buffer *to);
bool gap_load(struct cursor *from);

#endif
