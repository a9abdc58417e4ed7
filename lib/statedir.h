/* Where the durable half of pipelines is: what their stages keep, and their state.
 *
 *     ROOT/PIPELINE/STAGE              the keep of a stage (lib/keep/keep.h)
 *     ROOT/PIPELINE/STAGE.checkpoint   a folder a filter of the stage, by its index (lib/filter/checkpoint.h)
 *     ROOT/PIPELINE/STAGE.schedule     runs of a scheduled stage (pipelines/run/runs.h)
 *     ROOT/PIPELINE/STAGE.out          under systemd, the files that the stage writes by itself
 *
 * Under systemd a stage's checkpoint is its own $STATE_DIRECTORY (/var/lib/duto-state/PIPELINE/STAGE).
 *
 * ROOT is $DUTO_STATE_DIR where that is set; else /var/lib/duto for root, else
 * $XDG_STATE_HOME/duto, else ~/.local/state/duto. Paths are absolute and malloc'ed. */
#ifndef DUTO_STATEDIR_H
#define DUTO_STATEDIR_H

#include <stdbool.h>
#include <sys/types.h>

char *statedir_root(void);

/* Where pipelines, and the maps, models and secrets that they name, are written down by people:
 * $DUTO_CONFIG_DIR, else /etc/duto. */
char *statedir_config(void);

char *statedir_keep(const char *pipeline, const char *stage);
char *statedir_checkpoint(const char *pipeline, const char *stage);
char *statedir_schedule(const char *pipeline, const char *stage);
char *statedir_out(const char *pipeline, const char *stage);

/* The keep that people mean by a name: a folder or file of that path where there is one, else the
 * keep of PIPELINE/STAGE, or in a pipeline's stage ($DUTO_PIPELINE) of its STAGE. NULL: none is
 * there. */
char *statedir_find(const char *name);

bool statedir_is_keep(const char *path);

/* Calls each with the path of every keep ROOT/PIPELINE/STAGE; stops at the first call that does not
 * return 0, and returns that. What of a pipeline cannot be read is passed over; -errno of ROOT. */
int statedir_keeps(const char *root, int (*each)(const char *path, void *context), void *context);

/* Makes the folder of a keep or a checkpoint, where it is not there, with that mode, and those above
 * it so that the group may look into them (0750). 0 or -errno. */
int statedir_make(const char *path, mode_t mode);

#endif
