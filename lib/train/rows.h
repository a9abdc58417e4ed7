/* The rows that a forest learns from, collected from a stream in bounded memory. */
#ifndef DUTO_TRAIN_ROWS_H
#define DUTO_TRAIN_ROWS_H

#include "str.h"
#include "train/train.h"

/* Of more than max rows, a uniform random sample of max is kept (Vitter 1985, algorithm R), by
 * seed. */
struct train_rows;
struct train_rows *train_rows_open(size_t features, bool regression, size_t max, uint64_t seed);
void train_rows_close(struct train_rows *r);

/* Adds a row of the class so labelled. -E2BIG where that makes more than FOREST_OUTPUTS_MAX
 * classes. */
int train_rows_add(struct train_rows *r, int64_t time, const float *values, struct str label);

/* Adds a row of a regression. */
void train_rows_add_measure(
	struct train_rows *r, int64_t time, const float *values, double measure);
uint64_t train_rows_seen(const struct train_rows *r);

/* The rows kept, by time where in_time, and the labels of their classes in order: as numbers where
 * all are, else as bytes. Both belong to r, which takes no more rows. */
void train_rows_set(
	struct train_rows *r, bool in_time, struct train_set *ret, const char *const **ret_labels);

/* Some rows of a set, in the order of their places; free with train_set_free. */
struct train_set train_set_pick(const struct train_set *set, const uint32_t *places, size_t count);
void train_set_free(struct train_set *set);

/* The fold (0..folds-1) of each row: drawn by seed, so that each fold has about the same share of
 * each class. */
void train_set_folds(const struct train_set *set, uint32_t folds, uint64_t seed, uint32_t *ret);

#endif
