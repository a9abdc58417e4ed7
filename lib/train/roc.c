#include "train/roc.h"

#include <math.h>
#include <stdlib.h>

struct scored {
	double score;
	bool positive;
};

static int by_score(const void *a, const void *b)
{
	double x = ((const struct scored *)a)->score, y = ((const struct scored *)b)->score;
	return (x > y) - (x < y);
}

/* The sum over positives of the negatives they beat. */
static double wins(const struct scored *all, size_t n)
{
	double sum = 0, below = 0;

	for (size_t i = 0; i < n;) {
		double positives = 0, negatives = 0, score = all[i].score;
		for (; i < n && all[i].score == score; i++) {
			positives += all[i].positive;
			negatives += !all[i].positive;
		}
		sum += positives * (below + negatives / 2);
		below += negatives;
	}
	return sum;
}

double roc_area(const double *scores, const bool *positive, size_t n)
{
	struct scored *all = malloc((n + 1) * sizeof(*all));
	double positives = 0, area;

	if (!all)
		abort();
	for (size_t i = 0; i < n; i++) {
		all[i] = (struct scored){ scores[i], positive[i] };
		positives += positive[i];
	}
	qsort(all, n, sizeof(*all), by_score);
	area = wins(all, n);
	free(all);
	return positives > 0 && positives < (double)n ? area / (positives * ((double)n - positives))
						      : NAN;
}
