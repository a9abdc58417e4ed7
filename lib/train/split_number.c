/* Splits by one output: two classes as 0 and 1, or a measured target. */
#include "train/split_parts.h"

enum { SORTED_MAX = 32 }; /* so few draws are sorted; more are counted in a histogram */

/* A walk over the bins of a node in ascending order. */
struct walk {
	const struct splitter *s;
	struct split *best;
	uint32_t feature, bins, before;
	struct cell left, last;
	bool skips; /* see same_class */
};

static struct cell cell_of(const struct splitter *s, const struct draw *d)
{
	double target = s->set->classes ? d->class : s->set->measure[d->row] - s->center;

	return (struct cell){ d->times * target, d->times };
}

static void add(struct cell *to, struct cell c)
{
	to->sum += c.sum;
	to->draws += c.draws;
}

static double side_gain(const struct splitter *s, struct cell side)
{
	return side.sum * side.sum / (s->weight * side.draws + s->more * side.sum);
}

static void try_cut(struct walk *w, uint32_t bin)
{
	const struct splitter *s = w->s;
	struct cell right = { s->total.sum - w->left.sum, s->total.draws - w->left.draws };
	double gain;

	if (w->left.draws < s->leaf_rows || right.draws < s->leaf_rows)
		return;
	gain = side_gain(s, w->left) + side_gain(s, right);
	if (gain > w->best->gain)
		*w->best = (struct split){ gain, w->feature, w->before, bin };
}

/* The best cut is never between two bins of one class alone (Fayyad and Irani 1992), unless it is
 * forced away from its place by the least size of a leaf. */
static bool same_class(struct cell a, struct cell b)
{
	return (a.sum == 0 && b.sum == 0) || (a.sum == a.draws && b.sum == b.draws);
}

static inline void step(struct walk *w, uint32_t bin, struct cell c)
{
	if (w->bins++ && !(w->skips && same_class(w->last, c)))
		try_cut(w, bin);
	add(&w->left, c);
	w->last = c;
	w->before = bin;
}

/* Keys: the bin, then the draw's place. */
static void sort_keys(uint64_t *keys, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		uint64_t key = keys[i];
		uint32_t j = i;
		for (; j && keys[j - 1] > key; j--)
			keys[j] = keys[j - 1];
		keys[j] = key;
	}
}

static void walk_sorted(struct walk *w, const uint16_t *codes)
{
	const struct splitter *s = w->s;
	uint64_t keys[SORTED_MAX];

	for (uint32_t i = 0; i < s->count; i++)
		keys[i] = (uint64_t)codes[s->draws[i].row] << 32 | i;
	sort_keys(keys, s->count);
	for (uint32_t i = 0; i < s->count;) {
		uint32_t bin = (uint32_t)(keys[i] >> 32);
		struct cell c = { 0 };
		for (; i < s->count && keys[i] >> 32 == bin; i++)
			add(&c, cell_of(s, &s->draws[(uint32_t)keys[i]]));
		step(w, bin, c);
	}
}

static inline void step_used(void *context, uint32_t bin)
{
	struct walk *w = context;
	struct cell c = w->s->cells[bin];

	w->s->cells[bin] = (struct cell){ 0 };
	step(w, bin, c);
}

static void fill(struct splitter *s, const uint16_t *codes)
{
	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t bin = codes[s->draws[i].row];
		add(&s->cells[bin], cell_of(s, &s->draws[i]));
		mark_used(s, bin);
	}
}

bool split_number_try(struct splitter *s, uint32_t feature, struct split *best)
{
	const struct bins *b = &s->bins[feature];
	struct walk w = { .s = s,
		.best = best,
		.feature = feature,
		.skips = s->set->classes && s->leaf_rows <= 1 };

	if (s->count <= SORTED_MAX) {
		walk_sorted(&w, b->codes);
	} else {
		fill(s, b->codes);
		take_used(s, b->count, step_used, &w);
	}
	return w.bins > 1;
}

static bool targets_differ(const struct splitter *s)
{
	double first = s->set->measure[s->draws[0].row];

	for (uint32_t i = 1; i < s->count; i++)
		if (s->set->measure[s->draws[i].row] != first)
			return true;
	return false;
}

static void sum_draws(struct splitter *s)
{
	s->total = (struct cell){ 0 };
	for (uint32_t i = 0; i < s->count; i++)
		add(&s->total, cell_of(s, &s->draws[i]));
}

bool split_number_node(struct splitter *s)
{
	s->center = 0;
	sum_draws(s);
	if (s->set->classes)
		return s->total.sum > 0 && s->total.sum < s->total.draws;
	s->center = s->total.sum / s->total.draws;
	sum_draws(s);
	return targets_differ(s);
}

void split_number_leaf(const struct splitter *s, double *ret)
{
	if (!s->set->classes) {
		ret[0] = targets_differ(s) ? s->center : s->set->measure[s->draws[0].row];
		return;
	}
	double weight = s->weight * s->total.draws + s->more * s->total.sum;
	ret[1] = (s->weight + s->more) * s->total.sum / weight;
	ret[0] = s->weight * (s->total.draws - s->total.sum) / weight;
}
