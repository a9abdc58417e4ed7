#include "forest/boxes.h"

#include <stdlib.h>

/* What leads to a node: ranks from <= r < to, and a missing value or not. */
struct range {
	uint16_t from, to;
	bool missing;
};

struct builder {
	const struct forest_layout *layout;
	struct boxes *boxes;
	struct range *ranges; /* feature_count for each node */
	uint32_t *nodes;      /* the leaf of each bit; LEAFLESS: none */
	uint32_t *roots;      /* the tree of each node */
	size_t bit_count, bitmap_count;
};

enum { LEAFLESS = UINT32_MAX };

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		abort();
	return p;
}

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

static size_t feature_of(const struct boxes *b, size_t column)
{
	size_t i = 0;

	while (b->features[i].column != column)
		i++;
	return i;
}

/* Narrows the children's ranges by what their parent compares. */
static void pass_down(struct builder *w, uint32_t k)
{
	const struct layout_node *n = &w->layout->nodes[k];
	size_t count = w->boxes->feature_count, f = feature_of(w->boxes, n->feature);
	uint16_t above = (uint16_t)(ranks_of(&w->boxes->ranks.features[n->feature], n->bound) + 1);
	struct range *left = w->ranges + n->next * count, *right = left + count;

	memcpy(left, w->ranges + k * count, count * sizeof(*left));
	memcpy(right, left, count * sizeof(*left));
	left[f].to = above < left[f].to ? above : left[f].to;
	right[f].from = above > right[f].from ? above : right[f].from;
	left[f].missing &= n->missing_left;
	right[f].missing &= !n->missing_left;
	w->roots[n->next] = w->roots[n->next + 1] = w->roots[k];
}

static void find_ranges(struct builder *w)
{
	const struct forest_layout *l = w->layout;
	const struct boxes *b = w->boxes;

	w->ranges = allocate(l->count * b->feature_count, sizeof(*w->ranges));
	w->roots = allocate(l->count, sizeof(*w->roots));
	for (size_t t = 0; t < l->trees; t++) {
		struct range *root = w->ranges + l->roots[t] * b->feature_count;
		w->roots[l->roots[t]] = (uint32_t)t;
		for (size_t f = 0; f < b->feature_count; f++)
			root[f] = (struct range){ 0, (uint16_t)(b->features[f].rank_count - 1),
				true };
	}
	for (uint32_t k = 0; k < l->count; k++)
		if (!layout_is_leaf(l, k))
			pass_down(w, k);
}

static const double *numbers_of(const struct forest_layout *l, uint32_t leaf)
{
	return l->numbers + leaf * l->width;
}

static int by_numbers(const void *a, const void *b, void *context)
{
	const struct forest_layout *l = context;

	return memcmp(numbers_of(l, *(const uint32_t *)a), numbers_of(l, *(const uint32_t *)b),
		l->width * sizeof(double));
}

/* A leaf with the numbers that most leaves have. */
static uint32_t commonest_leaf(const struct forest_layout *l)
{
	uint32_t *leaves = allocate(l->leaf_count, sizeof(*leaves)), most = 0, run = 0, ret = 0;

	for (uint32_t i = 0; i < l->leaf_count; i++)
		leaves[i] = i;
	qsort_r(leaves, l->leaf_count, sizeof(*leaves), by_numbers, (void *)l);
	for (uint32_t i = 0; i < l->leaf_count; i++) {
		run = i && !by_numbers(&leaves[i - 1], &leaves[i], (void *)l) ? run + 1 : 1;
		if (run > most) {
			most = run;
			ret = leaves[i];
		}
	}
	free(leaves);
	return ret;
}

static uint32_t class_of(const struct forest_layout *l, uint32_t leaf)
{
	const double *numbers = numbers_of(l, leaf);
	uint32_t c = 0;

	while (numbers[c] == 0)
		c++;
	return c;
}

