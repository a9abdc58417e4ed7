/* The table of `duto top`: a line a stage, and below it what the stage says of itself. */
#ifndef DUTO_PIPELINES_TABLE_H
#define DUTO_PIPELINES_TABLE_H

#include "buffer.h"
#include "gauge.h"
#include "terminal.h"

/* A stage now and a moment ago, for what counts by the second. */
struct table_row {
	struct gauge now, before;
	int64_t behind; /* samples of the keeps that it reads which it has not passed on; -1: not
			    known, or it reads none */
	bool failed;	/* the last run of a scheduled stage */
	struct buffer schedule,
		elsewhere; /* of its runs, of its keep's readers elsewhere; or empty */
};

/* Puts the title line, then the rows, in columns of 80 characters unless a name is long. Notes are
 * cut at width; 0: not at all. */
void table_put(struct terminal *t, const struct table_row *rows, size_t count, int width);

#endif
