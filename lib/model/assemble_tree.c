#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "assemble.h"

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
	return allocate(count * width, sizeof(*leaves));
}

struct forest_node assemble_leaf(uint32_t number)
{
	return (struct forest_node){ .feature = FOREST_LEAF, .left = number };
}

double assemble_share(double all, double left)
{
	return all > 0 && left >= 0 && left <= all ? left / all : 0.5;
}

/* Going through a tree breadth first puts children behind their parents. */

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
		r->to->nodes = reallocate(r->to->nodes, r->room, sizeof(*r->to->nodes));
		r->origin = reallocate(r->origin, r->room, sizeof(*r->origin));
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
	to->leaves = or_abort(malloc(to->leaf_count * width * sizeof(double)));
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
		f->trees = reallocate(f->trees, a->trees_room, sizeof(*f->trees));
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
