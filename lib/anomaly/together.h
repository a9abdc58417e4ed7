/* Anomalies of several fields together, by their usual relations: streaming principal components of
 * the standardised fields (candid covariance-free incremental PCA: Weng, Zhang and Hwang, IEEE PAMI
 * 25(8), 2003), Hotelling's T2 in them and the squared prediction error Q beside them (Jackson and
 * Mudholkar, Technometrics 21(3), 1979), each calibrated as every other statistic here. */
#ifndef DUTO_ANOMALY_TOGETHER_H
#define DUTO_ANOMALY_TOGETHER_H

#include "anomaly/anomaly.h"

enum { TOGETHER_FIELDS = 16, TOGETHER_COMPONENTS = 4 };

/* Zeroed, it knows nothing. */
struct anomaly_together {
	uint64_t seen;
	struct baseline fields[TOGETHER_FIELDS];
	double components[TOGETHER_COMPONENTS][TOGETHER_FIELDS]; /* as long as their variance */
	struct tail far, relation;
	struct anomaly_news news;
};
_Static_assert(sizeof(struct anomaly_together) <= 2048, "2 KiB");

/* Judges a row of count values, all taken by anomaly_takes, and learns from it. Returns the field
 * that is farthest from what the others make expected: ret->expected is of that one. */
size_t anomaly_together_add(struct anomaly_together *t, const struct anomaly_settings *settings,
	const double *row, size_t count, struct anomaly *ret);

void anomaly_together_save(const struct anomaly_together *t, struct buffer *to);
bool anomaly_together_load(struct anomaly_together *t, struct cursor *from);

#endif
