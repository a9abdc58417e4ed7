#include "drift.h"

#include <math.h>

void drift_bins_make(struct drift_bins *b, const struct scaler_field *f)
{
	double below = 0;

	*b = (struct drift_bins){ 0 };
	for (int i = 0; i < SCALER_QUANTILES; i++) {
		double upto = (i + 1.0) / DRIFT_BINS;
		if (i + 1 < SCALER_QUANTILES && f->quantiles[i + 1] == f->quantiles[i])
			continue;
		b->edges[b->count] = f->quantiles[i];
		b->shares[b->count++] = upto - below;
		below = upto;
	}
	b->shares[b->count++] = 1 - below;
}

uint32_t drift_bin(const struct drift_bins *b, double v)
{
	uint32_t bin = 0;

	while (bin + 1 < b->count && v > b->edges[bin])
		bin++;
	return bin;
}

double drift_stability(const struct drift_bins *b, const uint32_t *counts, uint32_t values)
{
	double sum = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		double share = (counts[i] + 0.5) / (values + 0.5 * b->count);
		sum += (share - b->shares[i]) * log(share / b->shares[i]);
	}
	return sum;
}

double drift_kolmogorov(const struct drift_bins *b, const uint32_t *counts, uint32_t values)
{
	double greatest = 0, live = 0, fitted = 0;

	for (uint32_t i = 0; i + 1 < b->count; i++) {
		live += (double)counts[i] / values;
		fitted += b->shares[i];
		greatest = fmax(greatest, fabs(live - fitted));
	}
	return greatest;
}
