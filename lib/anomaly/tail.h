/* How far beyond the usual a statistic is, on one scale for all of them: nats beyond a quantile.
 *
 * A statistic s >= 0 is taken as log(1 + s): what has a heavy tail then has an exponential one. Its
 * TAIL_QUANTILE is followed by stochastic approximation (Robbins and Monro 1951; Tierney, SIAM J.
 * Sci. Stat. Comput. 4, 1983), the mean excess over it by a running mean, as in streaming peaks over
 * a threshold (Siffer et al., SPOT, KDD 2017) with shape 0. With the mean known from only n excesses
 * the next one is beyond x with probability (1 + x / (n mean))^-(n + 1), so that a tail known from
 * little does not cry out. The minus logarithm of that is the surprise; a statistic that is mostly 0
 * is beyond its quantile, 0, more rarely than others, and by that the more surprising. */
#ifndef DUTO_ANOMALY_TAIL_H
#define DUTO_ANOMALY_TAIL_H

#include <stdbool.h>
#include <stdint.h>

#define TAIL_QUANTILE 0.95

/* Zeroed: nothing seen. */
struct tail {
	double quantile;       /* of log(1 + s) */
	double bound;	       /* the same of 1 + s: few values need a logarithm */
	double excess;	       /* mean beyond it */
	double excesses;       /* how many that mean is worth */
	uint32_t seen, beyond; /* values, and those beyond the quantile, the oldest forgotten */
};

/* The surprise of s in nats, 0 up to the quantile; learns from s where learn is set. */
double tail_add(struct tail *t, double s, bool learn);

/* The probability of such a surprise: 1 where there is none. */
double tail_probability(double surprise);

#endif
