#include "train/tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "random.h"
#include "train/split.h"

/* A part of the rows drawn, and of those that were not. */
struct part {
	uint32_t start, end, out_start, out_end;
};

/* A node still to grow, hung below parent on the left or right. */
struct task {
	struct part part;
	struct split_side total;
	uint32_t parent, depth;
	bool right;
};

struct tree_grower {
	const struct train_set *set;
	const struct train_options *options;
	const struct bins *bins;
	struct splitter *splitter;
	uint32_t features_a_split;
	struct random random;
	uint16_t *drawn;
	struct draw *draws, *spare;
	uint32_t *left_out, *left_out_spare;
	uint32_t *features; /* in an order that draws shuffle */
	struct task *tasks;
	uint32_t task_count, task_cap;

	/* The tree at hand. */
	struct forest_node *nodes;
	double *leaves;
	uint32_t count, leaf_count, cap, leaf_cap;
	void (*leaf)(void *context, const double *numbers, const uint32_t *rows, uint32_t count);
	void *context;
};

static uint32_t features_a_split(const struct train_set *set, const struct train_options *options)
{
	if (options->features_a_split)
		return options->features_a_split;
	return set->classes ? (uint32_t)sqrt((double)set->features) : (uint32_t)set->features;
}

struct tree_grower *tree_grower_open(const struct train_set *set,
	const struct train_options *options, const struct bins *bins, const double *class_weights)
{
	struct tree_grower *g = allocate(1, sizeof(*g));

	g->set = set;
	g->options = options;
	g->bins = bins;
	g->features_a_split = features_a_split(set, options);
	g->splitter = splitter_open(set, options, bins, class_weights);
	g->drawn = allocate(set->rows, sizeof(*g->drawn));
	g->draws = allocate(set->rows, sizeof(*g->draws));
	g->spare = allocate(set->rows, sizeof(*g->spare));
	g->left_out = allocate(set->rows, sizeof(*g->left_out));
	g->left_out_spare = allocate(set->rows, sizeof(*g->left_out_spare));
	g->features = allocate(set->features, sizeof(*g->features));
	return g;
}

void tree_grower_close(struct tree_grower *g)
{
	splitter_close(g->splitter);
	free(g->drawn);
	free(g->draws);
	free(g->spare);
	free(g->left_out);
	free(g->left_out_spare);
	free(g->features);
	free(g->tasks);
	free(g->nodes);
	free(g->leaves);
	free(g);
}

void tree_bootstrap(struct random *r, uint64_t seed, size_t index, uint16_t *ret_drawn, size_t rows)
{
	random_seed(r, seed, index);
	memset(ret_drawn, 0, rows * sizeof(*ret_drawn));
	for (size_t i = 0; i < rows; i++)
		ret_drawn[(unsigned __int128)random_bits(r) * rows >> 64]++;
}

/* Draws the rows of a tree. Returns the root's part. */
static struct part draw_rows(struct tree_grower *g, size_t index)
{
	struct part p = { 0 };

	tree_bootstrap(&g->random, g->options->seed, index, g->drawn, g->set->rows);
	for (uint32_t i = 0; i < g->set->rows; i++) {
		g->draws[p.end] =
			(struct draw){ i, g->drawn[i], g->set->classes ? g->set->class[i] : 0 };
		g->left_out[p.out_end] = i;
		p.end += g->drawn[i] > 0;
		p.out_end += g->leaf && g->drawn[i] == 0;
	}
	return p;
}

static void push(struct tree_grower *g, struct task t)
{
	if (g->task_count == g->task_cap) {
		g->task_cap = g->task_cap ? g->task_cap * 2 : 64;
		g->tasks = reallocate(g->tasks, g->task_cap, sizeof(*g->tasks));
	}
	g->tasks[g->task_count++] = t;
}

static struct forest_node *add_node(struct tree_grower *g)
{
	if (g->count == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 256;
		g->nodes = reallocate(g->nodes, g->cap, sizeof(*g->nodes));
	}
	g->nodes[g->count] = (struct forest_node){ 0 };
	return &g->nodes[g->count++];
}

static double *add_leaf(struct tree_grower *g)
{
	size_t width = train_outputs(g->set);

	if (g->leaf_count == g->leaf_cap) {
		g->leaf_cap = g->leaf_cap ? g->leaf_cap * 2 : 256;
		g->leaves = reallocate(g->leaves, g->leaf_cap * width, sizeof(*g->leaves));
	}
	return g->leaves + g->leaf_count++ * width;
}

