#include "forest/ranks.h"
#include "allocate.h"

#include <stdlib.h>

enum { BUCKETS_A_BOUND = 2 };

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* All bounds of the nodes, feature by feature: those of feature i end where ends[i] says. */
static double *collect(const struct forest_layout *l, size_t *ends)
{
	double *all = allocate(l->count, sizeof(*all));

	for (uint32_t k = 0; k < l->count; k++)
		if (!layout_is_leaf(l, k) && l->nodes[k].feature + 1u < l->features)
			ends[l->nodes[k].feature + 1]++;
	for (size_t i = 1; i < l->features; i++)
		ends[i] += ends[i - 1];
	for (uint32_t k = 0; k < l->count; k++)
		if (!layout_is_leaf(l, k))
			all[ends[l->nodes[k].feature]++] = l->nodes[k].bound;
	return all;
}

static size_t sort_once(double *v, size_t n)
{
	size_t kept = 0;

	qsort(v, n, sizeof(*v), by_value);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || v[i] != v[kept - 1])
			v[kept++] = v[i];
	return kept;
}

static uint32_t bucket_of(const struct rank_feature *f, double v)
{
	double bucket = (v - f->low) * f->scale;

	bucket = bucket > 0 ? bucket : 0;
	return (uint32_t)(bucket < f->last ? bucket : f->last);
}

/* A value's bucket never falls as the value rises, so bounds of buckets before are below it, and
 * those of buckets behind above. */
static void fill_buckets(struct rank_feature *f, const double *sorted)
{
	uint32_t buckets = f->count * BUCKETS_A_BOUND + 1, fullest = 0, next = 0;

	f->low = f->count ? sorted[0] : 0;
	f->scale = f->count > 1 ? (buckets - 1) / (sorted[f->count - 1] - f->low) : 0;
	if (!isfinite(f->scale))
		f->scale = 0;
	f->last = buckets - 1;
	f->starts = allocate(buckets, sizeof(*f->starts));
	for (uint32_t b = 0; b < buckets; b++) {
		uint32_t start = next;
		f->starts[b] = (uint16_t)start;
		while (next < f->count && bucket_of(f, sorted[next]) == b)
			next++;
		fullest = next - start > fullest ? next - start : fullest;
	}
	while (fullest >= 2 * f->first_step && fullest)
		f->first_step = f->first_step ? 2 * f->first_step : 1;
}

static void make_feature(struct rank_feature *f, const double *sorted, size_t count)
{
	f->count = (uint32_t)count;
	fill_buckets(f, sorted);
	size_t room = count + 2 * (size_t)f->first_step + 1;
	f->bounds = allocate(room, sizeof(*f->bounds));
	memcpy(f->bounds, sorted, count * sizeof(*sorted));
	for (size_t i = count; i < room; i++)
		f->bounds[i] = INFINITY;
}

bool ranks_make(struct ranks *r, const struct forest_layout *l)
{
	size_t *ends = allocate(l->features, sizeof(*ends)), start = 0;
	double *all = collect(l, ends);
	bool fits = true;

	*r = (struct ranks){ allocate(l->features, sizeof(*r->features)), l->features };
	for (size_t i = 0; i < l->features && fits; start = ends[i++]) {
		size_t count = sort_once(all + start, ends[i] - start);
		fits = count <= RANKS_MAX;
		if (fits)
			make_feature(&r->features[i], all + start, count);
	}
	free(ends);
	free(all);
	if (!fits)
		ranks_free(r);
	return fits;
}

void ranks_free(struct ranks *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->features[i].bounds);
		free(r->features[i].starts);
	}
	free(r->features);
}
