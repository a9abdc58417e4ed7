/* Scoring by boxes, compiled for three kinds of processor from one text. */
#include "forest/boxes.h"

#define INLINE static inline __attribute__((always_inline))

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

INLINE void admitted(
	const struct boxes *b, const struct place *places, size_t chunk, struct chunk *ret)
{
	*ret = b->bitmaps[places[0].bitmaps[chunk]];
	for (size_t i = 1; i < b->feature_count; i++) {
		const uint64_t *bits = b->bitmaps[places[i].bitmaps[chunk]].bits;
		for (int k = 0; k < CHUNK_WORDS; k++)
			ret->bits[k] &= bits[k];
	}
}

INLINE void count_votes(const struct boxes *b, const struct forest_layout *l,
	const struct place *places, double *ret)
{
	uint64_t all = 0;

	memset(ret, 0, l->width * sizeof(*ret));
	for (size_t w = 0; w < b->chunk_words; w++)
		for (uint64_t left = chunks_left(b, places, w); left; left &= left - 1) {
			size_t chunk = w * 64 + (size_t)__builtin_ctzll(left);
			struct chunk c;
			uint64_t count = 0;
			admitted(b, places, chunk, &c);
			for (int k = 0; k < CHUNK_WORDS; k++)
				count += (uint64_t)__builtin_popcountll(c.bits[k]);
			ret[b->classes[chunk]] += (double)count;
			all += count;
		}
	ret[b->rest] = (double)(l->trees - all);
}

INLINE void take_leaves(
	const struct boxes *b, const struct chunk *c, size_t first, uint32_t *ret_leaves)
{
	for (size_t k = 0; k < CHUNK_WORDS; k++)
		for (uint64_t bits = c->bits[k]; bits; bits &= bits - 1) {
			size_t bit = first + k * 64 + (size_t)__builtin_ctzll(bits);
			ret_leaves[b->trees[bit]] = b->leaves[bit];
		}
}

INLINE void add_leaves(const struct boxes *b, const struct forest_layout *l,
	const struct place *places, double *ret)
{
	uint32_t leaves[BOXES_TREES];

	for (size_t w = 0; w < b->chunk_words; w++)
		for (uint64_t left = chunks_left(b, places, w); left; left &= left - 1) {
			size_t chunk = w * 64 + (size_t)__builtin_ctzll(left);
			struct chunk c;
			admitted(b, places, chunk, &c);
			take_leaves(b, &c, chunk * CHUNK_BITS, leaves);
		}
	memset(ret, 0, l->width * sizeof(*ret));
	layout_add(l, leaves, l->trees, ret);
}

INLINE void sum(
	const struct boxes *b, const struct forest_layout *l, const double *row, double *ret)
{
	struct place places[BOXES_FEATURES];

	find_places(b, row, places);
	if (b->votes)
		count_votes(b, l, places, ret);
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
	sum(s, l, row, ret);
}

const struct evaluator evaluator_boxes = { "boxes", make, sum_plain, forget };

#ifdef __x86_64__
__attribute__((target("avx2,bmi,popcnt"))) static void sum_avx2(
	const void *s, const struct forest_layout *l, const double *row, double *ret)
{
	sum(s, l, row, ret);
}

static void *make_avx2(const struct forest_layout *l, bool votes)
{
	bool can = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
		   __builtin_cpu_supports("popcnt");
	return can ? boxes_make(l, votes) : NULL;
}

__attribute__((target("avx512f,avx512vpopcntdq,bmi,popcnt,prefer-vector-width=512"))) static void
sum_avx512(const void *s, const struct forest_layout *l, const double *row, double *ret)
{
	sum(s, l, row, ret);
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
