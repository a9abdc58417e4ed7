#include "train/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "random.h"
#include "tap.h"
#include "train/evaluate.h"
#include "train/importance.h"
#include "train/roc.h"
#include "train/rows.h"
#include "train/tree.h"

enum { FEATURES = 3, ROWS = 4000 };

static float values[ROWS * FEATURES];
static uint16_t two[ROWS], three[ROWS];
static double measure[ROWS];

/* No feature has more different values than there are bins. */
static void make_rows(void)
{
	struct random r;

	random_seed(&r, 1, 0);
	for (size_t i = 0; i < ROWS; i++) {
		float *v = values + i * FEATURES;
		v[0] = (float)random_below(&r, 50) / 50;
		v[1] = (float)random_uniform(&r);
		v[2] = (float)random_normal(&r);
		two[i] = v[0] + v[1] > 1.8F || v[2] > 2.5F || random_below(&r, 100) == 0;
		three[i] = (uint16_t)(two[i] + (v[1] < 0.2F));
		measure[i] = 1e6 + 10 * v[0] + v[1];
	}
}

static struct train_set set_of(size_t classes)
{
	return (struct train_set){ values, classes == 2 ? two : three, measure, ROWS, FEATURES,
		classes };
}

static struct train_options options_of(unsigned threads)
{
	return (struct train_options){ .trees = 12, .seed = 3, .leaf_rows = 1, .threads = threads };
}

static bool same_trees(const struct forest *a, const struct forest *b)
{
	for (size_t i = 0; i < a->tree_count; i++) {
		const struct forest_tree *s = &a->trees[i], *t = &b->trees[i];
		size_t leaves = s->leaf_count * a->leaf_width * sizeof(double);
		if (s->count != t->count || s->leaf_count != t->leaf_count ||
			memcmp(s->leaves, t->leaves, leaves) != 0)
			return false;
		for (uint32_t k = 0; k < s->count; k++)
			if (s->nodes[k].feature != t->nodes[k].feature ||
				s->nodes[k].threshold != t->nodes[k].threshold)
				return false;
	}
	return true;
}

static void test_determinism(size_t classes)
{
	struct train_set set = set_of(classes);
	struct train_options one = options_of(1), four = options_of(4), other = options_of(2);
	size_t size = ROWS * train_outputs(&set) * sizeof(double);
	double *a = malloc(size), *b = malloc(size), gains[2][FEATURES];
	struct forest *f, *g, *h;

	other.seed = 4;
	train_forest(&set, &one, &f, a);
	train_forest(&set, &four, &g, b);
	train_forest(&set, &other, &h, NULL);
	ok(same_trees(f, g), "%zu classes: the same trees by 1 thread and 4", classes);
	ok(memcmp(a, b, size) == 0, "and the same predictions out of bag");
	ok(!same_trees(f, h), "other trees by another seed");
	train_importance(&set, &one, f, gains[0]);
	train_importance(&set, &four, g, gains[1]);
	ok(memcmp(gains[0], gains[1], sizeof(gains[0])) == 0, "and the same importances");
	free(a);
	free(b);
	forest_close(f);
	forest_close(g);
	forest_close(h);
}

/* Draws of one node, found anew. */
struct node {
	uint32_t rows[ROWS];
	uint32_t count;
};

static struct { /* what sorted rows are compared by */
	size_t feature;
} order;

static int by_value(const void *a, const void *b)
{
	float x = values[*(const uint32_t *)a * FEATURES + order.feature];
	float y = values[*(const uint32_t *)b * FEATURES + order.feature];

	return (x > y) - (x < y);
}

/* 2 p (1 - p) times the weight, or the sum of squared distances from the mean. */
static double impurity(double n, double sum, double squares)
{
	return squares - sum * sum / n;
}

static double target_of(const struct train_set *set, uint32_t row)
{
	return set->classes ? set->class[row] : set->measure[row] - 1e6;
}

/* The least impurity of both sides that any cut of a feature gives. */
static double best_cut(
	const struct train_set *set, struct node *n, const uint16_t *drawn, size_t feature)
{
	double all[3] = { 0 }, left[3] = { 0 }, best = INFINITY;

	order.feature = feature;
	qsort(n->rows, n->count, sizeof(*n->rows), by_value);
	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < n->count; i++) {
			double *to = pass ? left : all, w = drawn[n->rows[i]],
			       t = target_of(set, n->rows[i]);
			to[0] += w;
			to[1] += w * t;
			to[2] += w * t * t;
			if (!pass || i + 1 == n->count || !by_value(&n->rows[i], &n->rows[i + 1]))
				continue;
			best = fmin(best, impurity(left[0], left[1], left[2]) +
						  impurity(all[0] - left[0], all[1] - left[1],
							  all[2] - left[2]));
		}
	return best;
}

static void part(
	const struct node *n, const struct forest_node *by, struct node *left, struct node *right)
{
	left->count = right->count = 0;
	for (uint32_t i = 0; i < n->count; i++) {
		bool goes_left = values[n->rows[i] * FEATURES + by->feature] <= by->threshold;
		struct node *to = goes_left ? left : right;
		to->rows[to->count++] = n->rows[i];
	}
}

static double impurity_of(const struct train_set *set, const struct node *n, const uint16_t *drawn)
{
	double sums[3] = { 0 };

	for (uint32_t i = 0; i < n->count; i++) {
		double w = drawn[n->rows[i]], t = target_of(set, n->rows[i]);
		sums[0] += w;
		sums[1] += w * t;
		sums[2] += w * t * t;
	}
	return impurity(sums[0], sums[1], sums[2]);
}

