/* The systemd units of a pipeline.
 *
 *     duto-PIPELINE.target          wants every stage; wanted by multi-user.target
 *     duto-PIPELINE.setup.service   makes the folders that the stages share; runs before them
 *     duto-PIPELINE-STAGE.service   one stage
 *     duto-PIPELINE-STAGE.timer     when a scheduled stage runs
 *
 * A pipeline's name may hold "-", a stage's cannot, neither holds ".": no two have the same name.
 * Each file's text depends on nothing but the pipeline file, what its stages read, the filters'
 * descriptions and the settings below. */
#ifndef DUTO_UNIT_FILES_H
#define DUTO_UNIT_FILES_H

#include <dirent.h>

#include "buffer.h"
#include "pipelines/stage/traits.h"

/* Where the pipelines are that systemd is to run: `pipelines` in $DUTO_CONFIG_DIR or /etc/duto; and which of
 * its entries they are, for scandir. */
const char *pipeline_folder(void);
int pipeline_is_file(const struct dirent *entry);

struct unit_settings {
	const char *program;  /* duto */
	const char *run_root; /* under it the pipelines' run folders: /run/duto */
	const char *state_root;
};

struct unit_file {
	char *name;
	struct buffer text;
};

struct unit_files {
	struct unit_file *all;
	size_t count;
	char *wanted; /* the target that starts with the machine; NULL: none does */
};

/* Finds $DUTO_PROGRAM, $DUTO_RUNTIME_DIR, $DUTO_STATE_DIR, or where an installed Duto has them, and
 * sets the variables to what it found. */
struct unit_settings unit_settings_find(void);

/* The units of a pipeline without mistakes. 0, or -EINVAL with a malloc'ed message. */
int unit_files_make(const struct pipeline *p, const struct unit_settings *settings,
	struct unit_files *ret, char **ret_error);
void unit_files_free(struct unit_files *files);

/* Writes them to a folder, which is made, over what is there. 0 or -errno with a message. */
int unit_files_write(const struct unit_files *files, const char *folder, char **ret_error);

#endif
