/* Checkpoints: the state of one filter at a position of its stream, so that it goes on after a kill
 * as if it had not been. A folder holds the newest few, each under its position's number. */
#ifndef DUTO_CHECKPOINT_H
#define DUTO_CHECKPOINT_H

#include "buffer.h"
#include "str.h"

/* Opens the folder, made where it is not there. Returns a descriptor or -errno. */
int checkpoint_open(const char *path);

/* Saves the state under a number: on disk for good when it returns 0. owner says whose state it is
 * (filter, options): another owner's is not loaded. */
int checkpoint_save(int folder, uint64_t number, uint64_t owner, struct str state);

/* Appends the state under that number to ret. -ENOENT: none; -ESTALE: of another owner; -ENOTSUP:
 * of a newer format; -EBADMSG: damaged. */
int checkpoint_load(int folder, uint64_t number, uint64_t owner, struct buffer *ret);

/* Takes away those under other numbers than from..to. */
int checkpoint_forget(int folder, uint64_t from, uint64_t to);

#endif
