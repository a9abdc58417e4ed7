/* What stands in a keep's files (schemas/keep.md): headers of blocks, the head, names. All numbers
 * are little endian. Only for lib/keep. */
#ifndef DUTO_KEEP_FORMAT_H
#define DUTO_KEEP_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEEP_VERSION = 1,
	KEEP_HEADER_SIZE = 80,
	KEEP_HEAD_SIZE = 32,
	KEEP_FILE_NAME_SIZE = 32,    /* of a segment, with the 0 */
	KEEP_PAYLOAD_MAX = 64 << 20, /* bytes: more is taken for corrupt */
};

/* What a block begins with. */
enum { KEEP_MAGIC_SIZE = 4 };
extern const uint8_t keep_magic[KEEP_MAGIC_SIZE];

enum keep_kind {
	KEEP_SAMPLES = 1, /* as they were given */
	KEEP_POSITION,	  /* one sample of kind position */
	KEEP_SNAPSHOT, /* what a segment begins with: keep_identity.h; empty: look in the one before */
	KEEP_SEALED, /* samples as lib/seal packs them */
	KEEP_TRAILER, /* the last block of a sealed segment, empty: `first` is where its directory stands */
	KEEP_DIRECTORY, /* what a sealed segment ends with: keep_directory.h */
};

enum { KEEP_PENDING = 1 }; /* flag: counts only once a position follows */

struct keep_header {
	enum keep_kind kind;
	uint32_t flags;
	uint32_t len, crc; /* of the payload, which follows the header */
	uint64_t first;	   /* number of the first sample; of other blocks, the next sample's */
	uint32_t count;	   /* samples */
	uint32_t raw_len;  /* bytes of the samples as they were given */
	int64_t arrived_first, arrived_last; /* wall clock */
	int64_t time_first, time_last; /* lowest and highest sample time; first > last: none */
	uint64_t
		synced; /* all up to this number was known to be on disk when the block was written */
};

/* Takes a sample's time in. */
static inline void keep_header_time(struct keep_header *h, int64_t time)
{
	h->time_first = time < h->time_first ? time : h->time_first;
	h->time_last = time > h->time_last ? time : h->time_last;
}

static inline uint64_t keep_header_behind(const struct keep_header *h)
{
	return h->first + h->count;
}

void keep_header_write(const struct keep_header *h, uint8_t to[KEEP_HEADER_SIZE]);
/* -ENOTSUP: of a newer version; -EBADMSG: not a header, or damaged. */
int keep_header_read(struct keep_header *ret, const uint8_t from[KEEP_HEADER_SIZE]);

/* What readers may see: all up to this number. */
struct keep_head {
	uint64_t visible, counter;
	bool ended;
};
void keep_head_write(const struct keep_head *h, uint8_t to[KEEP_HEAD_SIZE]);
int keep_head_read(struct keep_head *ret, const uint8_t from[KEEP_HEAD_SIZE]);

#endif
