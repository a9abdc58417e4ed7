/* How good predictions are (train/train.h). */
#ifndef DUTO_TRAIN_METRICS_H
#define DUTO_TRAIN_METRICS_H

#include "train/train.h"

enum { CALIBRATION_BINS = 10 };

/* Of one class against the rest; NAN where it cannot be said. */
struct class_metrics {
	uint64_t rows, predicted, right;
	double precision, recall, f1;
	double roc_area;	  /* area under the receiver operating characteristic */
	double average_precision; /* area under precision and recall, in steps as scikit-learn's */
};

/* Rows whose probability fell into a tenth of 0..1: its mean, and how often it came true. */
struct calibration {
	uint64_t rows;
	double predicted, observed;
};

struct train_metrics {
	size_t classes;
	uint64_t rows; /* those with a prediction */

	/* Classification. confusion[a * classes + b]: rows of class a taken for b. calibration is
	 * that of the second of two classes, of more the likeliest one's. */
	double accuracy;
	uint64_t *confusion;
	struct class_metrics *class;
	struct calibration calibration[CALIBRATION_BINS];

	/* Regression: root of the mean squared error, mean absolute error, and the share of the
	 * variance that is explained (NAN where there is none). */
	double rmse, mae, r2;
};

/* predictions: train_outputs per row; rows that are NAN there do not count. */
struct train_metrics train_metrics(const struct train_set *set, const double *predictions);
void train_metrics_free(struct train_metrics *m);

#endif
