/* The two directions of seal.h, before and behind zstd: a body is what zstd packs. */
#ifndef DUTO_SEAL_PARTS_H
#define DUTO_SEAL_PARTS_H

#include <stdint.h>
#include <zstd.h>

#include "buffer.h"
#include "seal/column.h"
#include "seal/shape.h"
#include "str.h"

enum {
	SEAL_VERSION = 1,
	SEAL_RAW_MAX = 64 << 20,    /* bytes of samples, and of a body */
	SEAL_SAMPLES_MAX = 1 << 20, /* that are taken apart; beyond these two limits a block */
	SEAL_CELLS_MAX = 16 << 20,  /* is stored as it is */
};

/* How a body begins. */
enum seal_form {
	SEAL_AS_IT_WAS, /* the samples follow */
	SEAL_COLUMNS,
};

/* Where a sample begins: its bytes, and what was found in its holes. */
struct seal_place {
	uint32_t start, found;
};

struct seal {
	ZSTD_CCtx *packer;
	ZSTD_DCtx *unpacker;
	struct seal_table table;
	struct seal_room room;
	struct buffer body, trial, text, order;
	struct buffer streams[SEAL_STREAMS];
	size_t ends[SEAL_STREAMS]; /* of the streams in the body, as it was written */
	uint64_t *cells;
	size_t cells_room;
	uint32_t *shapes;	   /* of each sample */
	struct seal_place *places; /* of each sample */
	struct seal_place *sorted; /* by shape */
	struct seal_found *found;
	size_t found_count, found_room;
	size_t samples_room;
	size_t sample_count;
};

void seal_samples_reserve(struct seal *s, size_t count);

/* Gives each shape its place among the cells, from its rows. -EBADMSG: there are too many. */
int seal_cells_place(struct seal *s);

/* Makes s->body of samples. -EBADMSG: not all of it is samples, or the limits are exceeded. */
int seal_body_write(struct seal *s, struct str samples);

/* Appends the samples of a body (of form SEAL_COLUMNS, behind the form). As seal_unpack. */
int seal_body_read(struct seal *s, struct str body, struct str source, struct buffer *ret);

/* Whether such a body gives just these samples. */
bool seal_body_gives(struct seal *s, struct str body, struct str samples);

#endif
