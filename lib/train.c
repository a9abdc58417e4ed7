#include "train.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "bins.h"
#include "tree.h"

enum { FRACTION_BITS = 40 };

struct job {
	const struct train_set *set;
	const struct train_options *options;
	struct bins *bins;
	double *class_weights;
	struct forest_tree *trees;
	atomic_uint next_tree, next_feature;
};

/* A thread, with what its trees said of rows they had not drawn: whole numbers of 2^-FRACTION_BITS,
 * so that the sum does not depend on who added first. */
struct worker {
	struct job *job;
	uint64_t *votes;
	pthread_t thread;
};

static double *class_weights(const struct train_set *set, bool balanced)
{
	double *weights = calloc(set->classes, sizeof(*weights));

	if (!weights)
		abort();
	for (size_t i = 0; i < set->rows; i++)
		weights[set->target[i]]++;
	for (size_t c = 0; c < set->classes; c++)
		weights[c] = balanced && weights[c]
				     ? (double)set->rows / ((double)set->classes * weights[c])
				     : 1;
	return weights;
}

static const double *leaf_of(const struct forest_tree *t, const float *row, size_t classes)
{
	uint32_t k = 0;

	while (t->nodes[k].feature != FOREST_LEAF)
		k = row[t->nodes[k].feature] <= t->nodes[k].threshold ? t->nodes[k].left
								      : t->nodes[k].right;
	return t->leaves + t->nodes[k].left * classes;
}

static void vote(struct worker *w, const struct forest_tree *t, const uint16_t *drawn)
{
	const struct train_set *set = w->job->set;

	for (size_t i = 0; i < set->rows; i++) {
		if (drawn[i])
			continue;
		const double *fractions = leaf_of(t, set->values + i * set->features, set->classes);
		for (size_t c = 0; c < set->classes; c++)
			w->votes[i * set->classes + c] +=
				(uint64_t)(fractions[c] * (double)(1ull << FRACTION_BITS));
	}
}

static void *bin_features(void *arg)
{
	struct worker *w = arg;
	size_t i;

	while ((i = atomic_fetch_add(&w->job->next_feature, 1)) < w->job->set->features)
		bins_make(&w->job->bins[i], w->job->set, i);
	return NULL;
}

static void *grow_trees(void *arg)
{
	struct worker *w = arg;
	struct job *j = w->job;
	struct tree_grower *g = tree_grower_open(j->set, j->options, j->bins, j->class_weights);
	size_t i;

	while ((i = atomic_fetch_add(&j->next_tree, 1)) < j->options->trees) {
		tree_grow(g, i, &j->trees[i]);
		vote(w, &j->trees[i], tree_drawn(g));
	}
	tree_grower_close(g);
	return NULL;
}

/* Runs work in every worker, the first in this thread. */
static int run(struct worker *workers, unsigned threads, void *(*work)(void *))
{
	unsigned started = 1;
	int r = 0;

	for (; started < threads && r == 0; started += r == 0)
		r = -pthread_create(&workers[started].thread, NULL, work, &workers[started]);
	if (r == 0)
		work(workers);
	for (unsigned i = 1; i < started; i++)
		pthread_join(workers[i].thread, NULL);
	return r;
}

static void sum_votes(
	const struct worker *workers, unsigned threads, const struct train_set *set, double *ret)
{
	for (size_t i = 0; i < set->rows * set->classes; i++) {
		uint64_t sum = 0;
		for (unsigned t = 0; t < threads; t++)
			sum += workers[t].votes[i];
		ret[i] = (double)sum;
	}
	for (double *row = ret; row < ret + set->rows * set->classes; row += set->classes) {
		double total = 0;
		for (size_t c = 0; c < set->classes; c++)
			total += row[c];
		for (size_t c = 0; c < set->classes; c++)
			row[c] /= total; /* NAN where no tree left the row out */
	}
}

static struct worker *make_workers(struct job *j, unsigned threads)
{
	struct worker *workers = calloc(threads, sizeof(*workers));

	if (!workers)
		abort();
	for (unsigned i = 0; i < threads; i++) {
		workers[i].job = j;
		workers[i].votes = calloc(j->set->rows * j->set->classes, sizeof(uint64_t));
		if (!workers[i].votes)
			abort();
	}
	return workers;
}

static struct forest *make_forest(const struct train_set *set, const struct train_options *options)
{
	struct forest *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->feature_count = set->features;
	f->output_count = f->leaf_width = set->classes;
	f->tree_count = options->trees;
	f->features = calloc(set->features, sizeof(*f->features));
	f->outputs = calloc(set->classes, sizeof(*f->outputs));
	f->trees = calloc(options->trees, sizeof(*f->trees));
	if (!f->features || !f->outputs || !f->trees)
		abort();
	return f;
}

int train_forest(const struct train_set *set, const struct train_options *options,
	struct forest **ret, double *ret_out_of_bag)
{
	struct forest *f = make_forest(set, options);
	struct job j = {
		.set = set,
		.options = options,
		.bins = calloc(set->features, sizeof(*j.bins)),
		.class_weights = class_weights(set, options->balanced),
		.trees = f->trees,
	};
	struct worker *workers = make_workers(&j, options->threads);
	int r;

	if (!j.bins)
		abort();
	r = run(workers, options->threads, bin_features);
	if (r == 0)
		r = run(workers, options->threads, grow_trees);
	if (r == 0)
		sum_votes(workers, options->threads, set, ret_out_of_bag);
	for (size_t i = 0; i < set->features; i++)
		bins_free(&j.bins[i]);
	for (unsigned i = 0; i < options->threads; i++)
		free(workers[i].votes);
	free(workers);
	free(j.bins);
	free(j.class_weights);
	if (r < 0)
		forest_close(f);
	else
		*ret = f;
	return r;
}
