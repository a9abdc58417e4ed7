#include "tree.h"

#include <math.h>
#include <stdlib.h>

#include "random.h"

enum { WORD = 64 };
_Static_assert(TRAIN_BINS == WORD * WORD, "two levels of 64-bit words mark the bins in use");

/* A row of the bootstrap sample. */
struct draw {
	uint32_t row;
	uint16_t times, class;
};

/* A node still to grow: draws start..end, hung below parent on the left or right. */
struct task {
	uint32_t start, end, parent, depth;
	bool right;
};

struct split {
	double gain;
	uint32_t feature, low, high; /* the bins on both sides of the cut */
};

struct tree_grower {
	const struct train_set *set;
	const struct train_options *options;
	const struct bins *bins;
	const double *class_weights;
	uint32_t features_a_split;
	struct random random;
	uint16_t *drawn;
	struct draw *draws, *spare;
	uint32_t *features;  /* in an order that draws shuffle */
	uint32_t *histogram; /* TRAIN_BINS x classes, all zero between uses */
	uint64_t used[WORD], words_used;
	uint32_t *node_counts, *left_counts; /* per class */
	struct task *tasks;
	size_t task_count, task_cap;
	struct forest_node *nodes;
	double *leaves;
	uint32_t count, leaf_count, cap, leaf_cap;
};

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		abort();
	return p;
}

struct tree_grower *tree_grower_open(const struct train_set *set,
	const struct train_options *options, const struct bins *bins, const double *class_weights)
{
	struct tree_grower *g = allocate(1, sizeof(*g));
	uint32_t root = (uint32_t)sqrt((double)set->features);

	g->set = set;
	g->options = options;
	g->bins = bins;
	g->class_weights = class_weights;
	g->features_a_split = options->features_a_split ? options->features_a_split : root;
	g->drawn = allocate(set->rows, sizeof(*g->drawn));
	g->draws = allocate(set->rows, sizeof(*g->draws));
	g->spare = allocate(set->rows, sizeof(*g->spare));
	g->features = allocate(set->features, sizeof(*g->features));
	g->histogram = allocate(TRAIN_BINS * set->classes, sizeof(*g->histogram));
	g->node_counts = allocate(set->classes, sizeof(*g->node_counts));
	g->left_counts = allocate(set->classes, sizeof(*g->left_counts));
	return g;
}

void tree_grower_close(struct tree_grower *g)
{
	free(g->drawn);
	free(g->draws);
	free(g->spare);
	free(g->features);
	free(g->histogram);
	free(g->node_counts);
	free(g->left_counts);
	free(g->tasks);
	free(g->nodes);
	free(g->leaves);
	free(g);
}

const uint16_t *tree_drawn(const struct tree_grower *g)
{
	return g->drawn;
}

static uint32_t bootstrap(struct tree_grower *g)
{
	uint32_t n = 0;

	memset(g->drawn, 0, g->set->rows * sizeof(*g->drawn));
	for (size_t i = 0; i < g->set->rows; i++)
		g->drawn[random_below(&g->random, g->set->rows)]++;
	for (uint32_t i = 0; i < g->set->rows; i++)
		if (g->drawn[i])
			g->draws[n++] = (struct draw){ i, g->drawn[i], g->set->target[i] };
	return n;
}

static void push(struct tree_grower *g, struct task t)
{
	if (g->task_count == g->task_cap) {
		g->task_cap = g->task_cap ? g->task_cap * 2 : 64;
		g->tasks = realloc(g->tasks, g->task_cap * sizeof(*g->tasks));
		if (!g->tasks)
			abort();
	}
	g->tasks[g->task_count++] = t;
}

static struct forest_node *add_node(struct tree_grower *g)
{
	if (g->count == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 256;
		g->nodes = realloc(g->nodes, g->cap * sizeof(*g->nodes));
		if (!g->nodes)
			abort();
	}
	g->nodes[g->count] = (struct forest_node){ 0 };
	return &g->nodes[g->count++];
}

static double *add_leaf(struct tree_grower *g)
{
	if (g->leaf_count == g->leaf_cap) {
		g->leaf_cap = g->leaf_cap ? g->leaf_cap * 2 : 256;
		g->leaves = realloc(g->leaves, g->leaf_cap * g->set->classes * sizeof(*g->leaves));
		if (!g->leaves)
			abort();
	}
	return g->leaves + g->leaf_count++ * g->set->classes;
}

/* Fills node_counts; returns whether more than one class is there. */
static bool count_classes(struct tree_grower *g, const struct task *t)
{
	unsigned present = 0;

	memset(g->node_counts, 0, g->set->classes * sizeof(*g->node_counts));
	for (uint32_t i = t->start; i < t->end; i++)
		g->node_counts[g->draws[i].class] += g->draws[i].times;
	for (size_t c = 0; c < g->set->classes; c++)
		present += g->node_counts[c] > 0;
	return present > 1;
}

static void fill_histogram(struct tree_grower *g, const struct task *t, uint32_t feature)
{
	const uint16_t *codes = g->bins[feature].codes;
	size_t classes = g->set->classes;

	for (uint32_t i = t->start; i < t->end; i++) {
		struct draw d = g->draws[i];
		uint32_t bin = codes[d.row];
		g->histogram[bin * classes + d.class] += d.times;
		g->used[bin / WORD] |= 1ull << bin % WORD;
		g->words_used |= 1ull << bin / WORD;
	}
}

/* Takes the lowest bin in use out of the histogram into left_counts. Returns false when there is
 * none. */
