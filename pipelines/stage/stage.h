/* One stage of a pipeline, running. */
#ifndef DUTO_STAGE_H
#define DUTO_STAGE_H

#include "launch.h"

/* Runs the stage in this process: a single filter takes its place; several are joined by pipes,
 * each in a process of its own, and watched. Returns the exit status: the worst of theirs, 100
 * before 111 before others. A scheduled stage runs once, and that is noted (runs.h). */
int stage_run(const struct site *site, const struct stage *stage);

/* The same with command lines that the caller has made. */
int stage_run_wired(const struct post *post, const struct wired *wired);

#endif
