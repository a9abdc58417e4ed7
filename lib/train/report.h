/* What a fresh forest says of rows it had not seen, as text for a person. */
#ifndef DUTO_TRAIN_REPORT_H
#define DUTO_TRAIN_REPORT_H

#include "buffer.h"
#include "train/train.h"

/* Appends a line of accuracy and a table with a line a class: its rows, precision, recall, F1, area
 * under the ROC curve against the rest, and what its rows were taken for. out_of_bag: as from
 * train_forest; rows that are NAN there do not count. */
void train_report(struct buffer *to, const struct train_set *set, const char *const *labels,
	const double *out_of_bag);

#endif
