/* What training found, for a person as text or for a program as JSON (schemas/forest.md). */
#ifndef DUTO_TRAIN_REPORT_H
#define DUTO_TRAIN_REPORT_H

#include "buffer.h"
#include "train/metrics.h"

/* A figure over the folds: its mean and standard deviation (n - 1). */
struct train_spread {
	const char *name;
	double mean, deviation;
};
enum { TRAIN_SPREADS = 6 };

struct train_report {
	const char *target;
	const char *const *features, *const *labels; /* labels: of the classes */
	size_t feature_count, trees, rows;
	uint64_t seen, skipped;
	const char *from; /* what metrics are of: "out of bag" or "held out" */
	struct train_metrics metrics;
	double *importance; /* per feature */
	uint32_t folds;	    /* 0: none */
	struct train_spread spreads[TRAIN_SPREADS];
	size_t spread_count;
	const char *model, *digest;
};

/* Frees metrics and importance; the rest is the caller's. */
void train_report_free(struct train_report *r);

void train_report_text(struct buffer *to, const struct train_report *r);
void train_report_json(struct buffer *to, const struct train_report *r);

/* Sums up count metrics of one set's folds into r. */
void train_report_folds(struct train_report *r, const struct train_metrics *folds, uint32_t count);

#endif
