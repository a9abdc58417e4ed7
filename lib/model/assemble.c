#include "assemble.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct assembly assemble_begin(void)
{
	struct assembly a = { .forest = calloc(1, sizeof(*a.forest)) };

	if (!a.forest)
		abort();
	return a;
}

static int add_name(char ***names, size_t *count, size_t max, struct str name)
{
	if (!name.len || memchr(name.data, '\0', name.len) || memchr(name.data, '\n', name.len))
		return -EINVAL;
	for (size_t i = 0; i < *count; i++)
		if (str_eq(name, str((*names)[i])))
			return -EEXIST;
	if (*count == max)
		return -E2BIG;
	*names = realloc(*names, (*count + 1) * sizeof(**names));
	if (!*names)
		abort();
	(*names)[*count] = strndup(name.data, name.len);
	if (!(*names)[(*count)++])
		abort();
	return 0;
}

int assemble_feature(struct assembly *a, struct str name)
{
	struct forest *f = a->forest;

	return add_name(&f->features, &f->feature_count, FOREST_FEATURES_MAX, name);
}

int assemble_output(struct assembly *a, struct str name)
{
	struct forest *f = a->forest;

	return add_name(&f->outputs, &f->output_count, FOREST_OUTPUTS_MAX, name);
}

int assemble_features(struct assembly *a, const char *prefix, size_t count)
{
	char name[64];
	int e = 0;

	for (size_t i = 0; i < count && e == 0; i++) {
		snprintf(name, sizeof(name), "%s%zu", prefix, i);
		e = assemble_feature(a, str(name));
	}
	return e;
}

int assemble_outputs(struct assembly *a, size_t count)
{
	char name[24];
	int e = 0;

	for (size_t i = 0; i < count && e == 0; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		e = assemble_output(a, str(name));
	}
	return e;
}

const char *assemble_name_error(int e)
{
	return e == -EEXIST  ? "each name once"
	       : e == -E2BIG ? "at most 4096 features and 256 classes"
			     : "a name: not empty, in one line";
}

double assemble_below(double bound)
{
	return nextafter(bound, -INFINITY);
}

double *assemble_leaves(const struct assembly *a, size_t count)
{
	size_t width = a->forest->leaf_width;
	double *leaves;

	if (count > ASSEMBLE_NUMBERS_MAX / width)
		return NULL;
	leaves = calloc(count * width, sizeof(*leaves));
	if (!leaves)
		abort();
	return leaves;
}

/* Trees. Going through them breadth first puts children behind their parents. */

struct arrangement {
	const struct assemble_tree *from;
	struct forest_tree *to;
	uint32_t *origin; /* of each new node, the old one */
	uint32_t room, max;
};

static const char *wrong(const struct assemble_tree *t, const struct forest *f, uint32_t i)
{
	const struct forest_node *n = &t->nodes[i];

	if (n->feature == FOREST_LEAF)
		return n->left < t->leaf_count ? NULL : "expected the number of a leaf";
	if (n->left >= t->count || n->right >= t->count)
		return "expected children that are nodes of this tree";
	if (n->feature >= f->feature_count)
		return "expected one of the model's features";
	return isfinite(n->threshold) ? NULL : "expected a finite threshold";
}

static uint32_t place(struct arrangement *r, uint32_t origin)
{
	if (r->to->count == r->room) {
		r->room = r->room ? 2 * r->room : 16;
		r->to->nodes = realloc(r->to->nodes, r->room * sizeof(*r->to->nodes));
		r->origin = realloc(r->origin, r->room * sizeof(*r->origin));
		if (!r->to->nodes || !r->origin)
			abort();
	}
	r->origin[r->to->count] = origin;
	return r->to->count++;
}

static const char *arrange(struct arrangement *r, const struct forest *f, uint32_t *ret_node)
{
	struct forest_tree *to = r->to;

	place(r, r->from->root);
	for (uint32_t i = 0; i < to->count; i++) {
		*ret_node = r->origin[i];
		const char *error = wrong(r->from, f, *ret_node);
		if (error)
			return error;
		struct forest_node n = r->from->nodes[*ret_node];
		if (n.feature == FOREST_LEAF) {
			n.right = n.left;
			n.left = to->leaf_count++;
		} else if (to->count + 2 > r->max) {
			return "expected a tree: nodes lead back, or are shared too often";
		} else {
			n.left = place(r, n.left);
			n.right = place(r, n.right);
		}
		to->nodes[i] = n;
	}
	return NULL;
}

/* The leaves in the order of their nodes, which still know where theirs stood. */
static const char *take_leaves(struct assembly *a, const struct arrangement *r)
{
	struct forest_tree *to = r->to;
	size_t width = a->forest->leaf_width;

	a->numbers += to->leaf_count * width + to->count * sizeof(*to->nodes) / sizeof(double);
	if (a->numbers > ASSEMBLE_NUMBERS_MAX)
		return "expected fewer nodes and leaves in all";
	to->leaves = malloc(to->leaf_count * width * sizeof(double));
	if (!to->leaves)
		abort();
	for (uint32_t i = 0; i < to->count; i++) {
		struct forest_node *n = &to->nodes[i];
		if (n->feature != FOREST_LEAF)
			continue;
		memcpy(to->leaves + n->left * width, r->from->leaves + n->right * width,
			width * sizeof(double));
		n->right = 0;
	}
	for (size_t k = 0; k < to->leaf_count * width; k++)
		if (!isfinite(to->leaves[k]))
			return "expected finite numbers in the leaves";
	return NULL;
}

static struct forest_tree *add_tree(struct assembly *a)
{
	struct forest *f = a->forest;

	if (f->tree_count == a->trees_room) {
		a->trees_room = a->trees_room ? 2 * a->trees_room : 64;
		f->trees = realloc(f->trees, a->trees_room * sizeof(*f->trees));
		if (!f->trees)
			abort();
	}
	f->trees[f->tree_count] = (struct forest_tree){ 0 };
	return &f->trees[f->tree_count++];
}

int assemble_tree(struct assembly *a, const struct assemble_tree *t, uint32_t *ret_node,
	const char **ret_error)
{
	struct arrangement r = { .from = t };
	uint64_t max = (uint64_t)t->count * t->copies;

	*ret_node = t->root;
	*ret_error = "expected a root and fewer trees";
	if (t->root >= t->count || a->forest->tree_count == ASSEMBLE_TREES_MAX)
		return -EINVAL;
	r.to = add_tree(a);
	r.max = max < ASSEMBLE_NUMBERS_MAX ? (uint32_t)max : ASSEMBLE_NUMBERS_MAX;
	*ret_error = arrange(&r, a->forest, ret_node);
	if (!*ret_error)
		*ret_error = take_leaves(a, &r);
	free(r.origin);
	return *ret_error ? -EINVAL : 0;
}
