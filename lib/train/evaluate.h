/* Forests tried on rows that they did not learn from. */
#ifndef DUTO_TRAIN_EVALUATE_H
#define DUTO_TRAIN_EVALUATE_H

#include "train/metrics.h"

/* Learns from the first `count` rows of a set, and measures on the rest; 0 or as train_forest. */
int train_split(const struct train_set *set, const struct train_options *options, size_t count,
	struct forest **ret, struct train_metrics *ret_metrics);

/* Learns folds times from all but a fold, by train_set_folds, and measures on that; ret has room
 * for each. A forest of a fold grows from the same seed. */
int train_folds(const struct train_set *set, const struct train_options *options, uint32_t folds,
	struct train_metrics *ret);

#endif
