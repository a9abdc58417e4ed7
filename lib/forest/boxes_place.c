/* Which leaf has which bit of the box bitmap. */
#include <stdlib.h>

#include "allocate.h"
#include "forest/boxes_parts.h"

void *boxes_allocate(size_t n, size_t size)
{
	void *p = allocate(n ? n : 1, size);
	return p;
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

void boxes_find_ranges(struct builder *w)
{
	const struct forest_layout *l = w->layout;
	const struct boxes *b = w->boxes;

	w->ranges = boxes_allocate(l->count * b->feature_count, sizeof(*w->ranges));
	w->roots = boxes_allocate(l->count, sizeof(*w->roots));
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
	uint32_t *leaves = boxes_allocate(l->leaf_count, sizeof(*leaves)), most = 0, run = 0,
		 ret = 0;

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
		if (layout_is_leaf(l, k) && by_numbers(&l->leaves[k], &b->rests[0], (void *)l) &&
			(!b->votes || class_of(l, l->leaves[k]) == class))
			w->nodes[w->bit_count++] = k;
	while (w->bit_count % CHUNK_BITS)
		w->nodes[w->bit_count++] = LEAFLESS;
	b->chunk_count = w->bit_count / CHUNK_BITS;
	for (size_t c = first; c < b->chunk_count; c++)
		b->classes[c] = class;
}

void boxes_place_leaves(struct builder *w)
{
	struct boxes *b = w->boxes;
	const struct forest_layout *l = w->layout;
	size_t classes = b->votes ? l->width : 1;
	size_t room = l->leaf_count + classes * CHUNK_BITS, start = 0;

	w->nodes = boxes_allocate(room, sizeof(*w->nodes));
	b->classes = boxes_allocate(room / CHUNK_BITS + 1, sizeof(*b->classes));
	b->rests = boxes_allocate(l->trees, sizeof(*b->rests));
	b->rests[0] = commonest_leaf(l);
	for (size_t i = 1; i < l->trees; i++)
		b->rests[i] = b->rests[0];
	b->rest_class = b->votes ? class_of(l, b->rests[0]) : 0;
	for (uint32_t c = 0; c < classes; start = w->bit_count, c++) {
		list_leaves(w, c);
		boxes_cluster(w, w->nodes + start, w->bit_count - start);
	}
	b->leaves = boxes_allocate(w->bit_count, sizeof(*b->leaves));
	b->trees = boxes_allocate(w->bit_count, sizeof(*b->trees));
	for (size_t i = 0; i < w->bit_count; i++) {
		if (w->nodes[i] == LEAFLESS)
			continue;
		b->leaves[i] = l->leaves[w->nodes[i]];
		b->trees[i] = (uint16_t)w->roots[w->nodes[i]];
	}
}
