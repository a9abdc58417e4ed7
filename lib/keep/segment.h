/* The files of a keep's folder, and the blocks in a segment. Only for lib/keep. */
#ifndef DUTO_KEEP_SEGMENT_H
#define DUTO_KEEP_SEGMENT_H

#include "buffer.h"
#include "keep/format.h"
#include "keep/keep.h"

struct keep_segment {
	uint64_t first; /* number of the first sample */
	bool sealed;
	/* What only the writer knows. */
	uint64_t size;	 /* bytes */
	int64_t arrived; /* when its last sample did; 0: not looked at yet */
	bool damaged;	 /* it cannot be sealed */
};

/* The segments of a keep, oldest first. */
struct keep_segments {
	struct keep_segment *all;
	size_t count, room;
};

void keep_segment_name(const struct keep_segment *s, char name[KEEP_FILE_NAME_SIZE]);
/* Opens for reading. Returns a descriptor or -errno. */
int keep_segment_open(int folder, const struct keep_segment *s);

/* Reads the folder anew. Of a segment that is there twice, only the sealed one. */
int keep_segments_list(int folder, struct keep_segments *s);
void keep_segments_add(struct keep_segments *s, struct keep_segment segment);
/* The index of the segment that holds a number, or would; 0 where all are younger. */
size_t keep_segments_find(const struct keep_segments *s, uint64_t number);
/* The number behind a segment's last: of what a segment holds from there on, the next one has the
 * valid form. UINT64_MAX: of the newest. */
uint64_t keep_segments_behind(const struct keep_segments *s, size_t i);

/* Reads ID. -ENOTSUP: of a newer format; -EBADMSG: not an ID; -ENOENT. */
int keep_id_read(int folder, char ret[KEEP_ID_SIZE], char **ret_error);
int keep_id_make(int folder, char ret[KEEP_ID_SIZE]);

/* What an error of a keep is called. */
const char *keep_error(int error);

/* Reads the head. -EBADMSG: it is none, or there is none. */
int keep_head_load(int fd, struct keep_head *ret);

/* The header at offset. 1; 0: the file ends there; -EBADMSG; -errno. */
int keep_block_header(int fd, uint64_t offset, struct keep_header *ret);
/* The payload behind it, appended to ret. -EBADMSG: not what the header says. */
int keep_block_payload(int fd, uint64_t offset, const struct keep_header *h, struct buffer *ret);
/* The next sound block at or behind offset: its place in *ret_offset. 1, 0: none, or -errno. */
int keep_block_find(int fd, uint64_t offset, uint64_t *ret_offset, struct keep_header *ret);

static inline uint64_t keep_block_behind(uint64_t offset, const struct keep_header *h)
{
	return offset + KEEP_HEADER_SIZE + h->len;
}

#endif
