/* What duto backup writes and duto restore reads: a tar archive, packed by zstd, of
 *
 *     duto-backup     "duto backup 1", and on the next line the version of duto
 *     state/          what pipelines keep, and what they remember: statedir_root
 *     checkpoints/    what stages under systemd remember: that folder's name and "-state"
 *     config/         statedir_config */
#ifndef DUTO_BACKUP_H
#define DUTO_BACKUP_H

#include <stdint.h>

#define BACKUP_MARK "duto-backup"
enum { BACKUP_VERSION = 1 };

/* The folder of what stages under systemd remember. Malloc'ed. */
char *backup_checkpoints(void);

/* Copies the state of all pipelines to folders state and checkpoints in a folder on the same
 * disk, as it was at one moment: whoever goes on from it takes every sample once. 0 or -errno
 * with a malloc'ed message. */
int backup_state(const char *to, char **ret_error);

/* Makes the empty folder in which a backup is put together or taken apart, in the state's folder,
 * where this process is the only one that does. Its malloc'ed path, or NULL with a malloc'ed
 * message. */
char *backup_folder(char **ret_error);

#endif
