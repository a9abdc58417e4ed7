#include "drift.h"

#include <math.h>
#include <string.h>

static const double CLEARED_SHARE = 0.75; /* of the threshold */

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

void drift_count(struct drift *d, const struct drift_bins *b, double v)
{
	uint32_t bin = 0;

	if (d->values == UINT32_MAX)
		return;
	while (bin + 1 < b->count && v > b->edges[bin])
		bin++;
	d->counts[bin]++;
	d->values++;
}

double drift_stability(const struct drift *d, const struct drift_bins *b)
{
	double sum = 0;

	for (uint32_t i = 0; i < b->count; i++) {
		double share = (d->counts[i] + 0.5) / (d->values + 0.5 * b->count);
		sum += (share - b->shares[i]) * log(share / b->shares[i]);
	}
	return sum;
}

double drift_kolmogorov(const struct drift *d, const struct drift_bins *b)
{
	double greatest = 0, live = 0, fitted = 0;

	for (uint32_t i = 0; i + 1 < b->count; i++) {
		live += (double)d->counts[i] / d->values;
		fitted += b->shares[i];
		greatest = fmax(greatest, fabs(live - fitted));
	}
	return greatest;
}

bool drift_judge(struct drift *d, double distance, double threshold)
{
	bool before = d->raised;

	d->raised = distance >= (before ? threshold * CLEARED_SHARE : threshold);
	return d->raised != before;
}

void drift_restart(struct drift *d)
{
	memset(d->counts, 0, sizeof(d->counts));
	d->values = 0;
}

void drift_save(const struct drift *d, struct buffer *to)
{
	wire_array(to, 1 + DRIFT_BINS);
	wire_uint(to, d->raised);
	for (size_t i = 0; i < DRIFT_BINS; i++)
		wire_uint(to, d->counts[i]);
}

bool drift_load(struct drift *ret, const struct drift_bins *b, struct cursor *from)
{
	uint64_t raised, v, values = 0;
	uint32_t size;

	if (wire_next_array(from, &size) != 1 || size != 1 + DRIFT_BINS ||
		wire_next_uint_to(from, 1, &raised) != 1)
		return false;
	for (size_t i = 0; i < DRIFT_BINS; i++) {
		if (wire_next_uint_to(from, UINT32_MAX, &v) != 1 || (v && i >= b->count))
			return false;
		ret->counts[i] = (uint32_t)v;
		values += v;
	}
	ret->raised = raised;
	ret->values = (uint32_t)values;
	return values <= UINT32_MAX;
}
