#include "anomaly/tail.h"

#include <math.h>

#include "anomaly/logarithm.h"

enum {
	REMEMBERED = 20, /* excesses that the mean is worth at most */
	FARTHEST = 20,	 /* times the mean excess: what is farther counts as that */
	TRUSTED = 3,	 /* excesses before one can be too far */
	HASTE = 5,	 /* times as fast over the first HASTY values */
	HASTY = 300,
};

static const double STEP = 0.002; /* of the quantile's size, for each value */

static void learn_excess(struct tail *t, double excess)
{
	if (t->excesses < REMEMBERED)
		t->excesses++;
	if (t->excesses > TRUSTED && excess > FARTHEST * t->excess)
		excess = FARTHEST * t->excess;
	t->excess += (excess - t->excess) / t->excesses;
}

static void learn_from(struct tail *t, double v)
{
	double step = STEP * (fabs(t->quantile) + t->excess + 1e-9);

	if (t->seen++ < HASTY)
		step *= HASTE;
	if (v <= t->quantile) {
		t->quantile -= step * (1 - TAIL_QUANTILE);
		return;
	}
	learn_excess(t, v - t->quantile);
	t->quantile += step * TAIL_QUANTILE;
}

double tail_add(struct tail *t, double s, bool learn)
{
	double v = logarithm(1 + s), surprise = 0;

	if (v > t->quantile && t->excess > 0) {
		double n = t->excesses;
		surprise = (n + 1) * logarithm(1 + (v - t->quantile) / (n * t->excess));
	}
	if (learn)
		learn_from(t, v);
	return surprise;
}

double tail_probability(double surprise)
{
	return surprise > 0 ? (1 - TAIL_QUANTILE) * exp(-surprise) : 1;
}
