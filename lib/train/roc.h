/* How well a score tells positives from the rest. */
#ifndef DUTO_TRAIN_ROC_H
#define DUTO_TRAIN_ROC_H

#include <stdbool.h>
#include <stddef.h>

/* The area under the receiver operating characteristic: how likely a positive scores above a
 * negative, ties counting half (Mann and Whitney's U); NAN where all are of one kind. And the
 * average precision: the mean, over positives, of the precision among all that score at least as
 * high; NAN without positives. */
void roc_areas(const double *scores, const bool *positive, size_t n, double *ret_area,
	double *ret_average_precision);

#endif
