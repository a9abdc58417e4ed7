/* What the loop waits for: links, watched descriptors, deadlines, signals, the watchdog. Not for
 * filters. */
#ifndef DUTO_EVENTS_H
#define DUTO_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

/* Calls the wakes that are due. True: there were some. */
bool events_run_wakes(void);

enum events_from {
	EVENTS_OUTPUTS, /* while one of them has no room: no callback of the filter's is called */
	EVENTS_NO_INPUTS,
	EVENTS_ALL,
};

/* Waits for whatever may let the loop go on, until that time at the latest (monotonic; 0: no need).
 * Calls what is watched and ready; true: there was some. */
bool events_wait(enum events_from from, int64_t until);

/* Whether any descriptor is watched. */
bool events_watched(void);

/* The loop comes by here at every turn and whenever it waits: a callback that hangs starves the
 * watchdog. */
void events_feed_watchdog(void);

#endif
