#include "train/roc.h"

#include <math.h>
#include <stdlib.h>

#include "allocate.h"

struct scored {
	double score;
	bool positive;
};

static int highest_first(const void *a, const void *b)
{
	double x = ((const struct scored *)a)->score, y = ((const struct scored *)b)->score;
	return (x < y) - (x > y);
}

/* Sums, over positives, of the negatives that beat them and of the precision at them. */
static void sum_up(const struct scored *all, size_t n, double *ret_losses, double *ret_precision)
{
	double losses = 0, precision = 0, above[2] = { 0 };

	for (size_t i = 0; i < n;) {
		double here[2] = { 0 }, score = all[i].score;
		for (; i < n && all[i].score == score; i++)
			here[all[i].positive]++;
		losses += here[1] * (above[0] + here[0] / 2);
		above[0] += here[0];
		above[1] += here[1];
		precision += here[1] * above[1] / (above[0] + above[1]);
	}
	*ret_losses = losses;
	*ret_precision = precision;
}

void roc_areas(const double *scores, const bool *positive, size_t n, double *ret_area,
	double *ret_average_precision)
{
	struct scored *all = or_abort(malloc((n + 1) * sizeof(*all)));
	double positives = 0, losses, precision;

	for (size_t i = 0; i < n; i++) {
		all[i] = (struct scored){ scores[i], positive[i] };
		positives += positive[i];
	}
	qsort(all, n, sizeof(*all), highest_first);
	sum_up(all, n, &losses, &precision);
	free(all);
	double pairs = positives * ((double)n - positives);
	*ret_area = pairs > 0 ? 1 - losses / pairs : NAN;
	*ret_average_precision = positives > 0 ? precision / positives : NAN;
}