/* Appends the leaves of a class, or all of them, but for the commonest, and fills up the last chunk. */
static void list_leaves(struct builder *w, uint32_t class)
{
	const struct forest_layout *l = w->layout;
	struct boxes *b = w->boxes;
	size_t first = b->chunk_count;

	for (uint32_t k = 0; k < l->count; k++)
		if (layout_is_leaf(l, k) && by_numbers(&l->leaves[k], &b->rest, (void *)l) &&
			(!b->votes || class_of(l, l->leaves[k]) == class))
			w->nodes[w->bit_count++] = k;
	while (w->bit_count % CHUNK_BITS)
		w->nodes[w->bit_count++] = LEAFLESS;
	b->chunk_count = w->bit_count / CHUNK_BITS;
	for (size_t c = first; c < b->chunk_count; c++)
		b->classes[c] = class;
}

/* Clustering. */

struct by_centre {
	const struct builder *builder;
	size_t feature;
};

/* Twice the middle of a leaf's ranges. */
static int centre(const struct builder *w, uint32_t node, size_t feature)
{
	const struct range *r = w->ranges + node * w->boxes->feature_count + feature;

	return node == LEAFLESS ? INT32_MAX : r->from + r->to;
}

static int by_centre(const void *a, const void *b, void *context)
{
	const struct by_centre *by = context;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int p = centre(by->builder, x, by->feature), q = centre(by->builder, y, by->feature);

	return p != q ? (p < q ? -1 : 1) : x < y ? -1 : x > y;
}

static int by_node(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* The variance of the leaves' centres, in parts of all the feature's ranks. */
static double spread(const struct builder *w, const uint32_t *nodes, size_t n, size_t feature)
{
	double sum = 0, squares = 0, all = w->boxes->features[feature].rank_count;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (nodes[i] == LEAFLESS)
			continue;
		double v = centre(w, nodes[i], feature) / all;
		sum += v;
		squares += v * v;
		count++;
	}
	return squares - sum * sum / (double)count;
}

/* Halves the leaves, in whole chunks, along the feature in which they lie furthest apart, and the
 * halves again. In a chunk they stand in the order of the trees, which spreads a row's bits. */
static void cluster(const struct builder *w, uint32_t *nodes, size_t n)
{
	struct by_centre by = { w, 0 };
	double widest = -1;

	if (n <= CHUNK_BITS) {
		qsort(nodes, n, sizeof(*nodes), by_node);
		return;
	}
	for (size_t f = 0; f < w->boxes->feature_count; f++) {
		double v = spread(w, nodes, n, f);
		if (v > widest) {
			widest = v;
			by.feature = f;
		}
	}
	qsort_r(nodes, n, sizeof(*nodes), by_centre, &by);
	size_t half = n / CHUNK_BITS / 2 * CHUNK_BITS;
	cluster(w, nodes, half);
	cluster(w, nodes + half, n - half);
}

static void place_leaves(struct builder *w)
{
	struct boxes *b = w->boxes;
	const struct forest_layout *l = w->layout;
	size_t classes = b->votes ? l->width : 1;
	size_t room = l->leaf_count + classes * CHUNK_BITS, start = 0;

	w->nodes = allocate(room, sizeof(*w->nodes));
	b->classes = allocate(room / CHUNK_BITS + 1, sizeof(*b->classes));
	b->rest = commonest_leaf(l);
	b->rest_class = b->votes ? class_of(l, b->rest) : 0;
	for (uint32_t c = 0; c < classes; start = w->bit_count, c++) {
		list_leaves(w, c);
		cluster(w, w->nodes + start, w->bit_count - start);
	}
	b->leaves = allocate(w->bit_count, sizeof(*b->leaves));
	b->trees = allocate(w->bit_count, sizeof(*b->trees));
	for (size_t i = 0; i < w->bit_count; i++) {
		if (w->nodes[i] == LEAFLESS)
			continue;
		b->leaves[i] = l->leaves[w->nodes[i]];
		b->trees[i] = (uint16_t)w->roots[w->nodes[i]];
	}
}

/* Bitmaps. */

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
		f->bitmaps = allocate(f->rank_count * b->chunk_count, sizeof(*f->bitmaps));
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
	f->chunks = allocate(f->rank_count * b->chunk_words, sizeof(*f->chunks));
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
	b = allocate(1, sizeof(*b));
	b->votes = votes;
	struct builder w = { l, b, NULL, NULL, NULL, 0, 0 };
	if (ranks_make(&b->ranks, l) && use_features(b)) {
		find_ranges(&w);
		place_leaves(&w);
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
	free(b->leaves);
	free(b->trees);
	free(b);
}
