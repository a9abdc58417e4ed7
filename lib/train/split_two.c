/* Splits by two classes.
 *
 * Where one class is rare, most splits take a little off a large node. So a large node's histograms
 * of all features are kept: once it is parted, the draws of the smaller part are moved from them to
 * histograms of their own, and what is left is the greater part's. */
#include <stdlib.h>

#include "allocate.h"
#include "train/split_parts.h"

enum {
	KEPT_DRAWS_MIN = 512, /* smaller nodes are not worth it */
	KEPT_FEATURES_MAX = 64,
};

static inline uint64_t pair_of(const struct draw *d)
{
	return (uint64_t)d->times << 32 * d->class | d->times;
}

static inline struct split_side side_of(uint64_t pair)
{
	return (struct split_side){ (double)(pair >> 32), (uint32_t)pair };
}

void split_two_open(struct splitter *s)
{
	s->pairs = allocate(TRAIN_BINS, sizeof(*s->pairs));
	s->kept_at = allocate(s->set->features, sizeof(*s->kept_at));
	for (size_t i = 0; i < s->set->features && s->set->features <= KEPT_FEATURES_MAX; i++) {
		s->kept_at[i] = s->kept_bins;
		s->kept_bins += s->bins[i].count;
	}
}

void split_two_close(struct splitter *s)
{
	for (uint32_t i = 0; i < KEPT_MAX; i++)
		free(s->kept[i].pairs);
	free(s->pairs);
	free(s->kept_at);
}

/* Counts draws in the histograms to. */
static void count_draws(
	const struct splitter *s, const struct draw *draws, uint32_t count, uint64_t *to)
{
	for (size_t f = 0; f < s->set->features; f++) {
		const uint16_t *codes = s->bins[f].codes;
		uint64_t *more = to + s->kept_at[f];
		for (uint32_t i = 0; i < count; i++)
			more[codes[draws[i].row]] += pair_of(&draws[i]);
	}
}

static void discount_draws(
	const struct splitter *s, const struct draw *draws, uint32_t count, uint64_t *from)
{
	for (size_t f = 0; f < s->set->features; f++) {
		const uint16_t *codes = s->bins[f].codes;
		uint64_t *less = from + s->kept_at[f];
		for (uint32_t i = 0; i < count; i++)
			less[codes[draws[i].row]] -= pair_of(&draws[i]);
	}
}

static bool worth_keeping(const struct splitter *s, uint32_t count)
{
	return s->kept_bins && s->kept_count < KEPT_MAX && count >= KEPT_DRAWS_MIN;
}

/* Begins empty histograms for draws start... */
static uint64_t *keep(struct splitter *s, uint32_t start, uint32_t count)
{
	struct kept *k = &s->kept[s->kept_count++];

	if (!k->pairs)
		k->pairs = allocate(s->kept_bins, sizeof(*k->pairs));
	k->start = start;
	k->count = count;
	return k->pairs;
}

static struct kept *kept_of_node(struct splitter *s)
{
	struct kept *k = s->kept + s->kept_count - 1;

	return s->kept_count && k->start == s->start && k->count == s->count ? k : NULL;
}

/* The node on the left is reached first, so it is to be the last. */
static void put_left_last(struct splitter *s)
{
	struct kept *last = s->kept + s->kept_count - 1, swap = *last;

	if (s->kept_count < 2 || last[-1].start < s->start || last[-1].start > last->start)
		return;
	*last = last[-1];
	last[-1] = swap;
}

static void drop_last(struct splitter *s)
{
	struct kept *k = &s->kept[--s->kept_count];

	memset(k->pairs, 0, s->kept_bins * sizeof(*k->pairs));
}

static bool is_pure(struct split_side side)
{
	return side.sum == 0 || side.sum == side.draws;
}

void split_two_hand_on(struct splitter *s, uint32_t middle, const struct split *split)
{
	struct kept *k = kept_of_node(s);
	uint32_t left = middle - s->start, right = s->count - left;
	bool right_greater = left < right;
	uint32_t less = right_greater ? left : right, start = right_greater ? s->start : middle;
	struct split_side other = splitter_right(s, split);

	if (!k)
		return;
	if (s->count - less < KEPT_DRAWS_MIN || is_pure(right_greater ? other : split->left)) {
		drop_last(s);
		return;
	}
	bool keeps = worth_keeping(s, less) && !is_pure(right_greater ? split->left : other);
	discount_draws(s, s->draws + (start - s->start), less, k->pairs);
	if (keeps)
		count_draws(s, s->draws + (start - s->start), less, keep(s, start, less));
	k->start = right_greater ? middle : s->start;
	k->count = s->count - less;
	put_left_last(s);
}

