/* The pipelines that run, and what their stages do. */
#ifndef DUTO_OVERVIEW_H
#define DUTO_OVERVIEW_H

#include "pipelines/stage/traits.h"
#include "table.h"

struct overview_group {
	char *name, *rundir;
	struct pipeline *p; /* NULL: its file is not there, or has mistakes */
	struct traits *traits;
	struct table_row *rows; /* one a stage, in the order in which samples flow */
	size_t count;
};

struct overview {
	struct overview_group *groups;
	size_t count;
};

/* Finds them, or the one of that name; what counts by the second is known from the next
 * overview_read on. */
void overview_open(struct overview *o, const char *only);

void overview_read(struct overview *o);

#endif
