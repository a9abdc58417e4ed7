/* Columns of a sealed block (seal.h): one place of a shape over all its samples, as 64-bit cells.
 * schemas/keep.md has the forms. */
#ifndef DUTO_SEAL_COLUMN_H
#define DUTO_SEAL_COLUMN_H

#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "seal_shape.h"

/* What a cell holds: of a time nanoseconds; of an integer, bool or float 32 its value; of a float 64
 * its bits; of text and bytes where they are, offset << 32 | length. */

/* Room that columns are worked on in; grows as needed. */
struct seal_room {
	uint64_t *whole, *coded;
	size_t cells;
	uint32_t *slots;
	size_t slot_count;
};
void seal_room_free(struct seal_room *room);

/* Appends n > 0 cells of a kind to out; texts are in data. */
void seal_column_write(struct buffer *out, enum seal_kind kind, const uint64_t *cells, size_t n,
	const uint8_t *data, struct seal_room *room);

/* Reads n > 0 cells at c, of which start is where offsets of texts count from. 0, -EBADMSG. */
int seal_column_read(struct cursor *c, enum seal_kind kind, uint64_t *ret_cells, size_t n,
	const uint8_t *start, struct seal_room *room);

#endif
