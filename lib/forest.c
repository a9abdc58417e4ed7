#include "forest.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { LANES = 8 }; /* trees walked side by side, so that their cache misses overlap */

/* A node for scoring: children side by side, so that the comparison is the step. A leaf leads to
 * itself. */
struct walk_node {
	double bound; /* goes to next where the raw value is <= bound, else to next + 1 */
	uint32_t next;
	uint16_t feature;
	bool missing_left;
};

struct forest_walk {
	struct walk_node *nodes;
	uint32_t *fractions; /* of a leaf, where its fractions start */
	uint32_t *roots;
	double *leaves; /* of all trees */
	uint32_t count;
};

static void free_walk(struct forest_walk *w)
{
	if (!w)
		return;
	free(w->nodes);
	free(w->fractions);
	free(w->roots);
	free(w->leaves);
	free(w);
}

void forest_close(struct forest *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->feature_count; i++)
		free(f->features[i]);
	for (size_t i = 0; i < f->class_count; i++)
		free(f->classes[i]);
	for (size_t i = 0; f->trees && i < f->tree_count; i++) {
		free(f->trees[i].nodes);
		free(f->trees[i].leaves);
	}
	free(f->features);
	free(f->classes);
	free(f->trees);
	scaler_free(&f->scaler);
	free_walk(f->walk);
	free(f);
}

static int find(char *const *names, size_t n, struct str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str(names[i])))
			return (int)i;
	return -1;
}

int forest_class(const struct forest *f, struct str label)
{
	return find(f->classes, f->class_count, label);
}

int forest_feature(const struct forest *f, struct str name)
{
	return find(f->features, f->feature_count, name);
}

/* Folding. */

