/* A disk in memory that loses power: stands in for lib/disk.c.
 *
 * Each file has what processes see and what is on the platter; a sync brings the writes between the
 * two over. The same holds for the names in each folder. When power is lost, each write that was not
 * synced is kept, dropped or torn (up to some byte, or any of its sectors, where the file grew also sectors of zeroes), and
 * of the unsynced changes of names the first few are kept, or any of them. */
#ifndef DUTO_CRASH_DISK_H
#define DUTO_CRASH_DISK_H

#include "../../lib/disk.h"

enum crash_kind { CRASH_POWER, CRASH_KILL };

/* An empty disk. */
void crash_format(uint64_t seed);

/* What ends at the operation so many from now: 1 is the next one; 0: none. From then on all fails,
 * until crash_restart; CRASH_KILL leaves what was written, synced or not. */
void crash_at(uint64_t operation, enum crash_kind kind);
bool crash_has_come(void);
/* Nothing is open or locked any more, and the disk works again. */
void crash_restart(void);

/* One of so many syncs fails (0: none): what it was to bring over is then taken for clean. */
void crash_fail_syncs(uint64_t one_of);
/* No more than so many bytes; 0: any number. */
void crash_limit(uint64_t bytes);

#endif
