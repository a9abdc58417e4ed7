/* Scheduled stages: what is known of their runs, for whoever starts them and `duto top`.
 *
 *     ROOT/PIPELINE/STAGE.schedule/runs   the last run, NAME VALUE a line
 *     ROOT/PIPELINE/STAGE.schedule/lock   held while one runs: never two at once
 */
#ifndef DUTO_RUNS_H
#define DUTO_RUNS_H

#include "pipeline/pipeline.h"

/* Times in nanoseconds since the epoch; 0: not yet. */
struct runs {
	int64_t seen;	  /* up to then nothing is due any more */
	int64_t started;  /* the last run */
	int64_t finished; /* the last that has ended */
	int64_t took;	  /* how long that was */
	int status;	  /* how it left */
	uint64_t count, failed;
};

/* Zeroed where there are none. */
void runs_read(const char *pipeline, const char *stage, struct runs *ret);

/* Makes the folder, and where nothing is known, notes that nothing before now is due. 0 or -errno. */
int runs_begin(const struct pipeline *p, const struct stage *stage);

/* When it is due: a time up to now where it is, INT64_MAX for never. What was missed is made up for
 * by one run, or where the stage skips it, by none. */
int64_t runs_due(const struct pipeline *p, const struct stage *stage, int64_t now);

/* Runs `run` in a process of its own and notes how that went; signals go on to it. Returns the exit
 * status; 0 at once where a run is under way, or where only_due is set and it is not due. */
int runs_do(const struct pipeline *p, const struct stage *stage, bool only_due,
	int (*run)(void *context), void *context);

/* Appends "next tomorrow 06:00; last 06:00 took 2.1s, status 111; 12 runs, 1 failed", for people, in
 * the pipeline's time zone. Returns whether the last run left well, or there is none. */
bool runs_tell(const struct pipeline *p, const struct stage *stage, int64_t now, struct buffer *to);

#endif
