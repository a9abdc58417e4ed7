/* The folder of a pipeline while it runs: sockets of its edges and taps, counter pages, the lock of
 * `duto run`.
 *
 *     lock                   held by `duto run`: its process and the pipeline file, one a line
 *     A-B, A-B.ack           the edge from stage A to stage B
 *     A.tap                  the tap of stage A
 *     A.0.stat               counters of A's first filter (lib/filter/stat.h)
 *
 * It is $DUTO_RUNTIME_DIR/PIPELINE where that is set; else /run/duto/PIPELINE for root, else
 * $XDG_RUNTIME_DIR/duto/PIPELINE, else /tmp/duto-UID/PIPELINE. */
#ifndef DUTO_RUNDIR_H
#define DUTO_RUNDIR_H

#include <stdbool.h>
#include <sys/types.h>

enum { RUNDIR_SOCKET_MAX = 102 }; /* what a socket's path may have, ".ack" aside (unix(7)) */

/* Malloc'ed absolute path of the folder, made where it is not there. NULL with a malloc'ed message
 * where it cannot be made, or is somebody else's. */
char *rundir_make(const char *pipeline, char **ret_error);

/* Malloc'ed path of the folder where it is; NULL: the pipeline has none. */
char *rundir_find(const char *pipeline);

/* Calls each with every pipeline that has a folder, by name. */
void rundir_each(
	void (*each)(const char *pipeline, const char *path, void *context), void *context);

/* Takes the lock until the process ends: 0, or -errno with a message; -EBUSY: the pipeline runs
 * already. */
int rundir_lock(const char *path, const char *pipeline_file, char **ret_error);

/* Malloc'ed path of the pipeline file that `duto run` was given; NULL where none runs. */
char *rundir_pipeline_file(const char *path);

/* Takes away what an earlier run left; the lock must be held. */
void rundir_clear(const char *path);

#endif
