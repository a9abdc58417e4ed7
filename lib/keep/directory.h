/* What a sealed segment ends with: where its blocks are, and of which sources. Only for
 * lib/keep. */
#ifndef DUTO_KEEP_DIRECTORY_H
#define DUTO_KEEP_DIRECTORY_H

#include "keep/segment.h"

struct keep_directory_writer;

struct keep_directory_writer *keep_directory_begin(void);
/* A sample of this source is in the block at hand. */
void keep_directory_source(struct keep_directory_writer *d, struct str source);
/* The block at hand is complete, and stands at offset. */
void keep_directory_block(
	struct keep_directory_writer *d, uint64_t offset, const struct keep_header *h);
/* Appends the directory, which will stand at offset, and what points to it. */
int keep_directory_end(
	struct keep_directory_writer *d, uint64_t offset, uint64_t next, struct buffer *ret);
void keep_directory_writer_free(struct keep_directory_writer *d);

struct keep_directory_entry {
	uint64_t offset, first;
	int64_t time_last, arrived_last;
	bool wanted; /* holds the source asked for, or one under it */
};

struct keep_directory {
	struct keep_directory_entry *blocks; /* in their order */
	size_t count;
};

/* Reads the directory of a sealed segment. -EBADMSG: there is none, or it is damaged. */
int keep_directory_read(int fd, struct str source, struct keep_directory *ret);
/* The entry of the block at offset, or NULL. */
const struct keep_directory_entry *keep_directory_at(
	const struct keep_directory *d, uint64_t offset);
void keep_directory_free(struct keep_directory *d);

#endif
