/* Becoming a filter of a stage. */
#ifndef DUTO_LAUNCH_H
#define DUTO_LAUNCH_H

#include "wiring.h"

/* Where a process stands: which filter of which stage it is to be. */
struct post {
	const struct site *site;
	const struct stage *stage;
	size_t index;
};

/* Tells the filter by its environment who it is ($DUTO_STAGE, $DUTO_PIPELINE), where it counts
 * ($DUTO_STAT) and, in a stage with state, where it saves that ($DUTO_CHECKPOINT), and puts it in this process's place. Returns, an exit status, only where that
 * fails. */
int launch(const struct post *post, const struct wired *wired);

#endif
