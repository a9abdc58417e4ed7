/* The detectors of lib/anomaly, a file each. Each is told of every value of its series, says how
 * strange it is by what it knew before, a statistic >= 0 that only lib/anomaly/tail.h compares with
 * others, and learns from it. Zeroed structs know nothing. */
#ifndef DUTO_ANOMALY_DETECTORS_H
#define DUTO_ANOMALY_DETECTORS_H

#include <stdbool.h>
#include <stdint.h>

/* What goes for all detectors at this value. */
struct point {
	double value;
	double seen;	   /* values before this one */
	double slow;	   /* 1 / the values remembered */
	double forgetting; /* the weight that a running mean gives to this value: slow, more at first */
	double mean, deviation; /* of the series so far, slowly forgetting; deviation > 0 */
	double last;
	uint32_t slot; /* of the season */
};

struct finding {
	double statistic, expected; /* expected: the value, where nothing were strange */
};

enum {
	SETTLED = 100, /* values after which one may be too far to be learnt from as it is */
	SEASON_SLOTS = 48,
	ORDER = 3, /* of the autoregression */
	TERMS = ORDER + 1,
	TRIANGLE = TERMS * (TERMS + 1) / 2,
};

/* A mean and a variance that forget, exponentially; clipped at some deviations, so that what is
 * strange does not become usual at once. */
struct baseline {
	double mean, variance;
};
void baseline_point(const struct baseline *b, struct point *p);
void baseline_add(struct baseline *b, const struct point *p);

/* The mean of the last few values and their spread around it, beside the slow ones: a shift of level
 * in deviations; and how many times the variance is larger, or smaller, when the series becomes wild or
 * quiet. */
struct recent {
	double mean, variance;
};
struct finding level_add(struct recent *r, const struct point *p);
struct finding variance_add(struct recent *r, const struct point *p); /* behind level_add */

/* The step from the last value, in usual steps. */
struct jump {
	double step;
};
struct finding jump_add(struct jump *j, const struct point *p);

/* The distance from what is usual at this time of the season. */
struct season {
	double mean[SEASON_SLOTS], deviation[SEASON_SLOTS];
	uint8_t seen[SEASON_SLOTS];
};
struct finding season_add(struct season *s, const struct point *p);

/* How far the value lies beyond all before it, in widths of their range. */
struct range {
	double low, high;
};
struct finding range_add(struct range *r, const struct point *p);

/* How much longer than ever before the value has stood still, in times of that: nats already. */
struct flat {
	double run, longest, moves;
};
struct finding flat_add(struct flat *f, const struct point *p);

/* The error of a linear prediction from the last ORDER values, in usual errors. The weights are
 * learnt by recursive least squares with forgetting (Haykin, Adaptive Filter Theory, ch. 10). */
struct autoregression {
	double weights[TERMS], past[ORDER];
	double inverse[TRIANGLE]; /* of the terms' correlations: the lower triangle, by rows */
	double error, learnt;
};
struct finding autoregression_add(struct autoregression *a, const struct point *p);

static inline double clip(double v, double limit)
{
	return v > limit ? limit : v < -limit ? -limit : v;
}

static inline double larger(double a, double b)
{
	return a > b ? a : b;
}

static inline double smaller(double a, double b)
{
	return a < b ? a : b;
}

#endif
