/* The folders of a pipeline whose stages are users of their own (under systemd). */
#ifndef DUTO_SETUP_H
#define DUTO_SETUP_H

#include "pipeline/pipeline.h"

/* Makes keeps and output folders, for root and the group that this process has: each stage's unit
 * lets it into those that it may write. Keeps that nobody writes are opened once, as keeps_begin
 * does. Returns an exit status. */
int setup_folders(const struct pipeline *p);

#endif
