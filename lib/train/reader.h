/* Rows for a trainer out of measurements. */
#ifndef DUTO_TRAIN_READER_H
#define DUTO_TRAIN_READER_H

#include "sample.h"
#include "train/rows.h"

/* Names are borrowed until it is closed, and so are the rows that it fills. */
struct train_reader;
struct train_reader *train_reader_open(const char *target, const char *const *features,
	size_t feature_count, bool regression, struct train_rows *rows);
void train_reader_close(struct train_reader *r);

/* Adds a row of a measurement that has the target. One in which the target or a feature is missing,
 * Bad or beyond float 32 is skipped and counted. -EINVAL, with a malloc'ed message, where nothing
 * can be learnt from what the target or a feature is. */
int train_reader_take(struct train_reader *r, const struct sample *s, char **ret_error);
uint64_t train_reader_skipped(const struct train_reader *r);

/* After the last: -EINVAL, with a malloc'ed message, where nothing can be learnt from what came. */
int train_reader_check(const struct train_reader *r, char **ret_error);

#endif
