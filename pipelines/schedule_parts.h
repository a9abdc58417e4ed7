/* What pipelines/schedule.c and pipelines/schedule_run.c share. */
#ifndef DUTO_SCHEDULE_PARTS_H
#define DUTO_SCHEDULE_PARTS_H

#include "schedule.h"

/* Malloc'ed path in the stage's folder. */
char *schedule_path(const char *pipeline, const char *stage, const char *name);

int schedule_write(const char *pipeline, const char *stage, const struct schedule_runs *runs);

#endif
