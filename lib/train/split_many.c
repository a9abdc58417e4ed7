/* Splits by more than two classes. */
#include "train/split_parts.h"

struct many_walk {
	struct splitter *s;
	struct split *best;
	uint32_t feature, bins, before;
};

/* Moves a bin out of the histogram to the left side. */
static void take_bin(struct splitter *s, uint32_t bin)
{
	size_t classes = s->set->classes;

	for (size_t c = 0; c < classes; c++) {
		s->left_counts[c] += s->counts[bin * classes + c];
		s->counts[bin * classes + c] = 0;
	}
}

/* Negative where a side has too few draws. */
static double gain(const struct splitter *s)
{
	double left = 0, right = 0, left_squares = 0, right_squares = 0;
	uint32_t left_draws = 0, right_draws = 0;

	for (size_t c = 0; c < s->set->classes; c++) {
		uint32_t l = s->left_counts[c], r = s->node_counts[c] - l;
		double lw = l * s->class_weights[c], rw = r * s->class_weights[c];
		left_draws += l;
		right_draws += r;
		left += lw;
		right += rw;
		left_squares += lw * lw;
		right_squares += rw * rw;
	}
	if (left_draws < s->options->leaf_rows || right_draws < s->options->leaf_rows)
		return -1;
	return left_squares / left + right_squares / right;
}

static void step(void *context, uint32_t bin)
{
	struct many_walk *w = context;

	if (w->bins++) {
		double v = gain(w->s);
		if (v > w->best->gain)
			*w->best = (struct split){ v, w->feature, w->before, bin, { 0, 0 } };
	}
	take_bin(w->s, bin);
	w->before = bin;
}

static bool try_feature(struct splitter *s, uint32_t feature, struct split *best)
{
	const struct bins *b = &s->bins[feature];
	size_t classes = s->set->classes;
	struct many_walk w = { s, best, feature, 0, 0 };

	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t bin = b->codes[s->draws[i].row];
		s->counts[bin * classes + s->draws[i].class] += s->draws[i].times;
		mark_used(s, bin);
	}
	memset(s->left_counts, 0, classes * sizeof(*s->left_counts));
	take_used(s, b->count, step, &w);
	return w.bins > 1;
}

static bool node(struct splitter *s, bool total_known)
{
	unsigned present = 0;

	(void)total_known;
	memset(s->node_counts, 0, s->set->classes * sizeof(*s->node_counts));
	for (uint32_t i = 0; i < s->count; i++)
		s->node_counts[s->draws[i].class] += s->draws[i].times;
	for (size_t c = 0; c < s->set->classes; c++)
		present += s->node_counts[c] > 0;
	return present > 1;
}

static void leaf(struct splitter *s, double *ret)
{
	double total = 0;

	for (size_t c = 0; c < s->set->classes; c++)
		total += s->node_counts[c] * s->class_weights[c];
	for (size_t c = 0; c < s->set->classes; c++)
		ret[c] = s->node_counts[c] * s->class_weights[c] / total;
}

const struct split_kind split_many = { node, try_feature, leaf };
