#include "anomaly/tail.h"

#include <math.h>

#include "anomaly/detectors.h"
#include "anomaly/logarithm.h"

enum {
	REMEMBERED = 20, /* excesses that the mean is worth at most */
	FARTHEST = 20,	 /* times the mean excess: what is farther counts as that */
	TRUSTED = 3,	 /* excesses before one can be too far */
	HASTE = 5,	 /* times as fast over the first HASTY values */
	HASTY = 300,
	COUNTED = 20000, /* values after which counts are halved */
	ASSUMED = 20,	 /* values that count beforehand, as usual ones do: one beyond */
};

static const double TINY = 1e-6;  /* an excess so small is no more than rounding */
static const double STEP = 0.002; /* of the quantile's size, for each value */

static void learn_excess(struct tail *t, double excess)
{
	if (t->excesses < REMEMBERED)
		t->excesses++;
	if (t->excesses > TRUSTED && excess > FARTHEST * t->excess)
		excess = FARTHEST * t->excess;
	t->excess += (excess - t->excess) / t->excesses;
}

static double step_of(const struct tail *t)
{
	double step = STEP * (t->quantile + t->excess + 1e-9);

	return t->seen < HASTY ? HASTE * step : step;
}

static void count(struct tail *t, bool beyond)
{
	t->seen++;
	t->beyond += beyond;
	if (t->seen > COUNTED) {
		t->seen /= 2;
		t->beyond /= 2;
	}
}

static void learn_below(struct tail *t)
{
	double down = step_of(t) * (1 - TAIL_QUANTILE);

	count(t, false);
	t->quantile -= down;
	t->bound *= 1 - down + down * down / 2;
	if (t->quantile < 0) {
		t->quantile = 0;
		t->bound = 1;
	}
}

static void learn_above(struct tail *t, double beyond)
{
	double up = step_of(t) * TAIL_QUANTILE;

	count(t, true);
	learn_excess(t, beyond);
	t->quantile += up;
	t->bound = exp(t->quantile);
}

/* How much rarer than 1 - TAIL_QUANTILE anything beyond the quantile is. */
static double rarity(const struct tail *t)
{
	double ratio = (1 - TAIL_QUANTILE) * (t->seen + ASSUMED) / (t->beyond + 1);

	return ratio > 1 ? logarithm(ratio) : 0;
}

static double surprise_at(const struct tail *t, double beyond)
{
	double n = t->excesses;

	if (t->excesses == 0)
		return rarity(t);
	return rarity(t) + (n + 1) * logarithm(1 + beyond / (n * (t->excess + TINY)));
}

double tail_add(struct tail *t, double s, bool learn)
{
	t->bound = larger(t->bound, 1);
	if (1 + s <= t->bound) {
		if (learn)
			learn_below(t);
		return 0;
	}
	double beyond = larger(logarithm(1 + s) - t->quantile, 0);
	double surprise = surprise_at(t, beyond);
	if (learn)
		learn_above(t, beyond);
	return surprise;
}

double tail_probability(double surprise)
{
	return surprise > 0 ? (1 - TAIL_QUANTILE) * exp(-surprise) : 1;
}
