/* Which leaves share a chunk of the box bitmap. A row must look at a chunk where each feature's rank
 * is one that some leaf of the chunk admits, so leaves belong together whose ranges overlap: as in
 * the bounding volumes of ray tracing, sets are split where the volumes that enclose the halves are
 * smallest (the surface area heuristic, MacDonald and Booth, 1990). */
#include <math.h>
#include <stdlib.h>

#include "forest/boxes_parts.h"

enum { TRIED = 6 }; /* features to split along: a cost takes as long as there are features */

enum edge { EDGE_FROM, EDGE_TO, EDGE_CENTRE, EDGES };

static const struct range *range_of(const struct builder *w, uint32_t node, size_t feature)
{
	return w->ranges + node * w->boxes->feature_count + feature;
}

/* The part of a feature's ranks that some of the leaves admit. */
static double covered(const struct builder *w, const uint32_t *nodes, size_t n, size_t feature)
{
	uint32_t ranks = w->boxes->features[feature].rank_count, any = 0;
	int32_t change[UINT16_MAX + 1], depth = 0;

	memset(change, 0, (ranks + 1) * sizeof(*change));
	for (size_t i = 0; i < n; i++) {
		if (nodes[i] == LEAFLESS)
			continue;
		const struct range *r = range_of(w, nodes[i], feature);
		change[r->from]++;
		change[r->to]--;
	}
	for (uint32_t i = 0; i < ranks; i++) {
		depth += change[i];
		any += depth > 0;
	}
	return (double)any / ranks;
}

/* How many chunks of these leaves are left to a row whose ranks are any. */
static double cost(const struct builder *w, const uint32_t *nodes, size_t n)
{
	double left = (double)n / CHUNK_BITS;

	for (size_t f = 0; f < w->boxes->feature_count; f++)
		left *= covered(w, nodes, n, f);
	return left;
}

/* The place of a leaf's range along its feature; fillers stand behind all. */
static uint32_t place_of(const struct builder *w, uint32_t node, size_t feature, enum edge edge)
{
	const struct range *r;

	if (node == LEAFLESS)
		return 2 * w->boxes->features[feature].rank_count;
	r = range_of(w, node, feature);
	return edge == EDGE_FROM ? r->from : edge == EDGE_TO ? r->to : (uint32_t)r->from + r->to;
}

/* By counting, so that the order of equals stays. */
static void sort_along(const struct builder *w, const uint32_t *nodes, size_t n, size_t feature,
	enum edge edge, uint32_t *ret)
{
	size_t places = 2 * (size_t)w->boxes->features[feature].rank_count + 1;
	uint32_t *starts = boxes_allocate(places + 1, sizeof(*starts));

	for (size_t i = 0; i < n; i++)
		starts[place_of(w, nodes[i], feature, edge) + 1]++;
	for (size_t k = 1; k <= places; k++)
		starts[k] += starts[k - 1];
	for (size_t i = 0; i < n; i++)
		ret[starts[place_of(w, nodes[i], feature, edge)]++] = nodes[i];
	free(starts);
}

/* How much of a feature's ranks a leaf admits, all leaves together: where it is little, splitting tells
 * most. */
static double width(const struct builder *w, const uint32_t *nodes, size_t n, size_t feature)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		const struct range *r = range_of(w, nodes[i] == LEAFLESS ? 0 : nodes[i], feature);
		sum += r->to - r->from;
	}
	return (double)sum / w->boxes->features[feature].rank_count;
}

static size_t take_narrowest(double *widths, size_t count)
{
	size_t narrowest = 0;

	for (size_t f = 1; f < count; f++)
		if (widths[f] < widths[narrowest])
			narrowest = f;
	widths[narrowest] = INFINITY;
	return narrowest;
}

static void halve(const struct builder *w, uint32_t *nodes, size_t n, size_t half)
{
	uint32_t *sorted = boxes_allocate(n, sizeof(*sorted));
	uint32_t *best = boxes_allocate(n, sizeof(*best));
	double least = INFINITY, widths[BOXES_FEATURES];
	size_t count = w->boxes->feature_count;

	for (size_t f = 0; f < count; f++)
		widths[f] = width(w, nodes, n, f);
	for (size_t i = 0; i < count && i < TRIED; i++) {
		size_t f = take_narrowest(widths, count);
		for (enum edge edge = 0; edge < EDGES; edge++) {
			sort_along(w, nodes, n, f, edge, sorted);
			double c = cost(w, sorted, half) + cost(w, sorted + half, n - half);
			if (c < least) {
				least = c;
				memcpy(best, sorted, n * sizeof(*best));
			}
		}
	}
	memcpy(nodes, best, n * sizeof(*best));
	free(sorted);
	free(best);
}

static int by_node(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

void boxes_cluster(const struct builder *w, uint32_t *nodes, size_t n)
{
	size_t half = n / CHUNK_BITS / 2 * CHUNK_BITS;

	if (n <= CHUNK_BITS) {
		qsort(nodes, n, sizeof(*nodes), by_node);
		return;
	}
	halve(w, nodes, n, half);
	boxes_cluster(w, nodes, half);
	boxes_cluster(w, nodes + half, n - half);
}
