/* Files and folders copied with their owner and mode, as far as this user may give them. All
 * return 0 or -errno; nothing is synced. */
#ifndef DUTO_COPY_H
#define DUTO_COPY_H

#include <stdint.h>

/* A file of a folder (an open descriptor) in another, under the same name: a hard link where that
 * can be, else a copy. Of files that are replaced and not changed, or of which only the beginning
 * is wanted. -EEXIST: it is there. */
int copy_link(int from, int to, const char *name);

/* A new file that holds the first len bytes of an open one, in the place of what has the name. */
int copy_part(int fd, int folder, const char *name, uint64_t len);

/* Makes a folder with owner and mode of another, where it is not there. */
int copy_folder(const char *from, const char *to);

/* What has that name in a folder, in another, which is made like the first: files as copy_link
 * does, symbolic links as they are, folders with all below them, nothing else. What is there
 * already stays as it is; what vanishes meanwhile is left out. */
int copy_entry(const char *from, const char *to, const char *name);

/* The same of all that is in a folder. */
int copy_tree(const char *from, const char *to);

/* Calls each for every file below a folder with its path from there ("a/b"), by name; stops at the
 * first call that does not return 0, and returns that. */
int copy_files(const char *path, int (*each)(const char *name, void *context), void *context);

/* Takes away a folder and all below it, where it is there. */
int copy_remove(const char *path);

#endif