/* Tries features in random order until enough of them varied. */
static bool find_split(struct tree_grower *g, struct split *ret)
{
	uint32_t varied = 0;

	*ret = (struct split){ .gain = -1 };
	for (size_t i = 0; i < g->set->features && varied < g->features_a_split; i++) {
		size_t j = i + random_below(&g->random, g->set->features - i);
		uint32_t feature = g->features[j];
		g->features[j] = g->features[i];
		g->features[i] = feature;
		varied += splitter_try(g->splitter, feature, ret);
	}
	return ret->gain >= 0;
}

/* Moves the draws that go left to the front, both sides in their order. Returns where the right
 * begins. */
static uint32_t part_draws(struct tree_grower *g, const struct part *p, const struct split *s)
{
	const uint16_t *codes = g->bins[s->feature].codes;
	struct draw *draws = g->draws, *spare = g->spare;
	uint32_t left = p->start, right = 0;

	for (uint32_t i = p->start; i < p->end; i++) {
		struct draw d = draws[i];
		bool goes_left = codes[d.row] <= s->low;
		spare[right] = d;
		draws[left] = d;
		left += goes_left;
		right += !goes_left;
	}
	memcpy(draws + left, spare, right * sizeof(*draws));
	return left;
}

/* The same for rows not drawn, by the threshold, since their bins may lie between the cut's. */
static uint32_t part_left_out(
	struct tree_grower *g, const struct part *p, uint32_t feature, double threshold)
{
	const float *values = g->bins[feature].values;
	uint32_t left = p->out_start, right = 0;

	for (uint32_t i = p->out_start; i < p->out_end; i++) {
		uint32_t row = g->left_out[i];
		bool goes_left = values[row] <= threshold;
		g->left_out[left] = row;
		g->left_out_spare[right] = row;
		left += goes_left;
		right += !goes_left;
	}
	memcpy(g->left_out + left, g->left_out_spare, right * sizeof(*g->left_out));
	return left;
}

static void make_leaf(struct tree_grower *g, struct forest_node *n, const struct part *p)
{
	double *numbers = add_leaf(g);

	splitter_leaf(g->splitter, numbers);
	n->feature = FOREST_LEAF;
	n->left = g->leaf_count - 1;
	if (g->leaf)
		g->leaf(g->context, numbers, g->left_out + p->out_start, p->out_end - p->out_start);
}

static void make_split(
	struct tree_grower *g, struct forest_node *n, const struct task *t, const struct split *s)
{
	double threshold = bins_threshold(&g->bins[s->feature], s->low, s->high);
	uint32_t middle = part_draws(g, &t->part, s), parent = g->count - 1;
	uint32_t out = part_left_out(g, &t->part, s->feature, threshold);
	struct split_side rest = splitter_right(g->splitter, s);
	struct part left = { t->part.start, middle, t->part.out_start, out };
	struct part right = { middle, t->part.end, out, t->part.out_end };

	n->feature = (uint16_t)s->feature;
	n->threshold = threshold;
	n->left_share =
		round(1000.0 * (middle - t->part.start) / (t->part.end - t->part.start)) / 1000;
	n->missing_left = middle - t->part.start >= t->part.end - middle;
	splitter_parted(g->splitter, middle, s);
	push(g, (struct task){ right, rest, parent, t->depth + 1, true });
	push(g, (struct task){ left, s->left, parent, t->depth + 1, false });
}

static void grow_node(struct tree_grower *g, const struct task *t)
{
	struct forest_node *n = add_node(g);
	struct split s;

	if (g->count > 1 && t->right)
		g->nodes[t->parent].right = g->count - 1;
	else if (g->count > 1)
		g->nodes[t->parent].left = g->count - 1;
	bool mixed = splitter_node(
		g->splitter, g->draws, t->part.start, t->part.end, g->count > 1 ? &t->total : NULL);
	bool deep = g->options->depth && t->depth >= g->options->depth;
	if (mixed && !deep && find_split(g, &s))
		make_split(g, n, t, &s);
	else
		make_leaf(g, n, &t->part);
}

static void *copy(const void *data, size_t n, size_t size)
{
	return memcpy(allocate(n, size), data, n * size);
}

void tree_grow(struct tree_grower *g, size_t index, struct forest_tree *ret,
	void (*leaf)(void *context, const double *numbers, const uint32_t *rows, uint32_t count),
	void *context)
{
	g->leaf = leaf;
	g->context = context;
	g->count = g->leaf_count = 0;
	for (uint32_t i = 0; i < g->set->features; i++)
		g->features[i] = i;
	push(g, (struct task){ .part = draw_rows(g, index) });
	while (g->task_count) {
		struct task t = g->tasks[--g->task_count];
		grow_node(g, &t);
	}
	*ret = (struct forest_tree){
		.nodes = copy(g->nodes, g->count, sizeof(*g->nodes)),
		.leaves =
			copy(g->leaves, g->leaf_count * train_outputs(g->set), sizeof(*g->leaves)),
		.count = g->count,
		.leaf_count = g->leaf_count,
	};
}
