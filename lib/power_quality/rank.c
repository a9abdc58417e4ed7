#include "power_quality/rank.h"

#include <math.h>
#include <stdlib.h>

size_t rank_of(size_t count, decimal share)
{
	decimal_product up = DECIMAL_ONE - 1;
	size_t rank = (size_t)(((decimal_product)count * share + up) / DECIMAL_ONE);
	return rank || !count ? rank : 1;
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

double rank_value(double *values, size_t count, decimal share)
{
	if (!count)
		return NAN;
	qsort(values, count, sizeof(*values), compare);
	return values[rank_of(count, share) - 1];
}
