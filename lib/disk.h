/* Files that have to survive a power cut, for keeps and checkpoints: the few calls that their order
 * of writes, syncs and renames is made of. tests/crash links a disk of its own in place of
 * lib/disk.c, one that loses power at every one of them.
 *
 * Folders are open descriptors, files are named in them. All return 0 (or what is said) or -errno.
 * Nothing is on disk before disk_sync of the file and, where a name is new, changed or gone,
 * disk_sync_folder of its folder. */
#ifndef DUTO_DISK_H
#define DUTO_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum disk_mode {
	DISK_READ,
	DISK_WRITE, /* made where it is not there; may be read too */
	DISK_NEW,   /* made anew: -EEXIST where it is there */
};

/* Opens a folder, which is made (with those above it) where make is set. Returns a descriptor. */
int disk_folder(const char *path, bool make);
/* Opens a file in a folder. Returns a descriptor. */
int disk_open(int folder, const char *name, enum disk_mode mode);
void disk_close(int fd);

/* Reads up to len bytes at offset; fewer only at the end of the file. Returns how many. */
ssize_t disk_read(int fd, void *to, size_t len, uint64_t offset);
/* Writes all of it or fails; what a failed write left is undefined. */
int disk_write(int fd, const void *from, size_t len, uint64_t offset);
int disk_truncate(int fd, uint64_t size);
int disk_size(int fd, uint64_t *ret);
int disk_sync(int fd); /* the data and the size */
int disk_sync_folder(int folder);

int disk_rename(int folder, const char *from, const char *to);
int disk_remove(int folder, const char *name);
/* Names in a folder, those that begin with a dot left out, in no order; stops at the first call
 * that does not return 0, and returns that. */
int disk_list(int folder, int (*each)(const char *name, void *context), void *context);
/* An advisory lock on a file opened for writing, which goes with the process, however it ends.
 * -EWOULDBLOCK: another has it. */
int disk_lock(int fd);
/* Whether another holds disk_lock on the file. Takes nothing. */
bool disk_is_locked(int fd);

/* Reads a small file, up to size - 1 bytes of it, and puts a NUL behind. Returns how many. */
ssize_t disk_text(int folder, const char *name, char *to, size_t size);

/* Puts data in the place of a file, whole or not at all: written aside, synced, renamed, the folder
 * synced. */
int disk_replace(int folder, const char *name, const void *data, size_t len);

#endif
