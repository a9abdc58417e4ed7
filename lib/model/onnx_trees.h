/* The trees of an ONNX ensemble as one array of nodes, before they become a forest's. */
#ifndef DUTO_ONNX_TREES_H
#define DUTO_ONNX_TREES_H

#include "onnx_path.h"

enum onnx_mode { ONNX_LEQ, ONNX_LT, ONNX_GTE, ONNX_GT, ONNX_EQ, ONNX_NEQ, ONNX_LEAF };

/* Zeroed but for file, path and assembly. Leaves stand as assemble_leaves gives them. */
struct onnx_trees {
	const struct onnx_file *file;
	const struct onnx_path *path;
	struct assembly *assembly;
	struct buffer nodes; /* struct forest_node */
	struct buffer roots; /* uint32_t */
	double *leaves;
	uint32_t leaf_count;
};

/* What an ONNX node compares; yes and no are the places of its children. */
struct onnx_split {
	enum onnx_mode mode;
	uint32_t feature, yes, no;
	double value;
	bool missing_yes;
};

/* Puts a split at its place in nodes, which is there; EQ and NEQ take one more, at the end. The
 * path's scalers are folded in. 0 or -EINVAL with an error. */
int onnx_trees_split(struct onnx_trees *t, uint32_t at, const struct onnx_split *s);

/* Read the ensemble's attributes: nodes, roots and leaves. binary: votes of whatever class are the
 * last one's. onnx_indexed_read is TreeEnsemble's. 0 or -EINVAL with an error. */
int onnx_tuples_read(struct onnx_trees *t, bool binary);
int onnx_indexed_read(struct onnx_trees *t);

/* Gives the forest its trees, one a root. 0 or -EINVAL with an error. */
int onnx_trees_assemble(struct onnx_trees *t);
void onnx_trees_free(struct onnx_trees *t);

/* Fails with what is wrong about the ensemble. */
int onnx_trees_fail(const struct onnx_trees *t, const char *what);

/* An attribute's numbers. -EINVAL with an error where it is absent or has not count of them; any
 * number where count is SIZE_MAX. */
int onnx_integers(const struct onnx_file *o, const struct onnx_node *n, const char *name,
	size_t count, const int64_t **ret);
int onnx_numbers(const struct onnx_file *o, const struct onnx_node *n, const char *name,
	size_t count, const double **ret);

#endif