/* How many nodes below k have a split that is worse than the best there is. */
static unsigned worse_splits(const struct train_set *set, const struct forest_tree *t, uint32_t k,
	struct node *n, const uint16_t *drawn)
{
	struct node *left = malloc(sizeof(*left)), *right = malloc(sizeof(*right));
	unsigned worse = 0;

	if (t->nodes[k].feature != FOREST_LEAF) {
		double best = INFINITY, found;
		for (size_t f = 0; f < FEATURES; f++)
			best = fmin(best, best_cut(set, n, drawn, f));
		part(n, &t->nodes[k], left, right);
		found = impurity_of(set, left, drawn) + impurity_of(set, right, drawn);
		worse = !(found <= best + 1e-7 * (1 + best));
		worse += worse_splits(set, t, t->nodes[k].left, left, drawn);
		worse += worse_splits(set, t, t->nodes[k].right, right, drawn);
	} else {
		worse = impurity_of(set, n, drawn) > 1e-7;
	}
	free(left);
	free(right);
	return worse;
}

/* Where few values are different and all features are tried, each split is the best there is and
 * each leaf is pure. */
static void test_splits(size_t classes)
{
	struct train_set set = set_of(classes);
	struct train_options o = options_of(2);
	uint16_t *drawn = malloc(ROWS * sizeof(*drawn));
	struct node *root = malloc(sizeof(*root));
	struct random r;
	struct forest *f;
	unsigned worse = 0;

	o.features_a_split = FEATURES;
	train_forest(&set, &o, &f, NULL);
	for (size_t i = 0; i < 3; i++) {
		tree_bootstrap(&r, o.seed, i, drawn, ROWS);
		root->count = 0;
		for (uint32_t k = 0; k < ROWS; k++)
			if (drawn[k])
				root->rows[root->count++] = k;
		worse += worse_splits(&set, &f->trees[i], 0, root, drawn);
	}
	ok(worse == 0, "%zu classes: no split is worse than the best there is, no leaf mixed (%u)",
		classes, worse);
	forest_close(f);
	free(root);
	free(drawn);
}

static void test_quality(void)
{
	struct train_set set = set_of(2);
	struct train_options o = options_of(2);
	double *p = malloc(ROWS * 2 * sizeof(*p)), importance[FEATURES];
	struct forest *f;
	struct train_metrics m;

	o.trees = 50;
	train_forest(&set, &o, &f, p);
	m = train_metrics(&set, p);
	ok(m.rows == ROWS && m.class[1].roc_area > 0.8 && m.class[1].f1 > 0.7,
		"out of bag: area %.3f, F1 %.3f", m.class[1].roc_area, m.class[1].f1);
	train_importance(&set, &o, f, importance);
	ok(importance[0] > importance[2] && importance[1] > importance[2],
		"the features that matter most are first");
	train_metrics_free(&m);
	forest_close(f);
	set.classes = 0;
	train_forest(&set, &o, &f, p);
	m = train_metrics(&set, p);
	ok(m.r2 > 0.99 && m.rmse < 0.3 && m.mae < m.rmse,
		"regression: R2 %.4f, RMSE %.3f, MAE %.3f", m.r2, m.rmse, m.mae);
	forest_close(f);
	free(p);
}

static void test_limits(void)
{
	struct train_set set = set_of(2);
	struct train_options o = options_of(1);
	struct forest *f;
	uint32_t most = 0;
	double least = 1;

	o.balanced = true;
	o.depth = 3;
	o.leaf_rows = 40;
	train_forest(&set, &o, &f, NULL);
	for (size_t i = 0; i < f->tree_count; i++) {
		most = f->trees[i].count > most ? f->trees[i].count : most;
		for (uint32_t k = 0; k < f->trees[i].leaf_count; k++)
			least = fmin(
				least, f->trees[i].leaves[2 * k] + f->trees[i].leaves[2 * k + 1]);
	}
	ok(most > 7 && most <= 15, "depth 3: at most 15 nodes (%u)", most);
	ok(fabs(least - 1) < 1e-12, "fractions sum to 1 with weights");
	forest_close(f);
}

static void test_areas(void)
{
	static const double scores[] = { 0.1, 0.4, 0.35, 0.8 };
	static const bool positive[] = { false, false, true, true };
	double area, precision;

	roc_areas(scores, positive, 4, &area, &precision);
	ok(area == 0.75, "area under the ROC curve (%g)", area);
	ok(fabs(precision - (0.5 + 1.0 / 3)) < 1e-15, "average precision (%g)", precision);
	roc_areas(scores, positive, 2, &area, &precision);
	ok(isnan(area) && isnan(precision), "none where all are of one kind");
}

static void test_folds(void)
{
	struct train_set set = set_of(2);
	static uint32_t folds[ROWS];
	unsigned rows[5] = { 0 }, positive[5] = { 0 }, least = ROWS, most = 0;

	train_set_folds(&set, 5, 1, folds);
	for (size_t i = 0; i < ROWS; i++) {
		rows[folds[i]]++;
		positive[folds[i]] += two[i];
	}
	for (int i = 0; i < 5; i++) {
		least = positive[i] < least ? positive[i] : least;
		most = positive[i] > most ? positive[i] : most;
	}
	ok(rows[0] == ROWS / 5 && rows[4] == ROWS / 5 && most - least <= 1,
		"folds are of one size and share the rare class (%u to %u)", least, most);
}

int main(void)
{
	make_rows();
	test_determinism(2);
	test_determinism(3);
	test_determinism(0);
	test_splits(2);
	test_splits(0);
	test_quality();
	test_limits();
	test_areas();
	test_folds();
	return done();
}
