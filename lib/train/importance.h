/* Permutation importance (Breiman 2001): what a tree's predictions of rows it had not drawn lose
 * when the values of one feature are shuffled among these rows; the mean over the trees. */
#ifndef DUTO_TRAIN_IMPORTANCE_H
#define DUTO_TRAIN_IMPORTANCE_H

#include "train/train.h"

enum { IMPORTANCE_ROWS = 1000 }; /* of each tree at most so many rows in a row are looked at */

/* Of a forest just learnt from the set with these options, for each feature: of classes the
 * accuracy lost, of a regression the mean squared error gained. The same whatever the number of
 * threads. 0 or -errno of starting threads. */
int train_importance(const struct train_set *set, const struct train_options *options,
	const struct forest *f, double *ret);

#endif
