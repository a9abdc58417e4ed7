/* The filters of a stage that `|` joins: processes with pipes between them, watched as one. */
#ifndef DUTO_TEAM_H
#define DUTO_TEAM_H

#include "launch.h"

/* Runs the filters of a stage, as many as it has, to their end. Signals to stop go to all of them;
 * where one fails the others are stopped. The last one hears through $DUTO_END_FD whether those
 * before it ended well (lib/filter/loop.c). Returns the worst of their statuses: 100 before 111 before
 * others. */
int team_run(const struct post *post, const struct wired *wired);

#endif
