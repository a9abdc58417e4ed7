/* One stage of a pipeline, running. */
#ifndef DUTO_STAGE_H
#define DUTO_STAGE_H

#include "pipeline.h"

/* Runs the stage in this process: a single filter takes its place; several are joined by pipes,
 * each in a process of its own, and watched. Returns the exit status: the worst of theirs, 100
 * before 111 before others. ended: of each stage of the pipeline, that it has read its streams to
 * their end and is not written to again; NULL: of none. */
int stage_run(
	const struct pipeline *p, const struct stage *stage, const char *rundir, const bool *ended);

#endif
