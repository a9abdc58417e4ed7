/* What comes in: reads the inputs, hands their samples to the filter, and settles what was passed on
 * for good. Not for filters. */
#ifndef DUTO_INTAKE_H
#define DUTO_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "sample.h"

/* Reads what the inputs have now: each in turn as it comes, or, to merge, in the order of time, source,
 * run and seq over all of them. True: there was something. */
bool intake_read(bool merge);

/* Hands the filter one sample; positions go to lib/position. True: it was one. */
bool intake_handle(struct sample *s);

/* Tells the inputs what was passed on for good. */
void intake_settle(void);
bool intake_is_pending(void); /* something read is not yet settled */

/* A position was put into the stream: what was read up to here is settled with it. */
void intake_position(void);

/* All inputs have ended; what ended the last of them is settled after intake_finish. */
bool intake_ended(void);
void intake_finish(void);

bool intake_held(void); /* the filter wants nothing for now */

/* How far the filter has come with what it was given, and how much of that is passed on for good. */
uint64_t intake_made(void);
uint64_t intake_settled(void);

#endif
