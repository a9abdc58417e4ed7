/* How well a score tells positives from the rest. */
#ifndef DUTO_ROC_H
#define DUTO_ROC_H

#include <stdbool.h>
#include <stddef.h>

/* The area under the receiver operating characteristic: how likely a positive scores above a
 * negative, ties counting half (Mann and Whitney's U). NAN where all are of one kind. */
double roc_area(const double *scores, const bool *positive, size_t n);

#endif
