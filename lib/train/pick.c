#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "random.h"
#include "train/rows.h"

/* Apart from the streams of the trees, which are numbered from 0, and of the rows drawn. */
static const uint64_t FOLDS_STREAM = UINT64_MAX - 1;

struct train_set train_set_pick(const struct train_set *set, const uint32_t *places, size_t count)
{
	size_t width = set->features;
	float *values = allocate(count * width, sizeof(*values));
	uint16_t *class = set->class ? allocate(count, sizeof(*class)) : NULL;
	double *measure = set->measure ? allocate(count, sizeof(*measure)) : NULL;

	for (size_t i = 0; i < count; i++) {
		memcpy(values + i * width, set->values + places[i] * width,
			width * sizeof(*values));
		if (class)
			class[i] = set->class[places[i]];
		if (measure)
			measure[i] = set->measure[places[i]];
	}
	return (struct train_set){ values, class, measure, count, width, set->classes };
}

void train_set_free(struct train_set *set)
{
	free((void *)set->values);
	free((void *)set->class);
	free((void *)set->measure);
	*set = (struct train_set){ 0 };
}

/* Deals the shuffled rows out, class after class, so that no fold gets two rows of a class more
 * than another. */
void train_set_folds(const struct train_set *set, uint32_t folds, uint64_t seed, uint32_t *ret)
{
	uint32_t *places = allocate(set->rows, sizeof(*places)), dealt = 0;
	struct random r;

	random_seed(&r, seed, FOLDS_STREAM);
	for (uint32_t i = 0; i < set->rows; i++)
		places[i] = i;
	random_shuffle(&r, places, set->rows);
	for (size_t c = 0; c < train_outputs(set); c++)
		for (size_t i = 0; i < set->rows; i++)
			if (!set->classes || set->class[places[i]] == c)
				ret[places[i]] = dealt++ % folds;
	free(places);
}
