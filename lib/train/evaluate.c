#include "train/evaluate.h"

#include <stdlib.h>

#include "allocate.h"
#include "train/rows.h"

/* What a forest just learnt says of a set's rows: train_outputs per row. */
static void predict(struct forest *f, const struct train_set *set, double *ret)
{
	double *row = allocate(set->features, sizeof(*row));

	forest_prepare(f, NULL, NULL, NULL);
	for (size_t i = 0; i < set->rows; i++) {
		for (size_t j = 0; j < set->features; j++)
			row[j] = set->values[i * set->features + j];
		forest_predict(f, row, ret + i * train_outputs(set));
	}
	free(row);
}

static struct train_metrics measure(struct forest *f, const struct train_set *set)
{
	double *predictions = allocate(set->rows * train_outputs(set), sizeof(*predictions));
	struct train_metrics m;

	predict(f, set, predictions);
	m = train_metrics(set, predictions);
	free(predictions);
	return m;
}

/* The rows from start, count of them; borrowed. */
static struct train_set part(const struct train_set *set, size_t start, size_t count)
{
	struct train_set p = *set;

	p.values += start * set->features;
	p.class = set->class ? set->class + start : NULL;
	p.measure = set->measure ? set->measure + start : NULL;
	p.rows = count;
	return p;
}

int train_split(const struct train_set *set, const struct train_options *options, size_t count,
	struct forest **ret, struct train_metrics *ret_metrics)
{
	struct train_set earlier = part(set, 0, count), later;
	int r = train_forest(&earlier, options, ret, NULL);

	if (r < 0)
		return r;
	later = part(set, count, set->rows - count);
	*ret_metrics = measure(*ret, &later);
	return 0;
}

static struct train_set pick_fold(
	const struct train_set *set, const uint32_t *folds, uint32_t fold, bool others)
{
	uint32_t *places = allocate(set->rows, sizeof(*places));
	struct train_set picked;
	size_t count = 0;

	for (uint32_t i = 0; i < set->rows; i++)
		if ((folds[i] == fold) != others)
			places[count++] = i;
	picked = train_set_pick(set, places, count);
	free(places);
	return picked;
}

static int try_fold(const struct train_set *set, const struct train_options *options,
	const uint32_t *folds, uint32_t fold, struct train_metrics *ret)
{
	struct train_set learn = pick_fold(set, folds, fold, true);
	struct train_set test = pick_fold(set, folds, fold, false);
	struct forest *f;
	int r = train_forest(&learn, options, &f, NULL);

	if (r == 0) {
		*ret = measure(f, &test);
		forest_close(f);
	}
	train_set_free(&learn);
	train_set_free(&test);
	return r;
}

int train_folds(const struct train_set *set, const struct train_options *options, uint32_t folds,
	struct train_metrics *ret)
{
	uint32_t *fold_of = allocate(set->rows, sizeof(*fold_of));
	int r = 0;

	train_set_folds(set, folds, options->seed, fold_of);
	for (uint32_t i = 0; i < folds && r == 0; i++)
		r = try_fold(set, options, fold_of, i, &ret[i]);
	free(fold_of);
	return r;
}
