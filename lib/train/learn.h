/* The whole of training: from a set of rows to a forest and the report on it. */
#ifndef DUTO_TRAIN_LEARN_H
#define DUTO_TRAIN_LEARN_H

#include "train/report.h"

struct train_plan {
	struct train_options options;
	double split_share; /* learn from this share of the rows, the first; 0: from all */
	uint32_t folds;	    /* also try so many folds; 0: none */
};

/* -EINVAL, with a malloc'ed message, where the set is too small for the plan. */
int train_check(const struct train_set *set, const char *const *labels,
	const struct train_plan *plan, char **ret_error);

/* Learns a forest without names from a set that train_check lets pass, and fills what the report
 * says of that: rows, trees, metrics (of rows behind the split, or out of bag), importance, folds.
 * 0, or -errno of starting threads; train_report_free in either case. */
int train_learn(const struct train_set *set, const struct train_plan *plan, struct forest **ret,
	struct train_report *report);

#endif
