/* Scoring by boxes, compiled for three kinds of processor from one text; only where votes are
 * counted AVX-512 has instructions that no compiler finds by itself. */
#include "forest/boxes.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

enum { AT_ONCE = 2 };

/* Of a row: for each feature where the parts of its rank are. */
struct place {
	const uint64_t *chunks;
	const uint32_t *bitmaps;
};

INLINE void find_places(const struct boxes *b, const double *row, struct place *ret)
{
	for (size_t i = 0; i < b->feature_count; i++) {
		const struct box_feature *f = &b->features[i];
		uint32_t rank = ranks_of(&b->ranks.features[f->column], row[f->column]);
		ret[i].chunks = f->chunks + rank * b->chunk_words;
		ret[i].bitmaps = f->bitmaps + rank * b->chunk_count;
	}
}

INLINE uint64_t chunks_left(const struct boxes *b, const struct place *places, size_t word)
{
	uint64_t left = places[0].chunks[word];

	for (size_t i = 1; i < b->feature_count; i++)
		left &= places[i].chunks[word];
	return left;
}

/* The leaves of a chunk that all features admit. */
INLINE void admitted(
	const struct boxes *b, const struct place *places, size_t chunk, struct chunk *ret)
{
	const struct chunk *first = &b->bitmaps[places[0].bitmaps[chunk]];
	quad low = first->quads[0], high = first->quads[1];

#pragma GCC unroll 4
	for (size_t i = 1; i < b->feature_count; i++) {
		const struct chunk *c = &b->bitmaps[places[i].bitmaps[chunk]];
		low &= c->quads[0];
		high &= c->quads[1];
	}
	ret->quads[0] = low;
	ret->quads[1] = high;
}

/* How many. */
typedef int64_t count_admitted(const struct boxes *b, const struct place *places, size_t chunk);

INLINE int64_t count_words(const struct boxes *b, const struct place *places, size_t chunk)
{
	struct chunk c;
	int64_t count = 0;

	admitted(b, places, chunk, &c);
#pragma GCC unroll 8
	for (int k = 0; k < CHUNK_WORDS; k++)
		count += __builtin_popcountll(c.words[k]);
	return count;
}

INLINE void count_votes(const struct boxes *b, const struct forest_layout *l,
	const struct place *places, count_admitted *count_chunk, double *ret)
{
	int64_t all = 0;

	memset(ret, 0, l->width * sizeof(*ret));
	for (size_t w = 0; w < b->chunk_words; w++)
		for (uint64_t left = chunks_left(b, places, w); left; left &= left - 1) {
			size_t chunk = w * 64 + (size_t)__builtin_ctzll(left);
			int64_t count = count_chunk(b, places, chunk);
			if (count)
				ret[b->classes[chunk]] += (double)count;
			all += count;
		}
	ret[b->rest_class] = (double)((int64_t)l->trees - all);
}

/* Anything where there are none. */
INLINE int trailing_zeros(uint64_t bits)
{
	return __builtin_ctzll(bits | 1ull << 63);
}

/* Lists which bits of a chunk are set, from bit first on, and returns the list's end. Most words have
 * few: AT_ONCE are written without asking, what is too much is written over by the next. */
INLINE uint32_t *list_bits(const struct chunk *c, uint32_t first, uint32_t *to)
{
	for (uint32_t k = 0; k < CHUNK_WORDS; k++) {
		uint64_t bits = c->words[k];
		uint32_t *end = to + __builtin_popcountll(bits);
#pragma GCC unroll 4
		for (int i = 0; i < AT_ONCE; i++, bits &= bits - 1)
			to[i] = first + k * 64 + (uint32_t)trailing_zeros(bits);
		for (to += AT_ONCE; bits; bits &= bits - 1)
			*to++ = first + k * 64 + (uint32_t)trailing_zeros(bits);
		to = end;
	}
	return to;
}

/* One bit at most is set for each tree. */
INLINE void add_leaves(const struct boxes *b, const struct forest_layout *l,
	const struct place *places, double *ret)
{
	uint32_t bits[BOXES_TREES + AT_ONCE], leaves[BOXES_TREES], *end = bits;

	for (size_t w = 0; w < b->chunk_words; w++)
		for (uint64_t left = chunks_left(b, places, w); left; left &= left - 1) {
			size_t chunk = w * 64 + (size_t)__builtin_ctzll(left);
			struct chunk c;
			admitted(b, places, chunk, &c);
			end = list_bits(&c, (uint32_t)chunk * CHUNK_BITS, end);
		}
	memcpy(leaves, b->rests, l->trees * sizeof(*leaves));
	for (const uint32_t *bit = bits; bit < end; bit++)
		leaves[b->trees[*bit]] = b->leaves[*bit];
	memset(ret, 0, l->width * sizeof(*ret));
	layout_add(l, leaves, l->trees, ret);
}

INLINE void sum(const struct boxes *b, const struct forest_layout *l, const double *row,
	count_admitted *count_chunk, double *ret)
{
	struct place places[BOXES_FEATURES];

	find_places(b, row, places);
	if (b->votes)
		count_votes(b, l, places, count_chunk, ret);
	else
		add_leaves(b, l, places, ret);
}

static void forget(void *state)
{
	boxes_free(state);
}

static void *make(const struct forest_layout *l, bool votes)
{
	return boxes_make(l, votes);
}

static void sum_plain(const void *s, const struct forest_layout *l, const double *row, double *ret)
{
	sum(s, l, row, count_words, ret);
}

const struct evaluator evaluator_boxes = { "boxes", make, sum_plain, forget };

#ifdef __x86_64__
__attribute__((target("avx2,bmi,popcnt"))) static void sum_avx2(
	const void *s, const struct forest_layout *l, const double *row, double *ret)
{
	sum(s, l, row, count_words, ret);
}

static void *make_avx2(const struct forest_layout *l, bool votes)
{
	bool can = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
		   __builtin_cpu_supports("popcnt");
	return can ? boxes_make(l, votes) : NULL;
}

#define AVX512 __attribute__((target("avx512f,avx512vpopcntdq,bmi,popcnt")))

AVX512 static inline int64_t count_lines(
	const struct boxes *b, const struct place *places, size_t chunk)
{
	__m512i all = _mm512_load_si512(&b->bitmaps[places[0].bitmaps[chunk]]);

	for (size_t i = 1; i < b->feature_count; i++)
		all = _mm512_and_si512(
			all, _mm512_load_si512(&b->bitmaps[places[i].bitmaps[chunk]]));
	return _mm512_reduce_add_epi64(_mm512_popcnt_epi64(all));
}

AVX512 static void sum_avx512(
	const void *s, const struct forest_layout *l, const double *row, double *ret)
{
	sum(s, l, row, count_lines, ret);
}

static void *make_avx512(const struct forest_layout *l, bool votes)
{
	bool can = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq") &&
		   __builtin_cpu_supports("bmi");
	return can ? boxes_make(l, votes) : NULL;
}

const struct evaluator evaluator_boxes_avx2 = { "boxes-avx2", make_avx2, sum_avx2, forget };
const struct evaluator evaluator_boxes_avx512 = { "boxes-avx512", make_avx512, sum_avx512, forget };
#endif
