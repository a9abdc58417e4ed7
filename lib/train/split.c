#include "train/split.h"

#include <stdlib.h>

#include "train/split_parts.h"

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		abort();
	return p;
}

static bool many_classes(const struct splitter *s)
{
	return s->set->classes > 2;
}

struct splitter *splitter_open(const struct train_set *set, const struct train_options *options,
	const struct bins *bins, const double *class_weights)
{
	struct splitter *s = allocate(1, sizeof(*s));

	s->set = set;
	s->bins = bins;
	s->leaf_rows = options->leaf_rows;
	s->class_weights = class_weights;
	s->weight = set->classes ? class_weights[0] : 1;
	s->more = set->classes ? class_weights[1] - class_weights[0] : 0;
	if (many_classes(s)) {
		s->histogram = allocate(TRAIN_BINS * set->classes, sizeof(*s->histogram));
		s->node_counts = allocate(set->classes, sizeof(*s->node_counts));
		s->left_counts = allocate(set->classes, sizeof(*s->left_counts));
	} else {
		s->cells = allocate(TRAIN_BINS, sizeof(*s->cells));
	}
	return s;
}

void splitter_close(struct splitter *s)
{
	free(s->cells);
	free(s->histogram);
	free(s->node_counts);
	free(s->left_counts);
	free(s);
}

bool splitter_node(struct splitter *s, const struct draw *draws, uint32_t count)
{
	s->draws = draws;
	s->count = count;
	return many_classes(s) ? split_classes_node(s) : split_number_node(s);
}

bool splitter_try(struct splitter *s, uint32_t feature, struct split *best)
{
	return many_classes(s) ? split_classes_try(s, feature, best)
			       : split_number_try(s, feature, best);
}

void splitter_leaf(const struct splitter *s, double *ret)
{
	if (many_classes(s))
		split_classes_leaf(s, ret);
	else
		split_number_leaf(s, ret);
}
