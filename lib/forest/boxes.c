#include "forest/boxes.h"

#include <stdlib.h>

#include "forest/boxes_parts.h"

static bool use_features(struct boxes *b)
{
	for (size_t i = 0; i < b->ranks.count; i++) {
		uint32_t bounds = b->ranks.features[i].count;
		if (!bounds)
			continue;
		if (b->feature_count == BOXES_FEATURES)
			return false;
		b->features[b->feature_count++] =
			(struct box_feature){ .column = i, .rank_count = bounds + 2 };
	}
	return b->feature_count > 0;
}

/* Whether the numbers of the bitmaps alone are not too many already; says so before the leaves are
 * placed, which takes long in such a forest. */
static bool may_fit(const struct boxes *b, const struct forest_layout *l)
{
	size_t ranks = 0;

	for (size_t i = 0; i < b->feature_count; i++)
		ranks += b->features[i].rank_count;
	return ranks * (l->leaf_count / CHUNK_BITS) * sizeof(uint32_t) <= 2 * (size_t)BOXES_BYTES;
}

static const struct range *range_of(const struct builder *w, size_t bit, size_t feature)
{
	uint32_t node = w->nodes[bit];

	return node == LEAFLESS ? NULL : w->ranges + node * w->boxes->feature_count + feature;
}

/* Gives each run of ranks that admit the same leaves of a chunk a bitmap. */
static void number_bitmaps(struct builder *w, size_t chunk, size_t feature, bool *cut)
{
	struct box_feature *f = &w->boxes->features[feature];
	size_t stride = w->boxes->chunk_count;

	memset(cut, 0, f->rank_count + 1);
	cut[0] = cut[f->rank_count - 1] = true;
	for (size_t i = 0; i < CHUNK_BITS; i++) {
		const struct range *r = range_of(w, chunk * CHUNK_BITS + i, feature);
		if (r)
			cut[r->from] = cut[r->to] = true;
	}
	for (size_t rank = 0; rank < f->rank_count; rank++) {
		w->bitmap_count += cut[rank];
		f->bitmaps[rank * stride + chunk] = (uint32_t)w->bitmap_count - 1;
	}
}

static bool number_all(struct builder *w)
{
	struct boxes *b = w->boxes;
	bool cut[UINT16_MAX + 2];
	size_t numbers = 0;

	for (size_t i = 0; i < b->feature_count; i++) {
		struct box_feature *f = &b->features[i];
		numbers += f->rank_count * b->chunk_count;
		if (numbers * sizeof(*f->bitmaps) > BOXES_BYTES)
			return false;
		f->bitmaps = boxes_allocate(f->rank_count * b->chunk_count, sizeof(*f->bitmaps));
	}
	for (size_t c = 0; c < b->chunk_count; c++)
		for (size_t f = 0; f < b->feature_count; f++) {
			number_bitmaps(w, c, f, cut);
			if (w->bitmap_count > BOXES_BYTES / sizeof(struct chunk))
				return false;
		}
	return true;
}

static void set_bits(struct builder *w, size_t bit, size_t feature)
{
	struct boxes *b = w->boxes;
	const struct box_feature *f = &b->features[feature];
	const struct range *r = range_of(w, bit, feature);
	const uint32_t *of_chunk = f->bitmaps + bit / CHUNK_BITS;
	size_t word = bit % CHUNK_BITS / 64;
	uint64_t mask = 1ull << bit % 64;

	if (!r)
		return;
	if (r->missing)
		b->bitmaps[of_chunk[(f->rank_count - 1) * b->chunk_count]].words[word] |= mask;
	if (r->from >= r->to)
		return;
	uint32_t end = of_chunk[(r->to - 1u) * b->chunk_count];
	for (uint32_t i = of_chunk[r->from * b->chunk_count]; i <= end; i++)
		b->bitmaps[i].words[word] |= mask;
}

static bool is_empty(const struct chunk *c)
{
	uint64_t any = 0;

	for (int i = 0; i < CHUNK_WORDS; i++)
		any |= c->words[i];
	return !any;
}

static void note_chunks(struct boxes *b, struct box_feature *f)
{
	f->chunks = boxes_allocate(f->rank_count * b->chunk_words, sizeof(*f->chunks));
	for (size_t rank = 0; rank < f->rank_count; rank++)
		for (size_t c = 0; c < b->chunk_count; c++)
			if (!is_empty(&b->bitmaps[f->bitmaps[rank * b->chunk_count + c]]))
				f->chunks[rank * b->chunk_words + c / 64] |= 1ull << c % 64;
}

static bool fill(struct builder *w)
{
	struct boxes *b = w->boxes;

	if (!number_all(w))
		return false;
	b->bitmaps = aligned_alloc(64, (w->bitmap_count + 1) * sizeof(*b->bitmaps));
	if (!b->bitmaps)
		abort();
	memset(b->bitmaps, 0, (w->bitmap_count + 1) * sizeof(*b->bitmaps));
	for (size_t f = 0; f < b->feature_count; f++)
		for (size_t i = 0; i < w->bit_count; i++)
			set_bits(w, i, f);
	b->chunk_words = (b->chunk_count + 63) / 64;
	for (size_t f = 0; f < b->feature_count; f++)
		note_chunks(b, &b->features[f]);
	return true;
}

struct boxes *boxes_make(const struct forest_layout *l, bool votes)
{
	struct boxes *b;
	bool fits = false;

	if (l->trees > BOXES_TREES || l->leaf_count > BOXES_LEAVES)
		return NULL;
	b = boxes_allocate(1, sizeof(*b));
	b->votes = votes;
	struct builder w = { l, b, NULL, NULL, NULL, 0, 0 };
	if (ranks_make(&b->ranks, l) && use_features(b) && may_fit(b, l)) {
		boxes_find_ranges(&w);
		boxes_place_leaves(&w);
		fits = fill(&w);
	}
	free(w.ranges);
	free(w.nodes);
	free(w.roots);
	if (fits)
		return b;
	boxes_free(b);
	return NULL;
}

void boxes_free(struct boxes *b)
{
	for (size_t i = 0; i < b->feature_count; i++) {
		free(b->features[i].chunks);
		free(b->features[i].bitmaps);
	}
	ranks_free(&b->ranks);
	free(b->bitmaps);
	free(b->classes);
	free(b->rests);
	free(b->leaves);
	free(b->trees);
	free(b);
}
