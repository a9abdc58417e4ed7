/* Whole files: models and the like. Links and keeps have their own ways. */
#ifndef DUTO_FILE_H
#define DUTO_FILE_H

#include "buffer.h"

/* Appends the file's bytes to ret. 0 or -errno; -EFBIG beyond max bytes. */
int file_read(const char *path, size_t max, struct buffer *ret);

/* Reads the beginning of a regular file, up to size bytes; 0 where there is none to be read. */
size_t file_peek(const char *path, void *to, size_t size);

/* Puts data in the place of the file at path: written aside, synced, renamed, its folder synced, so
 * that whoever looks, also after a power cut, finds the old file or the new one whole. What is
 * there and no regular file (a pipe, a device) is written to. 0 or -errno. */
int file_replace(const char *path, struct str data);

#endif
