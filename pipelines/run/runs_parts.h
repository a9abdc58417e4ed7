/* What runs.c and runs_do.c share. */
#ifndef DUTO_RUNS_PARTS_H
#define DUTO_RUNS_PARTS_H

#include "runs.h"

/* Malloc'ed path in the stage's folder. */
char *runs_path(const char *pipeline, const char *stage, const char *name);

int runs_write(const char *pipeline, const char *stage, const struct runs *runs);

#endif
