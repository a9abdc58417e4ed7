#include "train/train.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "allocate.h"
#include "train/tree.h"
#include "workers.h"

/* Sums of out-of-bag numbers are whole numbers of 2^-FRACTION_BITS, so that they do not depend on
 * which thread added first. */
enum { FRACTION_BITS = 40 };

struct job {
	const struct train_set *set;
	const struct train_options *options;
	struct bins *bins;
	double *class_weights;
	double middle, half; /* of a regression: its targets are middle +- half; else 0 and 1 */
	struct forest_tree *trees;
	bool votes;
	atomic_uint next_tree, next_feature;
};

/* A thread, with what its trees said of rows they had not drawn. */
struct worker {
	struct job *job;
	int64_t *sums;
	uint32_t *trees; /* so many, of each row */
};

static void vote(void *context, const double *numbers, const uint32_t *rows, uint32_t count)
{
	const struct worker *w = context;
	size_t outputs = train_outputs(w->job->set);
	int64_t whole[FOREST_OUTPUTS_MAX];

	for (size_t c = 0; c < outputs; c++)
		whole[c] =
			llrint(ldexp((numbers[c] - w->job->middle) / w->job->half, FRACTION_BITS));
	for (uint32_t i = 0; i < count; i++) {
		w->trees[rows[i]]++;
		for (size_t c = 0; c < outputs; c++)
			w->sums[rows[i] * outputs + c] += whole[c];
	}
}

static void bin_features(void *workers, unsigned worker)
{
	struct job *j = ((struct worker *)workers)[worker].job;
	size_t i;

	while ((i = atomic_fetch_add(&j->next_feature, 1)) < j->set->features)
		bins_make(&j->bins[i], j->set, i);
}

static void grow_trees(void *workers, unsigned worker)
{
	struct worker *w = (struct worker *)workers + worker;
	struct job *j = w->job;
	struct tree_grower *g = tree_grower_open(j->set, j->options, j->bins, j->class_weights);
	uint32_t i;

	while ((i = atomic_fetch_add(&j->next_tree, 1)) < j->options->trees) {
		tree_grow(g, i, &j->trees[i], j->votes ? vote : NULL, w);
		if (worker == 0 && j->options->progress)
			j->options->progress(i + 1);
	}
	tree_grower_close(g);
}

static void mean_row(const struct worker *workers, const struct job *j, size_t row, double *ret)
{
	size_t outputs = train_outputs(j->set);
	uint32_t trees = 0;

	for (unsigned t = 0; t < j->options->threads; t++)
		trees += workers[t].trees[row];
	for (size_t c = 0; c < outputs; c++) {
		int64_t sum = 0;
		for (unsigned t = 0; t < j->options->threads; t++)
			sum += workers[t].sums[row * outputs + c];
		ret[c] = trees ? j->middle + j->half * ldexp((double)sum / trees, -FRACTION_BITS)
			       : NAN;
	}
}

static struct worker *make_workers(struct job *j)
{
	struct worker *workers = allocate(j->options->threads, sizeof(*workers));

	for (unsigned i = 0; i < j->options->threads; i++) {
		workers[i].job = j;
		if (!j->votes)
			continue;
		workers[i].sums =
			allocate(j->set->rows * train_outputs(j->set), sizeof(*workers[i].sums));
		workers[i].trees = allocate(j->set->rows, sizeof(*workers[i].trees));
	}
	return workers;
}

static void free_workers(struct worker *workers, unsigned threads)
{
	for (unsigned i = 0; i < threads; i++) {
		free(workers[i].sums);
		free(workers[i].trees);
	}
	free(workers);
}

static struct forest *make_forest(const struct train_set *set, const struct train_options *options)
{
	struct forest *f = allocate(1, sizeof(*f));

	f->regression = set->classes == 0;
	f->feature_count = set->features;
	f->output_count = f->leaf_width = train_outputs(set);
	f->tree_count = options->trees;
	f->features = allocate(set->features, sizeof(*f->features));
	f->outputs = allocate(f->output_count, sizeof(*f->outputs));
	f->trees = allocate(options->trees, sizeof(*f->trees));
	return f;
}

static void set_range(struct job *j)
{
	double low = INFINITY, high = -INFINITY;

	j->middle = 0;
	j->half = 1;
	if (j->set->classes)
		return;
	for (size_t i = 0; i < j->set->rows; i++) {
		low = fmin(low, j->set->measure[i]);
		high = fmax(high, j->set->measure[i]);
	}
	j->middle = low / 2 + high / 2;
	j->half = high > low ? high / 2 - low / 2 : 1;
}

static double *class_weights(const struct train_set *set, bool balanced)
{
	double *weights = allocate(train_outputs(set), sizeof(*weights));
	size_t rows[FOREST_OUTPUTS_MAX] = { 0 };

	for (size_t i = 0; i < set->rows && set->classes; i++)
		rows[set->class[i]]++;
	for (size_t c = 0; c < set->classes; c++)
		weights[c] = balanced && rows[c]
				     ? (double)set->rows / (double)(set->classes * rows[c])
				     : 1;
	return weights;
}

static void free_job(struct job *j)
{
	for (size_t i = 0; i < j->set->features; i++)
		bins_free(&j->bins[i]);
	free(j->bins);
	free(j->class_weights);
}

int train_forest(const struct train_set *set, const struct train_options *options,
	struct forest **ret, double *ret_out_of_bag)
{
	struct forest *f = make_forest(set, options);
	struct job j = {
		.set = set,
		.options = options,
		.bins = allocate(set->features, sizeof(*j.bins)),
		.class_weights = class_weights(set, options->balanced),
		.trees = f->trees,
		.votes = ret_out_of_bag,
	};
	struct worker *workers = make_workers(&j);
	int r;

	set_range(&j);
	r = workers_run(options->threads, bin_features, workers);
	if (r == 0)
		r = workers_run(options->threads, grow_trees, workers);
	for (size_t i = 0; i < set->rows && r == 0 && ret_out_of_bag; i++)
		mean_row(workers, &j, i, ret_out_of_bag + i * train_outputs(set));
	free_workers(workers, options->threads);
	free_job(&j);
	if (r < 0)
		forest_close(f);
	else
		*ret = f;
	return r;
}
