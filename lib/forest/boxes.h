/* The box bitmap. A leaf is a box: for each feature the ranks (ranks.h) that lead to it. Every leaf
 * has one bit, and for each feature and rank there is the bitmap of the leaves that admit it; the
 * AND of a row's bitmaps, one a feature, has one bit for each tree: the leaf the row comes to.
 * (QuickScorer, Lucchese et al., SIGIR 2015, taken to its end for few features.)
 *
 * The leaves whose numbers are the commonest need no bits: a tree without one comes to them. Where
 * each leaf votes for one class, bits are only counted.
 *
 * Leaves that lie near to one another stand together in chunks of CHUNK_BITS, so a row finds most
 * chunks empty: a bitmap of chunks for each feature and rank tells which are left. In a chunk
 * neighbouring ranks that admit the same leaves share a bitmap. Inside lib/forest. */
#ifndef DUTO_FOREST_BOXES_H
#define DUTO_FOREST_BOXES_H

#include "forest/evaluator.h"
#include "forest/ranks.h"

enum {
	CHUNK_BITS = 512,
	CHUNK_WORDS = CHUNK_BITS / 64,
	BOXES_FEATURES = 32, /* that the trees compare */
	BOXES_TREES = 4096,
	BOXES_LEAVES = 1 << 18,
	BOXES_BYTES = 24 << 20, /* of all bitmaps: more does not stay in a processor's cache */
};

/* What one instruction of most processors takes. */
typedef uint64_t quad __attribute__((vector_size(32)));

enum { CHUNK_QUADS = CHUNK_BITS / 256 };

struct chunk {
	union {
		uint64_t words[CHUNK_WORDS];
		quad quads[CHUNK_QUADS];
	};
} __attribute__((aligned(64)));

/* Of one feature. */
struct box_feature {
	size_t column;	     /* in a row */
	uint64_t *chunks;    /* chunk_words for each rank: where there is anything */
	uint32_t *bitmaps;   /* chunk_count for each rank: which of all bitmaps */
	uint32_t rank_count; /* with the one of a missing value: the last */
};

struct boxes {
	struct ranks ranks;
	struct box_feature features[BOXES_FEATURES];
	size_t feature_count;
	struct chunk *bitmaps;
	size_t chunk_count, chunk_words;
	uint32_t *leaves; /* of each bit; and its tree */
	uint16_t *trees;
	uint32_t *rests; /* for each tree: a leaf with the commonest numbers */
	bool votes;
	uint32_t *classes; /* of votes: whose each chunk is */
	uint32_t rest_class;
};

/* NULL where there are too many features, or the table would not stay in the processor's cache. */
struct boxes *boxes_make(const struct forest_layout *l, bool votes);
void boxes_free(struct boxes *b);

#endif
