/* One tree of a LightGBM text model. */
#ifndef DUTO_LIGHTGBM_TREE_H
#define DUTO_LIGHTGBM_TREE_H

#include "buffer.h"
#include "lightgbm_lines.h"

enum lightgbm_list {
	SPLIT_FEATURE,
	THRESHOLD,
	DECISION_TYPE,
	LEFT_CHILD,
	RIGHT_CHILD,
	LEAF_VALUE,
	INTERNAL_COUNT,
	LEAF_COUNT,
	LIGHTGBM_LISTS,
};

/* A tree's lines as they stood in the file. Zeroed at first; the buffers serve one tree after the
 * other. */
struct lightgbm_tree {
	struct buffer lists[LIGHTGBM_LISTS]; /* double */
	size_t lines[LIGHTGBM_LISTS], line;  /* where they stood */
	uint32_t leaves;
};

/* Takes the line at hand into the tree. 0 or -EINVAL with an error; so do all here. */
int lightgbm_tree_line(struct lightgbm *r, struct lightgbm_tree *t);

/* Makes it the forest's next tree. */
int lightgbm_tree_finish(struct lightgbm *r, const struct lightgbm_tree *t);

void lightgbm_tree_begin(const struct lightgbm *r, struct lightgbm_tree *t);
void lightgbm_tree_free(struct lightgbm_tree *t);

#endif
