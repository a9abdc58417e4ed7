/* The values of features as small numbers in the same order, for the trainer (train/train.h). */
#ifndef DUTO_TRAIN_BINS_H
#define DUTO_TRAIN_BINS_H

#include "train/train.h"

struct bins {
	float *values;	   /* of each row */
	uint16_t *codes;   /* a row's bin */
	float *low, *high; /* a bin's least and greatest value */
	uint32_t count;
};

void bins_make(struct bins *b, const struct train_set *set, size_t feature);
void bins_free(struct bins *b);

/* Between the values of two bins, low's below high's: goes left where <= it. */
double bins_threshold(const struct bins *b, uint32_t low, uint32_t high);

#endif
