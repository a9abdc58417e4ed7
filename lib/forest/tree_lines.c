#include "forest/tree_lines.h"
#include "allocate.h"

#include <math.h>
#include <stdlib.h>

enum {
	SHORTEST_TREE = sizeof("tree 1\nleaf 0\n") - 1,
	SHORTEST_SPLIT = sizeof("split 0 0 1 2 left\n") - 1,
};

/* The side of a missing value and, where it is known, the share of the rows that went left. */
static int read_side(struct lines *r, struct forest_node *n)
{
	n->missing_left = lines_word_is(r, "left");
	n->left_share = 0.5;
	if (!n->missing_left && !lines_word_is(r, "right"))
		return lines_fail_expected(
			r, "left or right behind the nodes, where a missing value goes");
	if (!r->rest.len)
		return 0;
	if (!lines_number(r, &n->left_share) || !(n->left_share >= 0 && n->left_share <= 1) ||
		r->rest.len)
		return lines_fail_expected(r, "the share of the rows that go left, from 0 to 1");
	return 0;
}

static int read_split(
	struct lines *r, const struct forest *f, const struct forest_tree *t, uint32_t i)
{
	struct forest_node *n = &t->nodes[i];
	uint32_t feature;

	if (!lines_count(r, f->feature_count - 1, &feature))
		return lines_fail(r, "expected a feature from 0 to %zu", f->feature_count - 1);
	if (!lines_number(r, &n->threshold) || !isfinite(n->threshold))
		return lines_fail_expected(r, "a finite threshold behind the feature");
	if (!lines_count(r, t->count - 1, &n->left) || !lines_count(r, t->count - 1, &n->right) ||
		n->left <= i || n->right <= i)
		return lines_fail(r,
			"expected two nodes behind this one: %u is below both, both below %u", i,
			t->count);
	n->feature = (uint16_t)feature;
	return read_side(r, n);
}

static int read_leaf(struct lines *r, const struct forest *f, struct forest_tree *t, uint32_t i)
{
	double sum = 0, *numbers = t->leaves + t->leaf_count * f->leaf_width;
	bool votes = forest_is_votes(f), well = true;

	for (size_t k = 0; k < f->leaf_width && well; k++) {
		well = lines_number(r, &numbers[k]) && isfinite(numbers[k]);
		well &= !votes || (numbers[k] >= 0 && numbers[k] <= 1);
		sum += numbers[k];
	}
	if (!well || r->rest.len)
		return lines_fail(r, "expected a leaf of %zu %s", f->leaf_width,
			votes ? "fractions, one a class" : "numbers");
	if (votes && fabs(sum - 1) > 1e-6)
		return lines_fail(
			r, "expected a leaf of %zu fractions that sum to 1", f->leaf_width);
	t->nodes[i].feature = FOREST_LEAF;
	t->nodes[i].left = t->leaf_count++;
	return 0;
}

static int read_node(struct lines *r, const struct forest *f, struct forest_tree *t, uint32_t i)
{
	if (lines_word_is(r, "leaf"))
		return read_leaf(r, f, t, i);
	if (lines_word_is(r, "split"))
		return read_split(r, f, t, i);
	return lines_fail_expected(
		r, "\"split FEATURE THRESHOLD LEFT RIGHT left|right\" or \"leaf ...\"");
}

/* Children stand behind their parent; where each node but the root has one parent too, it is a
 * tree. */
static int check_tree(const struct lines *r, const struct forest_tree *t, size_t first_line)
{
	uint8_t *parents = allocate(t->count, 1);
	uint32_t i = 1;

	for (uint32_t k = 0; k < t->count; k++) {
		const struct forest_node *n = &t->nodes[k];
		if (n->feature == FOREST_LEAF)
			continue;
		parents[n->left] += parents[n->left] < 2;
		parents[n->right] += parents[n->right] < 2;
	}
	while (i < t->count && parents[i] == 1)
		i++;
	free(parents);
	if (i == t->count)
		return 0;
	struct lines at = *r;
	at.line = first_line + i;
	return lines_fail(&at, "node %u has not one parent: this is no tree", i);
}

static int read_tree(struct lines *r, const struct forest *f, struct forest_tree *t)
{
	uint32_t count;
	size_t pair = SHORTEST_SPLIT + sizeof("leaf") + 2 * f->leaf_width;
	int e = 0;

	if (!lines_word_is(r, "tree") || !lines_count(r, INT32_MAX, &count) || !count ||
		r->rest.len)
		return lines_fail_expected(r, "\"tree NODES\"");
	if (count / 2 * pair > (size_t)(r->end - r->at))
		return lines_fail(
			r, "a tree of %u nodes, but the file ends before: it is cut short", count);
	t->count = count;
	t->nodes = allocate(count, sizeof(*t->nodes));
	t->leaves = allocate((size_t)(count / 2 + 1) * f->leaf_width, sizeof(*t->leaves));
	lines_next(r);
	size_t first_line = r->line;
	for (uint32_t i = 0; i < count && e == 0; i++, lines_next(r)) {
		if (t->leaf_count == count / 2 + 1)
			return lines_fail(r, "more leaves than a tree of %u nodes has", count);
		e = read_node(r, f, t, i);
	}
	return e < 0 ? e : check_tree(r, t, first_line);
}

int tree_lines_read(struct lines *r, struct forest *f)
{
	uint32_t count;
	int e = 0;

	if (!lines_word_is(r, "trees") || !lines_count(r, INT32_MAX, &count) || !count ||
		r->rest.len)
		return lines_fail_expected(r, "\"trees COUNT\"");
	if (count > (size_t)(r->end - r->at) / SHORTEST_TREE)
		return lines_fail(r, "%u trees, but the file ends before: it is cut short", count);
	f->trees = allocate(count, sizeof(*f->trees));
	f->tree_count = count;
	lines_next(r);
	for (uint32_t i = 0; i < count && e == 0; i++)
		e = read_tree(r, f, &f->trees[i]);
	return e;
}
