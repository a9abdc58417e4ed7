/* What every importer does once its format is taken apart: names, and trees brought into the form
 * of lib/forest. Counts come from files that may be hostile: what grows is bounded here. */
#ifndef DUTO_ASSEMBLE_H
#define DUTO_ASSEMBLE_H

#include "forest/forest.h"
#include "str.h"

enum {
	ASSEMBLE_FILE_MAX = 1 << 28,	/* bytes of a file of another program's */
	ASSEMBLE_TREES_MAX = 1 << 20,	/* trees */
	ASSEMBLE_NUMBERS_MAX = 1 << 27, /* float 64 values in the leaves and nodes of all trees */
};

/* A forest being put together. Its outputs, aggregate and leaf_width come before its trees. */
struct assembly {
	struct forest *forest;
	char *note; /* malloc'ed: what a person should know of how it was read; or NULL */
	size_t trees_room, numbers;
};

/* A tree as another program has it: nodes in any order, two may lead to the same one. Of a leaf,
 * left is its place in leaves. */
struct assemble_tree {
	const struct forest_node *nodes;
	uint32_t count, root;
	const double *leaves; /* leaf_width numbers each */
	uint32_t leaf_count;
	uint32_t copies; /* at most so many times the nodes may result, where they are shared */
};

struct assembly assemble_begin(void);
void assemble_end(struct assembly *a);

/* Adds a name. -EINVAL where it is empty, no UTF-8 or holds control characters, -EEXIST where it
 * is there already, -E2BIG where there are max. */
int assemble_feature(struct assembly *a, struct str name);
int assemble_output(struct assembly *a, struct str name);

/* The output of a regression; an empty name stands for none, which is "value". */
int assemble_target(struct assembly *a, struct str name);

/* What stands for a feature or output that has no name: prefix and number, from 0. -E2BIG. */
int assemble_features(struct assembly *a, const char *prefix, size_t count);
int assemble_outputs(struct assembly *a, size_t count);

/* The outputs of boosted trees, and from them the width of the leaves: of a regression one without
 * a name, else classes 0, 1 and so on, one a group of trees; one group stands for two. */
void assemble_boosted(struct assembly *a, size_t groups);

/* What is wrong with a name, for an error. */
const char *assemble_name_error(int e);

/* Zeroed numbers for so many leaves, malloc'ed; NULL where they are more than a forest may have. */
double *assemble_leaves(const struct assembly *a, size_t count);

struct forest_node assemble_leaf(uint32_t number);

/* left_share from counts of rows; 0.5 where they make no sense. */
double assemble_share(double all, double left);

/* Adds a tree: what its root does not lead to is left out. 0; or -EINVAL with what is wrong in
 * *ret_error (a constant) at node *ret_node. */
int assemble_tree(struct assembly *a, const struct assemble_tree *t, uint32_t *ret_node,
	const char **ret_error);

/* x < bound as x <= what this gives: of float 64 values and so of float 32 values too. */
double assemble_below(double bound);

#endif
