#include "train/bins.h"

#include <stdlib.h>

#include "allocate.h"

enum { TAIL = TRAIN_BINS / 4 };

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

static float *sorted_column(const struct train_set *set, size_t feature)
{
	float *column = or_abort(malloc((set->rows + 1) * sizeof(*column)));

	for (size_t i = 0; i < set->rows; i++)
		column[i] = set->values[i * set->features + feature];
	qsort(column, set->rows, sizeof(*column), by_value);
	return column;
}

/* Where the run of equal values from i ends. */
static size_t run_end(const float *column, size_t n, size_t i)
{
	size_t end = i + 1;

	while (end < n && column[end] == column[i])
		end++;
	return end;
}

static size_t count_different(const float *column, size_t n)
{
	size_t different = 0;

	for (size_t i = 0; i < n; i = run_end(column, n, i))
		different++;
	return different;
}

/* Appends the bin column[start..end). */
static void add_bin(struct bins *b, const float *column, size_t start, size_t end)
{
	b->low[b->count] = column[start];
	b->high[b->count++] = column[end - 1];
}

/* One value a bin, for as many as are wanted. Returns where it stopped. */
static size_t cut_single(struct bins *b, const float *column, size_t n, size_t start, size_t wanted)
{
	while (start < n && wanted--) {
		size_t end = run_end(column, n, start);
		add_bin(b, column, start, end);
		start = end;
	}
	return start;
}

/* The rows start..stop in `wanted` bins of about equal size, equal values together. */
static void cut_even(struct bins *b, const float *column, size_t start, size_t stop, size_t wanted)
{
	for (; start < stop; wanted--) {
		size_t end = start + (wanted > 1 ? (stop - start) / wanted : stop - start);
		end = end > start ? end : start + 1;
		end = run_end(column, stop, end - 1);
		add_bin(b, column, start, end);
		start = end;
	}
}

/* Where the last TAIL different values begin. */
static size_t high_tail(const float *column, size_t n)
{
	size_t i = n;

	for (size_t left = TAIL; left && i; left--) {
		float value = column[i - 1];
		while (i && column[i - 1] == value)
			i--;
	}
	return i;
}

static uint16_t code(const struct bins *b, float v)
{
	uint32_t first = 0, n = b->count;

	while (n > 1) {
		uint32_t half = n / 2;
		first += b->low[first + half] <= v ? half : 0;
		n -= half;
	}
	return (uint16_t)first;
}

void bins_make(struct bins *b, const struct train_set *set, size_t feature)
{
	float *column = sorted_column(set, feature);
	size_t n = set->rows, different = count_different(column, n);
	size_t most = different < TRAIN_BINS ? different : TRAIN_BINS;

	*b = (struct bins){
		.values = malloc((n + 1) * sizeof(*b->values)),
		.codes = malloc((n + 1) * sizeof(*b->codes)),
		.low = malloc((most + 1) * sizeof(*b->low)),
		.high = malloc((most + 1) * sizeof(*b->high)),
	};
	if (!b->values || !b->codes || !b->low || !b->high)
		abort();
	if (different <= TRAIN_BINS) {
		cut_single(b, column, n, 0, different);
	} else {
		size_t tail = high_tail(column, n);
		size_t start = cut_single(b, column, n, 0, TAIL);
		cut_even(b, column, start, tail, TRAIN_BINS - 2 * TAIL);
		cut_single(b, column, n, tail, TAIL);
	}
	free(column);
	for (size_t i = 0; i < n; i++) {
		b->values[i] = set->values[i * set->features + feature];
		b->codes[i] = code(b, b->values[i]);
	}
}

void bins_free(struct bins *b)
{
	free(b->values);
	free(b->codes);
	free(b->low);
	free(b->high);
	*b = (struct bins){ 0 };
}

double bins_threshold(const struct bins *b, uint32_t low, uint32_t high)
{
	return (double)b->high[low] / 2 + (double)b->low[high] / 2;
}
