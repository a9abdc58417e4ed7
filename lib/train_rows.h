/* The rows that a forest learns from, collected from a stream in bounded memory. */
#ifndef DUTO_TRAIN_ROWS_H
#define DUTO_TRAIN_ROWS_H

#include "train.h"

/* Of more than max rows, a uniform random sample of max is kept (Vitter 1985, algorithm R), by
 * seed. */
struct train_rows;
struct train_rows *train_rows_open(size_t features, size_t max, uint64_t seed);
void train_rows_close(struct train_rows *r);

/* Adds a row of the class so labelled. -E2BIG where that makes more than FOREST_OUTPUTS_MAX
 * classes. */
int train_rows_add(struct train_rows *r, const float *values, struct str label);
uint64_t train_rows_seen(const struct train_rows *r);

/* The rows kept, and the labels of their classes in order: as numbers where all are, else as bytes.
 * Both belong to r, which takes no more rows. */
void train_rows_set(struct train_rows *r, struct train_set *ret, const char *const **ret_labels);

#endif
