/* The scheduled stages of a supervisor: it starts them when the clock says so. */
#ifndef DUTO_TIMING_H
#define DUTO_TIMING_H

#include "supervisor.h"

/* Whether a stage is scheduled. */
bool timing_has(const struct unit *u);

/* true: it is time. Else the unit waits until it may be. */
bool timing_is_due(struct supervisor *s, struct unit *u);

/* A run has ended: the next comes in time, or soon, where it failed for what a restart may mend. */
void timing_ended(struct supervisor *s, struct unit *u, int status);

/* Whether all other stages have ended, of a pipeline that has others. */
bool timing_is_rest(const struct supervisor *s);

#endif
