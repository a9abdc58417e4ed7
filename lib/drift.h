/* How far a field's values are from the distribution that a model was fitted on. */
#ifndef DUTO_DRIFT_H
#define DUTO_DRIFT_H

#include "scaler.h"

enum { DRIFT_BINS = SCALER_QUANTILES + 1 };

/* The bins between a field's quantiles, those that are equal taken together. */
struct drift_bins {
	double edges[SCALER_QUANTILES]; /* a bin's greatest value; the last bin has none */
	double shares[DRIFT_BINS];	/* of the fitted values */
	uint32_t count;
};

void drift_bins_make(struct drift_bins *b, const struct scaler_field *f);
uint32_t drift_bin(const struct drift_bins *b, double v);

/* Population stability index of `values` counted into bins: the sum over bins of (share - fitted
 * share) * ln(share / fitted share). Half a value is added to each bin, so that an empty one does
 * not make it infinite. By convention below 0.1 is no change, above 0.25 a great one. */
double drift_stability(const struct drift_bins *b, const uint32_t *counts, uint32_t values);

/* Kolmogorov and Smirnov's distance at the edges: the greatest difference of the shares of values
 * up to an edge; 0 to 1. */
double drift_kolmogorov(const struct drift_bins *b, const uint32_t *counts, uint32_t values);

#endif
