#include "train/importance.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "train/tree.h"
#include "workers.h"

struct job {
	const struct train_set *set;
	const struct train_options *options;
	const struct forest *forest;
	atomic_uint next_tree;
	double *losses; /* trees x features */
};

/* The rows of one tree that are looked at. */
struct probe {
	uint16_t *drawn;
	uint32_t rows[IMPORTANCE_ROWS], shuffled[IMPORTANCE_ROWS];
	uint32_t count;
	struct random random;
};

static void choose_rows(struct probe *p, const struct job *j, uint32_t tree)
{
	uint64_t rows = j->set->rows;

	tree_bootstrap(&p->random, j->options->seed, tree, p->drawn, rows);
	p->count = 0;
	uint64_t start = random_below(&p->random, rows);
	for (uint64_t i = start; i < start + rows && p->count < IMPORTANCE_ROWS; i++)
		if (!p->drawn[i % rows])
			p->rows[p->count++] = (uint32_t)(i % rows);
}

static void shuffle(struct probe *p)
{
	memcpy(p->shuffled, p->rows, p->count * sizeof(*p->rows));
	random_shuffle(&p->random, p->shuffled, p->count);
}

/* The leaf of a row, with the value of one feature taken from another. */
static const double *leaf_of(
	const struct job *j, uint32_t tree, uint32_t row, size_t feature, uint32_t other)
{
	const struct forest_tree *t = &j->forest->trees[tree];
	const float *values = j->set->values + row * j->set->features;
	float swapped = j->set->values[other * j->set->features + feature];
	uint32_t k = 0;

	while (t->nodes[k].feature != FOREST_LEAF) {
		const struct forest_node *n = &t->nodes[k];
		float v = n->feature == feature ? swapped : values[n->feature];
		k = v <= n->threshold ? n->left : n->right;
	}
	return t->leaves + t->nodes[k].left * j->forest->leaf_width;
}

static double loss(const struct train_set *set, uint32_t row, const double *leaf)
{
	size_t best = 0;

	if (!set->classes)
		return (leaf[0] - set->measure[row]) * (leaf[0] - set->measure[row]);
	for (size_t c = 1; c < set->classes; c++)
		best = leaf[c] > leaf[best] ? c : best;
	return best != set->class[row];
}

static double mean_loss(
	const struct job *j, const struct probe *p, uint32_t tree, size_t feature, bool shuffled)
{
	double sum = 0;

	for (uint32_t i = 0; i < p->count; i++) {
		uint32_t other = shuffled ? p->shuffled[i] : p->rows[i];
		sum += loss(j->set, p->rows[i], leaf_of(j, tree, p->rows[i], feature, other));
	}
	return p->count ? sum / p->count : 0;
}

static void probe_trees(void *context, unsigned worker)
{
	struct job *j = context;
	struct probe p = { .drawn = allocate(j->set->rows, sizeof(*p.drawn)) };
	uint32_t tree;

	(void)worker;
	while ((tree = atomic_fetch_add(&j->next_tree, 1)) < j->options->trees) {
		choose_rows(&p, j, tree);
		double as_is = mean_loss(j, &p, tree, 0, false);
		for (size_t f = 0; f < j->set->features; f++) {
			shuffle(&p);
			j->losses[tree * j->set->features + f] =
				mean_loss(j, &p, tree, f, true) - as_is;
		}
	}
	free(p.drawn);
}

int train_importance(const struct train_set *set, const struct train_options *options,
	const struct forest *f, double *ret)
{
	struct job j = { .set = set, .options = options, .forest = f };
	size_t n = set->features;
	int r;

	j.losses = allocate(options->trees * n, sizeof(*j.losses));
	r = workers_run(options->threads, probe_trees, &j);
	for (size_t i = 0; i < n && r == 0; i++) {
		ret[i] = 0;
		for (size_t t = 0; t < options->trees; t++)
			ret[i] += j.losses[t * n + i] / options->trees;
	}
	free(j.losses);
	return r;
}
