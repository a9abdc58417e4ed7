#include "train/split.h"

#include <stdlib.h>

#include "allocate.h"
#include "train/split_parts.h"

static const struct split_kind *kind(const struct splitter *s)
{
	size_t classes = s->set->classes;

	return classes == 0 ? &split_measure : classes <= 2 ? &split_two : &split_many;
}

struct splitter *splitter_open(const struct train_set *set, const struct train_options *options,
	const struct bins *bins, const double *class_weights)
{
	struct splitter *s = allocate(1, sizeof(*s));

	s->set = set;
	s->options = options;
	s->bins = bins;
	s->class_weights = class_weights;
	if (kind(s) == &split_two) {
		split_two_open(s);
	} else if (kind(s) == &split_measure) {
		s->sides = allocate(TRAIN_BINS, sizeof(*s->sides));
	} else {
		s->counts = allocate(TRAIN_BINS * set->classes, sizeof(*s->counts));
		s->node_counts = allocate(set->classes, sizeof(*s->node_counts));
		s->left_counts = allocate(set->classes, sizeof(*s->left_counts));
	}
	return s;
}

void splitter_close(struct splitter *s)
{
	split_two_close(s);
	free(s->sides);
	free(s->counts);
	free(s->node_counts);
	free(s->left_counts);
	free(s);
}

bool splitter_node(struct splitter *s, const struct draw *draws, uint32_t start, uint32_t end,
	const struct split_side *total)
{
	s->draws = draws + start;
	s->start = start;
	s->count = end - start;
	if (total)
		s->total = *total;
	return kind(s)->node(s, total);
}

bool splitter_try(struct splitter *s, uint32_t feature, struct split *best)
{
	return kind(s)->try(s, feature, best);
}

void splitter_leaf(struct splitter *s, double *ret)
{
	kind(s)->leaf(s, ret);
}

void splitter_parted(struct splitter *s, uint32_t middle, const struct split *split)
{
	if (kind(s) == &split_two)
		split_two_hand_on(s, middle, split);
}

struct split_side splitter_right(const struct splitter *s, const struct split *split)
{
	return (struct split_side){ s->total.sum - split->left.sum,
		s->total.draws - split->left.draws };
}

static double side_gain(const struct walk *w, struct split_side side)
{
	return side.sum * side.sum / (w->weight * side.draws + w->more * side.sum);
}

void split_walk_cut(struct walk *w, uint32_t bin, struct split_side left)
{
	struct split_side all = w->s->total;
	struct split_side right = { all.sum - left.sum, all.draws - left.draws };
	double gain;

	if (left.draws < w->s->options->leaf_rows || right.draws < w->s->options->leaf_rows)
		return;
	gain = side_gain(w, left) + side_gain(w, right);
	if (gain > w->best->gain)
		*w->best = (struct split){ gain, w->feature, w->before, bin, left };
}

void split_sort(const struct splitter *s, const uint16_t *codes, uint64_t keys[SORTED_MAX])
{
	for (uint32_t i = 0; i < s->count; i++) {
		uint64_t key = (uint64_t)codes[s->draws[i].row] << 32 | i;
		uint32_t j = i;
		for (; j && keys[j - 1] > key; j--)
			keys[j] = keys[j - 1];
		keys[j] = key;
	}
}
