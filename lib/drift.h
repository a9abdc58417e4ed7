/* How far a field's values are from the distribution that a model was fitted on. */
#ifndef DUTO_DRIFT_H
#define DUTO_DRIFT_H

#include "buffer.h"
#include "scaler.h"
#include "wire.h"

enum { DRIFT_BINS = SCALER_QUANTILES + 1 };

/* The bins between a field's quantiles, those that are equal taken together. */
struct drift_bins {
	double edges[SCALER_QUANTILES]; /* a bin's greatest value; the last bin has none */
	double shares[DRIFT_BINS];	/* of the fitted values */
	uint32_t count;
};

void drift_bins_make(struct drift_bins *b, const struct scaler_field *f);

/* What came of one field of one source, by bins. Zeroed: nothing yet. */
struct drift {
	uint32_t counts[DRIFT_BINS], values;
	bool raised; /* the distance had reached the threshold */
};

/* Takes a value, which is finite. */
void drift_count(struct drift *d, const struct drift_bins *b, double v);

/* Population stability index of the values: the sum over bins of (share - fitted share) *
 * ln(share / fitted share). Half a value is added to each bin, so that an empty one does not make
 * it infinite. By convention below 0.1 is no change, above 0.25 a great one. */
double drift_stability(const struct drift *d, const struct drift_bins *b);

/* Kolmogorov and Smirnov's distance at the edges: the greatest difference of the shares of values
 * up to an edge; 0 to 1. */
double drift_kolmogorov(const struct drift *d, const struct drift_bins *b);

/* Raised from the threshold on, cleared again below three quarters of it, so that a distance about
 * the threshold is not told of again and again. Returns whether that changed. */
bool drift_judge(struct drift *d, double distance, double threshold);
void drift_restart(struct drift *d); /* counts from 0 again */

/* As one wire object, and back: false where it is not what drift_save wrote for such bins. */
void drift_save(const struct drift *d, struct buffer *to);
bool drift_load(struct drift *ret, const struct drift_bins *b, struct cursor *from);

#endif
