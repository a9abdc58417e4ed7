/* Splits by a measured target. */
#include "train/split_parts.h"

static struct split_side side_of(const struct splitter *s, const struct draw *d)
{
	return (struct split_side){ d->times * (s->set->measure[d->row] - s->center), d->times };
}

struct measure_walk {
	struct walk walk;
	struct splitter *s;
	struct split_side left;
};

static void side_add(struct split_side *to, struct split_side c)
{
	to->sum += c.sum;
	to->draws += c.draws;
}

static void take_bin(struct measure_walk *w, uint32_t bin, struct split_side c)
{
	if (w->walk.bins++)
		split_walk_cut(&w->walk, bin, w->left);
	side_add(&w->left, c);
	w->walk.before = bin;
}

static void walk_sorted(struct measure_walk *w, const uint16_t *codes)
{
	const struct splitter *s = w->s;
	uint64_t keys[SORTED_MAX];

	split_sort(s, codes, keys);
	for (uint32_t i = 0; i < s->count;) {
		uint32_t bin = (uint32_t)(keys[i] >> 32);
		struct split_side c = { 0 };
		for (; i < s->count && keys[i] >> 32 == bin; i++)
			side_add(&c, side_of(s, &s->draws[(uint32_t)keys[i]]));
		take_bin(w, bin, c);
	}
}

static void step(void *context, uint32_t bin)
{
	struct measure_walk *w = context;
	struct split_side c = w->s->sides[bin];

	w->s->sides[bin] = (struct split_side){ 0 };
	take_bin(w, bin, c);
}

static bool try_feature(struct splitter *s, uint32_t feature, struct split *best)
{
	const struct bins *b = &s->bins[feature];
	struct measure_walk w = { { .s = s, .best = best, .feature = feature, .weight = 1 }, s,
		{ 0, 0 } };

	if (s->count <= SORTED_MAX) {
		walk_sorted(&w, b->codes);
		return w.walk.bins > 1;
	}
	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t bin = b->codes[s->draws[i].row];
		side_add(&s->sides[bin], side_of(s, &s->draws[i]));
		mark_used(s, bin);
	}
	take_used(s, b->count, step, &w);
	return w.walk.bins > 1;
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
	s->total = (struct split_side){ 0 };
	for (uint32_t i = 0; i < s->count; i++)
		side_add(&s->total, side_of(s, &s->draws[i]));
}

/* Summed up anew at each node, about the node's own mean, so that the gains of targets that lie
 * close together are not lost in rounding. */
static bool node(struct splitter *s, bool total_known)
{
	(void)total_known;
	s->center = 0;
	sum_draws(s);
	s->center = s->total.sum / s->total.draws;
	sum_draws(s);
	return targets_differ(s);
}

static void leaf(struct splitter *s, double *ret)
{
	ret[0] = targets_differ(s) ? s->center : s->set->measure[s->draws[0].row];
}

const struct split_kind split_measure = { node, try_feature, leaf };