static bool next_bin(struct tree_grower *g, uint32_t *ret)
{
	size_t classes = g->set->classes;

	if (!g->words_used)
		return false;
	int word = __builtin_ctzll(g->words_used);
	uint32_t bin = (uint32_t)(word * WORD + __builtin_ctzll(g->used[word]));
	g->used[word] &= g->used[word] - 1;
	if (!g->used[word])
		g->words_used &= g->words_used - 1;
	for (size_t c = 0; c < classes; c++) {
		g->left_counts[c] += g->histogram[bin * classes + c];
		g->histogram[bin * classes + c] = 0;
	}
	*ret = bin;
	return true;
}

/* The sum over both sides of (sum of squared class weights / weight): the greater, the lower the
 * Gini impurity. Negative where a side has too few draws. */
static double gain(const struct tree_grower *g)
{
	double left = 0, right = 0, left_squares = 0, right_squares = 0;
	uint32_t left_draws = 0, right_draws = 0;

	for (size_t c = 0; c < g->set->classes; c++) {
		uint32_t l = g->left_counts[c], r = g->node_counts[c] - l;
		double lw = l * g->class_weights[c], rw = r * g->class_weights[c];
		left_draws += l;
		right_draws += r;
		left += lw;
		right += rw;
		left_squares += lw * lw;
		right_squares += rw * rw;
	}
	if (left_draws < g->options->leaf_rows || right_draws < g->options->leaf_rows)
		return -1;
	return left_squares / left + right_squares / right;
}

/* Improves best by the cuts of one feature. Returns false where its values are all in one bin. */
static bool try_feature(
	struct tree_grower *g, const struct task *t, uint32_t feature, struct split *best)
{
	uint32_t bin, before;

	fill_histogram(g, t, feature);
	memset(g->left_counts, 0, g->set->classes * sizeof(*g->left_counts));
	next_bin(g, &before);
	bool varies = g->words_used;
	while (g->words_used) {
		double v = gain(g);
		next_bin(g, &bin);
		if (v > best->gain)
			*best = (struct split){ v, feature, before, bin };
		before = bin;
	}
	return varies;
}

/* Tries features in random order until enough of them varied. */
static bool find_split(struct tree_grower *g, const struct task *t, struct split *ret)
{
	uint32_t varied = 0;

	*ret = (struct split){ .gain = -1 };
	for (size_t i = 0; i < g->set->features && varied < g->features_a_split; i++) {
		size_t j = i + random_below(&g->random, g->set->features - i);
		uint32_t feature = g->features[j];
		g->features[j] = g->features[i];
		g->features[i] = feature;
		varied += try_feature(g, t, feature, ret);
	}
	return ret->gain >= 0;
}

/* Moves the draws that go left to the front, both sides in their order. Returns where the right
 * begins. */
static uint32_t partition(struct tree_grower *g, const struct task *t, const struct split *s)
{
	const uint16_t *codes = g->bins[s->feature].codes;
	uint32_t left = t->start, right = 0;

	for (uint32_t i = t->start; i < t->end; i++) {
		struct draw d = g->draws[i];
		bool goes_left = codes[d.row] <= s->low;
		g->draws[left] = d;
		g->spare[right] = d;
		left += goes_left;
		right += !goes_left;
	}
	memcpy(g->draws + left, g->spare, right * sizeof(*g->draws));
	return left;
}

static void make_leaf(struct tree_grower *g, struct forest_node *n)
{
	double *fractions = add_leaf(g), total = 0;

	for (size_t c = 0; c < g->set->classes; c++)
		total += g->node_counts[c] * g->class_weights[c];
	for (size_t c = 0; c < g->set->classes; c++)
		fractions[c] = g->node_counts[c] * g->class_weights[c] / total;
	n->feature = FOREST_LEAF;
	n->left = g->leaf_count - 1;
}

static void make_split(
	struct tree_grower *g, struct forest_node *n, const struct task *t, const struct split *s)
{
	uint32_t middle = partition(g, t, s), parent = g->count - 1;

	n->feature = (uint16_t)s->feature;
	n->threshold = bins_threshold(&g->bins[s->feature], s->low, s->high);
	n->left_share = round(1000.0 * (middle - t->start) / (t->end - t->start)) / 1000;
	n->missing_left = middle - t->start >= t->end - middle;
	push(g, (struct task){ middle, t->end, parent, t->depth + 1, true });
	push(g, (struct task){ t->start, middle, parent, t->depth + 1, false });
}

static void grow_node(struct tree_grower *g, const struct task *t)
{
	struct forest_node *n = add_node(g);
	struct split s;

	if (g->count > 1 && t->right)
		g->nodes[t->parent].right = g->count - 1;
	else if (g->count > 1)
		g->nodes[t->parent].left = g->count - 1;
	bool mixed = count_classes(g, t);
	bool deep = g->options->depth && t->depth >= g->options->depth;
	if (mixed && !deep && find_split(g, t, &s))
		make_split(g, n, t, &s);
	else
		make_leaf(g, n);
}

static void *copy(const void *data, size_t n, size_t size)
{
	return memcpy(allocate(n, size), data, n * size);
}

void tree_grow(struct tree_grower *g, size_t index, struct forest_tree *ret)
{
	random_seed(&g->random, g->options->seed, index);
	g->count = g->leaf_count = 0;
	for (uint32_t i = 0; i < g->set->features; i++)
		g->features[i] = i;
	push(g, (struct task){ .end = bootstrap(g) });
	while (g->task_count) {
		struct task t = g->tasks[--g->task_count];
		grow_node(g, &t);
	}
	*ret = (struct forest_tree){
		.nodes = copy(g->nodes, g->count, sizeof(*g->nodes)),
		.leaves = copy(g->leaves, g->leaf_count * g->set->classes, sizeof(*g->leaves)),
		.count = g->count,
		.leaf_count = g->leaf_count,
	};
}