enum classes { FIRST, SECOND, BOTH };

struct two_walk {
	struct walk walk;
	struct splitter *s;
	uint64_t left;
	enum classes last; /* of the bin before */
	bool skips;
};

static inline enum classes classes_of(uint64_t pair)
{
	return pair >> 32 == 0 ? FIRST : pair >> 32 == (uint32_t)pair ? SECOND : BOTH;
}

/* The best cut is never between two bins of one class alone (Fayyad and Irani 1992), unless it is
 * forced away from its place by the least size of a leaf. */
static inline void take_bin(struct two_walk *w, uint32_t bin, uint64_t pair)
{
	enum classes classes = classes_of(pair);

	if (w->walk.bins++ && !(w->skips && classes != BOTH && classes == w->last))
		split_walk_cut(&w->walk, bin, side_of(w->left));
	w->left += pair;
	w->last = classes;
	w->walk.before = bin;
}

static void walk_sorted(struct two_walk *w, const uint16_t *codes)
{
	const struct splitter *s = w->s;
	uint64_t keys[SORTED_MAX];

	split_sort(s, codes, keys);
	for (uint32_t i = 0; i < s->count;) {
		uint32_t bin = (uint32_t)(keys[i] >> 32);
		uint64_t pair = 0;
		for (; i < s->count && keys[i] >> 32 == bin; i++)
			pair += pair_of(&s->draws[(uint32_t)keys[i]]);
		take_bin(w, bin, pair);
	}
}

static void step(void *context, uint32_t bin)
{
	struct two_walk *w = context;
	uint64_t pair = w->s->pairs[bin];

	w->s->pairs[bin] = 0;
	take_bin(w, bin, pair);
}

static void walk_histogram(struct two_walk *w, const struct bins *b)
{
	struct splitter *s = w->s;

	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t bin = b->codes[s->draws[i].row];
		s->pairs[bin] += pair_of(&s->draws[i]);
		mark_used(s, bin);
	}
	take_used(s, b->count, step, w);
}

static void walk_kept(struct two_walk *w, const uint64_t *pairs, uint32_t bins)
{
	for (uint32_t bin = 0; bin < bins; bin++)
		if (pairs[bin])
			take_bin(w, bin, pairs[bin]);
}

static bool try_feature(struct splitter *s, uint32_t feature, struct split *best)
{
	const struct bins *b = &s->bins[feature];
	struct two_walk w = {
		.walk = {
			.s = s,
			.best = best,
			.weight = s->class_weights[0],
			.more = s->class_weights[1] - s->class_weights[0],
			.feature = feature,
		},
		.s = s,
		.skips = s->options->leaf_rows <= 1,
	};

	if (s->count <= SORTED_MAX)
		walk_sorted(&w, b->codes);
	else if (kept_of_node(s))
		walk_kept(&w, kept_of_node(s)->pairs + s->kept_at[feature], b->count);
	else
		walk_histogram(&w, b);
	return w.walk.bins > 1;
}

static bool node(struct splitter *s, bool total_known)
{
	uint64_t pair = 0;

	for (uint32_t i = 0; i < s->count && !total_known; i++)
		pair += pair_of(&s->draws[i]);
	if (!total_known)
		s->total = side_of(pair);
	if (s->total.sum == 0 || s->total.sum == s->total.draws)
		return false;
	if (!kept_of_node(s) && worth_keeping(s, s->count))
		count_draws(s, s->draws, s->count, keep(s, s->start, s->count));
	return true;
}

static void leaf(struct splitter *s, double *ret)
{
	double first = s->class_weights[0] * (s->total.draws - s->total.sum);
	double second = s->class_weights[1] * s->total.sum;

	if (kept_of_node(s))
		drop_last(s);
	ret[0] = first / (first + second);
	ret[1] = second / (first + second);
}

const struct split_kind split_two = { node, try_feature, leaf };
