/* Shapes of samples, for seal.h: what stays when the times, numbers and texts of a sample are taken
 * out. The places they leave are holes.
 *
 * A shape's text describes it: for each hole a varint length, as many literal bytes, and the kind of
 * the hole behind them; the last kind is SEAL_END. Literal bytes are the sample's own, so the text of
 * a shape names its source, kind and fields. */
#ifndef DUTO_SEAL_SHAPE_H
#define DUTO_SEAL_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"
#include "str.h"
#include "wire.h"

/* The passes over bytes and columns are what sealing costs: each is a plain loop that the compiler
 * turns into vector instructions, in a second version for processors that have wider ones. */
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__clang__) &&                         \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SEAL_PASS __attribute__((optimize("O3"), target_clones("avx2", "default")))
#else
#define SEAL_PASS
#endif

enum seal_kind {
	SEAL_END,
	/* Eight bytes behind a tag that stays: these have a fixed place. */
	SEAL_TIME,   /* ns since the epoch as a timestamp extension holds them */
	SEAL_UINT64, /* run, seq: the nine-byte form */
	SEAL_FLOAT64,
	/* With their tag, in the shortest form. */
	SEAL_INTEGER,
	SEAL_BOOL,
	SEAL_TEXT,
	SEAL_BYTES, /* as wire_bin writes them */
	SEAL_FLOAT32,
	SEAL_KINDS
};

enum {
	SEAL_HOLES_MAX = 1024, /* of a sample; what comes behind stays in the shape */
	SEAL_SHAPES_MAX = 1 << 16,
};

struct seal_hole {
	uint32_t at; /* of a fixed one, in its run's bytes */
	enum seal_kind kind;
};

/* What was in a hole with a tag: the value of an integer (two's complement), bool or float 32; of
 * text and bytes the length. */
struct seal_found {
	uint64_t value;
	const uint8_t *end; /* where what follows begins, and texts have ended */
};

/* Bytes of fixed length, with holes at fixed places; then one hole of another kind, or the end. */
struct seal_run {
	size_t bytes, mask; /* where they begin in the table's bytes; mask: ff, in a hole 00 */
	uint32_t len, first_hole, fixed_count, time_count;
	enum seal_kind last;
};

struct seal_shape {
	size_t text_at, text_len;     /* in the table's texts */
	size_t source_at, source_len; /* in text */
	uint32_t first_run, run_count, first_hole, hole_count;
	uint32_t least;	     /* bytes a sample has at least */
	uint32_t rows, done; /* samples of this shape; done: for whoever counts along */
	uint32_t follower;   /* the shape that came behind this one the last time; UINT32_MAX */
	size_t first_cell;   /* column i of the shape begins at first_cell + i * rows */
};

struct seal_table {
	struct seal_shape *shapes;
	struct seal_run *runs;
	struct seal_hole *holes;
	size_t shape_count, run_count, hole_count;
	size_t shape_room, run_room, hole_room;
	struct buffer texts, bytes;
	uint32_t *slots; /* hash of texts: shape + 1 */
	size_t slot_count;
};

void seal_table_clear(struct seal_table *t);
void seal_table_free(struct seal_table *t);

/* Adds a shape. -EBADMSG: text is none. */
int seal_shape_add(struct seal_table *t, struct str text, size_t source_at, size_t source_len);

/* The shape of the sample at c, added where it is new, and steps over it. -EBADMSG: no sample, or
 * too many shapes. text is room to work in. */
int64_t seal_shape_of(struct seal_table *t, struct cursor *c, struct buffer *text);

/* Whether the sample at c has this shape; steps over it then. Fills ret with what is in the holes
 * that end runs, s->run_count at most. */
bool seal_shape_matches(const struct seal_table *t, const struct seal_shape *s, struct cursor *c,
	struct seal_found *ret);

static inline struct str seal_shape_text(const struct seal_table *t, const struct seal_shape *s)
{
	return (struct str){ (const char *)t->texts.data + s->text_at, s->text_len };
}

/* Whole path segments: plant/line1 is above plant/line1/m3, not above plant/line10. */
bool seal_shape_under(const struct seal_table *t, const struct seal_shape *s, struct str source);

/* Whether the eight bytes of a timestamp are one that nanoseconds hold. */
static inline bool seal_is_time(uint64_t bits)
{
	return bits >> 34 < 1000000000 && (bits & 0x3ffffffff) < INT64_MAX / 1000000000;
}

/* LEB128, as everywhere in sealed blocks. */
void seal_varint_write(struct buffer *out, uint64_t v);
int seal_varint_read(struct cursor *c, uint64_t *ret); /* 0, -EBADMSG */

#endif