/* The float 64 values in their order as integers, and back. */
static double ordered(int64_t key)
{
	uint64_t bits = key < 0 ? (uint64_t)INT64_MIN - (uint64_t)key : (uint64_t)key;
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static int64_t order_of(double v)
{
	int64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits < 0 ? INT64_MIN - bits : bits;
}

static bool goes_left(
	const struct scaler *s, const struct scaler_field *f, double raw, double threshold)
{
	return (float)(s ? scaler_apply(s, f, raw) : raw) <= threshold;
}

/* The greatest raw value that goes left: low always does, high never. */
static double fold(const struct scaler *s, const struct scaler_field *f, double threshold)
{
	int64_t low = order_of(-INFINITY), high = order_of(INFINITY);

	while (low + 1 < high) {
		int64_t middle = low / 2 + high / 2 + (low % 2 + high % 2) / 2;
		if (goes_left(s, f, ordered(middle), threshold))
			low = middle;
		else
			high = middle;
	}
	return ordered(low);
}

/* Which field of the scaler is which feature; NULL where there is no scaler. */
static int match(const struct forest *f, const struct scaler *s, const char *const *names,
	const struct scaler_field ***ret, const char **ret_missing)
{
	const struct scaler_field **fields = calloc(f->feature_count, sizeof(*fields));

	if (!fields)
		abort();
	for (size_t i = 0; s && i < f->feature_count; i++) {
		const char *name = names ? names[i] : f->features[i];
		int at = scaler_find(s, str(name));
		if (at < 0) {
			*ret_missing = name;
			free(fields);
			return -ENOENT;
		}
		fields[i] = &s->fields[at];
	}
	*ret = fields;
	return 0;
}

/* Layout. */

struct layout {
	struct forest_walk *walk;
	const struct scaler *scaler;
	const struct scaler_field **fields;
	uint32_t *places; /* where a tree's nodes went */
	uint32_t leaf;
};

static void lay_node(
	struct layout *l, const struct forest *f, const struct forest_tree *t, uint32_t i)
{
	const struct forest_node *n = &t->nodes[i];
	struct forest_walk *w = l->walk;
	uint32_t at = l->places[i];

	if (n->feature == FOREST_LEAF) {
		w->nodes[at] =
			(struct walk_node){ .bound = INFINITY, .next = at, .missing_left = true };
		w->fractions[at] = l->leaf + n->left * (uint32_t)f->class_count;
		return;
	}
	w->nodes[at] = (struct walk_node){
		.bound = fold(l->scaler, l->fields[n->feature], n->threshold),
		.next = w->count,
		.feature = n->feature,
		.missing_left = n->missing_left,
	};
	l->places[n->left] = w->count++;
	l->places[n->right] = w->count++;
}

/* Children stand behind their parent, so one pass has placed each node before it comes to it. */
static void lay_tree(struct layout *l, const struct forest *f, const struct forest_tree *t)
{
	size_t fractions = t->leaf_count * f->class_count;

	l->places[0] = l->walk->count++;
	for (uint32_t i = 0; i < t->count; i++)
		lay_node(l, f, t, i);
	memcpy(l->walk->leaves + l->leaf, t->leaves, fractions * sizeof(double));
	l->leaf += (uint32_t)fractions;
}

static struct forest_walk *make_walk(const struct forest *f, size_t *ret_longest)
{
	struct forest_walk *w = calloc(1, sizeof(*w));
	size_t nodes = 0, leaves = 0, longest = 0;

	for (size_t i = 0; i < f->tree_count; i++) {
		nodes += f->trees[i].count;
		leaves += f->trees[i].leaf_count;
		longest = f->trees[i].count > longest ? f->trees[i].count : longest;
	}
	if (!w)
		abort();
	w->nodes = malloc(nodes * sizeof(*w->nodes));
	w->fractions = calloc(nodes, sizeof(*w->fractions));
	w->roots = malloc(f->tree_count * sizeof(*w->roots));
	w->leaves = malloc(leaves * f->class_count * sizeof(*w->leaves));
	if (!w->nodes || !w->fractions || !w->roots || !w->leaves)
		abort();
	*ret_longest = longest;
	return w;
}

int forest_prepare(struct forest *f, const struct scaler *s, const char *const *names,
	const char **ret_missing)
{
	struct layout l = { .scaler = f->scaler.count ? &f->scaler : s };
	size_t longest;
	int r;

	if (s && f->scaler.count)
		return -EEXIST;
	r = match(f, l.scaler, names, &l.fields, ret_missing);
	if (r < 0)
		return r;
	l.walk = make_walk(f, &longest);
	l.places = malloc(longest * sizeof(*l.places));
	if (!l.places)
		abort();
	for (size_t i = 0; i < f->tree_count; i++) {
		l.walk->roots[i] = l.walk->count;
		lay_tree(&l, f, &f->trees[i]);
	}
	free(l.places);
	free(l.fields);
	free_walk(f->walk);
	f->walk = l.walk;
	return 0;
}

/* Scoring. */

static inline uint32_t step(const struct walk_node *nodes, uint32_t k, const double *row)
{
	return nodes[k].next + !(row[nodes[k].feature] <= nodes[k].bound);
}

static void walk_lanes(const struct walk_node *nodes, uint32_t k[LANES], const double *row)
{
	uint32_t moved;

	do {
		moved = 0;
		for (int i = 0; i < LANES; i++) {
			uint32_t to = step(nodes, k[i], row);
			moved |= to ^ k[i];
			k[i] = to;
		}
	} while (moved);
}

static uint32_t walk_one(const struct walk_node *nodes, uint32_t k, const double *row)
{
	for (uint32_t to; (to = step(nodes, k, row)) != k;)
		k = to;
	return k;
}

static uint32_t walk_missing(const struct walk_node *nodes, uint32_t k, const double *row)
{
	for (;;) {
		const struct walk_node *n = &nodes[k];
		double v = row[n->feature];
		uint32_t to = n->next + !(isnan(v) ? n->missing_left : v <= n->bound);
		if (to == k)
			return k;
		k = to;
	}
}

static inline void add(const struct forest_walk *w, uint32_t leaf, size_t classes, double *sums)
{
	const double *fractions = w->leaves + w->fractions[leaf];

	for (size_t c = 0; c < classes; c++)
		sums[c] += fractions[c];
}

static bool any_missing(const double *row, size_t n)
{
	bool missing = false;

	for (size_t i = 0; i < n; i++)
		missing |= isnan(row[i]);
	return missing;
}

void forest_predict(const struct forest *f, const double *row, double *ret)
{
	const struct forest_walk *w = f->walk;
	bool missing = any_missing(row, f->feature_count);
	size_t t = 0;

	memset(ret, 0, f->class_count * sizeof(*ret));
	for (; !missing && t + LANES <= f->tree_count; t += LANES) {
		uint32_t k[LANES];
		memcpy(k, w->roots + t, sizeof(k));
		walk_lanes(w->nodes, k, row);
		for (int i = 0; i < LANES; i++)
			add(w, k[i], f->class_count, ret);
	}
	for (; t < f->tree_count; t++) {
		uint32_t root = w->roots[t];
		add(w, missing ? walk_missing(w->nodes, root, row) : walk_one(w->nodes, root, row),
			f->class_count, ret);
	}
	for (size_t c = 0; c < f->class_count; c++)
		ret[c] /= (double)f->tree_count;
}

bool forest_range(const struct forest *f, size_t feature, double *ret_low, double *ret_high)
{
	double low = INFINITY, high = -INFINITY;

	for (uint32_t k = 0; k < f->walk->count; k++) {
		const struct walk_node *n = &f->walk->nodes[k];
		if (n->next == k || n->feature != feature)
			continue;
		low = fmin(low, n->bound);
		high = fmax(high, n->bound);
	}
	if (low > high)
		return false;
	*ret_low = low;
	*ret_high = high;
	return true;
}
