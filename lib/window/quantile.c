#include "quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void grow(struct quantile_level *l)
{
	l->cap = l->cap ? l->cap * 2 : 64;
	l->values = reallocate(l->values, l->cap, sizeof(*l->values));
}

static void add_at(struct quantile *q, int level, double v);

static void compact(struct quantile *q, int level)
{
	struct quantile_level *l = &q->levels[level];

	qsort(l->values, l->len, sizeof(*l->values), by_value);
	for (uint32_t i = l->odd; i < l->len; i += 2)
		add_at(q, level + 1, l->values[i]);
	l->odd = !l->odd;
	l->len = 0;
}

static void add_at(struct quantile *q, int level, double v)
{
	struct quantile_level *l = &q->levels[level];

	if (l->len == QUANTILE_EXACT)
		compact(q, level);
	if (l->len == l->cap)
		grow(l);
	l->values[l->len++] = v;
}

void quantile_add(struct quantile *q, double v)
{
	q->count++;
	add_at(q, 0, v);
}

void quantile_merge(struct quantile *q, const struct quantile *other)
{
	for (int i = 0; i < QUANTILE_LEVELS; i++)
		for (uint32_t j = 0; j < other->levels[i].len; j++)
			add_at(q, i, other->levels[i].values[j]);
	q->count += other->count;
}

/* All values that are held, sorted, each with how many it stands for. */
struct weighted {
	double value;
	uint64_t weight;
};

static size_t gather(const struct quantile *q, struct weighted **ret)
{
	size_t n = 0;

	for (int i = 0; i < QUANTILE_LEVELS; i++)
		n += q->levels[i].len;
	struct weighted *all = malloc((n + 1) * sizeof(*all)), *at = all;
	if (!all)
		abort();
	for (int i = 0; i < QUANTILE_LEVELS; i++)
		for (uint32_t j = 0; j < q->levels[i].len; j++)
			*at++ = (struct weighted){ q->levels[i].values[j], 1ull << i };
	qsort(all, n, sizeof(*all), by_value);
	*ret = all;
	return n;
}

static double interpolate(double a, double b, double t)
{
	return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

double quantile_at(const struct quantile *q, double p)
{
	struct weighted *all;
	size_t n = gather(q, &all), i = 0;
	double place = p * (double)(q->count - 1), low, high;
	uint64_t rank = (uint64_t)place, before = 0;

	if (n == 0) {
		free(all);
		return NAN;
	}
	while (i + 1 < n && before + all[i].weight <= rank)
		before += all[i++].weight;
	low = all[i].value;
	high = rank + 1 < before + all[i].weight || i + 1 == n ? low : all[i + 1].value;
	free(all);
	return interpolate(low, high, place - (double)rank);
}

void quantile_free(struct quantile *q)
{
	for (int i = 0; i < QUANTILE_LEVELS; i++)
		free(q->levels[i].values);
	memset(q, 0, sizeof(*q));
}
