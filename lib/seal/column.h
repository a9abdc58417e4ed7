/* Columns of a sealed block (seal.h): one place of a shape over all its samples, as 64-bit cells.
 * schemas/keep.md has the forms. */
#ifndef DUTO_SEAL_COLUMN_H
#define DUTO_SEAL_COLUMN_H

#include <stddef.h>
#include <stdint.h>

#include "buffer.h"
#include "seal/shape.h"

/* Columns go to several streams, that each has bytes of like spread for zstd: the first has what is
 * said about them, and texts; the others planes of bytes, the wider the later. */
enum { SEAL_STREAMS = 6 };

/* What a cell holds: of a time nanoseconds; of an integer, bool or float 32 its value; of a float 64
 * its bits; of text and bytes where they are, offset << 32 | length. */

/* Room that columns are worked on in; grows as needed. */
struct seal_room {
	uint64_t *whole, *coded, *heads, *tails, *bases;
	uint8_t *plane;
	size_t cells;
	uint32_t *slots;
	size_t slot_count;
	struct buffer texts; /* where cells of texts point to that were read */
};
void seal_room_free(struct seal_room *room);

/* Appends n > 0 cells of a kind to the streams; texts are in data. */
void seal_column_write(struct buffer *streams, enum seal_kind kind, const uint64_t *cells, size_t n,
	const uint8_t *data, struct seal_room *room);

/* Reads n > 0 cells from the streams, or steps over them where ret_cells is NULL; texts go behind
 * those in room->texts. 0, -EBADMSG. */
int seal_column_read(struct cursor *streams, enum seal_kind kind, uint64_t *ret_cells, size_t n,
	struct seal_room *room);

/* The parts of it, with room for n cells made. */
void seal_integers_write(
	struct buffer *streams, const uint64_t *v, size_t n, struct seal_room *room);
int seal_integers_read(struct cursor *streams, uint64_t *v, size_t n);
void seal_planes_write(struct buffer *streams, const uint64_t *v, size_t n, unsigned width,
	struct seal_room *room);
int seal_planes_read(struct cursor *streams, uint64_t *v, size_t n, unsigned width);
void seal_texts_write(struct buffer *streams, const uint64_t *cells, size_t n, const uint8_t *data,
	struct seal_room *room);
int seal_texts_read(struct cursor *streams, uint64_t *ret_cells, size_t n, struct seal_room *room);

#endif
