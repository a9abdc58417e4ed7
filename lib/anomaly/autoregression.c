#include <math.h>
#include <string.h>

#include "anomaly/detectors.h"

enum {
	FAR = 8,	    /* deviations: what goes in is clipped there */
	FAR_ERROR = 5,	    /* usual errors, for what is learnt */
	BEGIN = ORDER + 20, /* values before it learns */
	KNOWN = 20,	    /* values learnt before it speaks */
	SURE = 50,	    /* and before one can be too far */
	UNSURE = 100,	    /* the inverse's diagonal at first */
	LOST = 10000, /* the inverse's trace from which on it is halved: input does not vary */
};

static void fill_terms(const struct autoregression *a, const struct point *p, double *terms)
{
	double scale = 1 / p->deviation;

	terms[0] = 1;
#pragma GCC unroll TERMS
	for (int i = 0; i < ORDER; i++)
		terms[i + 1] = clip((a->past[i] - p->mean) * scale, FAR);
}

static double predict(const struct autoregression *a, const double *terms)
{
	double sum = 0;

#pragma GCC unroll TERMS
	for (int i = 0; i < TERMS; i++)
		sum += a->weights[i] * terms[i];
	return sum;
}

static int diagonal(int i)
{
	return i * (i + 3) / 2;
}

static void begin(struct autoregression *a)
{
	memset(a->inverse, 0, sizeof(a->inverse));
	for (int i = 0; i < TERMS; i++)
		a->inverse[diagonal(i)] = UNSURE;
}

static void keep_bounded(struct autoregression *a)
{
	double trace = 0;

	for (int i = 0; i < TERMS; i++)
		trace += a->inverse[diagonal(i)];
	for (int i = 0; trace > LOST && i < TRIANGLE; i++)
		a->inverse[i] *= 0.5;
}

/* inverse times terms. Unrolled, all of this stays in registers: a sixth of the time of a point. */
static void multiply(const struct autoregression *a, const double *terms, double *ret_along)
{
	const double *at = a->inverse;

#pragma GCC unroll TERMS
	for (int i = 0; i < TERMS; i++) {
		ret_along[i] = 0;
#pragma GCC unroll TERMS
		for (int j = 0; j < i; j++, at++) {
			ret_along[i] += *at * terms[j];
			ret_along[j] += *at * terms[i];
		}
		ret_along[i] += *at++ * terms[i];
	}
}

static void update_inverse(struct autoregression *a, const double *along, double norm, double keep)
{
	double *at = a->inverse, grow = 1 / keep, shrink = grow / norm;

#pragma GCC unroll TERMS
	for (int i = 0; i < TERMS; i++) {
		double gain = along[i] * shrink;
#pragma GCC unroll TERMS
		for (int j = 0; j <= i; j++, at++)
			*at = *at * grow - gain * along[j];
	}
	keep_bounded(a);
}

static void learn(struct autoregression *a, const double *terms, double error, double forgetting)
{
	double keep = 1 - forgetting, along[TERMS], norm = keep;

	multiply(a, terms, along);
#pragma GCC unroll TERMS
	for (int i = 0; i < TERMS; i++)
		norm += terms[i] * along[i];
	if (norm < keep) { /* rounding has made it no inverse of anything */
		begin(a);
		return;
	}
#pragma GCC unroll TERMS
	for (int i = 0; i < TERMS; i++)
		a->weights[i] += along[i] * (error / norm);
	update_inverse(a, along, norm, keep);
}

static void shift(struct autoregression *a, double v)
{
	for (int i = ORDER - 1; i > 0; i--)
		a->past[i] = a->past[i - 1];
	a->past[0] = v;
}

struct finding autoregression_add(struct autoregression *a, const struct point *p)
{
	double terms[TERMS], z = (p->value - p->mean) / p->deviation;
	struct finding f = { 0, p->mean };

	if (p->seen == 0)
		begin(a);
	if (p->seen >= BEGIN) {
		fill_terms(a, p, terms);
		double predicted = predict(a, terms), usual = sqrt(a->error) + 1e-4;
		double error = clip(z, FAR) - predicted;
		f.expected = p->mean + predicted * p->deviation;
		if (a->learnt > KNOWN)
			f.statistic = fabs(z - predicted) / usual;
		if (a->learnt > SURE)
			error = clip(error, FAR_ERROR * usual);
		a->learnt++;
		learn(a, terms, error, p->slow);
		a->error += larger(p->slow, 1 / a->learnt) * (error * error - a->error);
	}
	shift(a, p->value);
	return f;
}
