/* The way of the values through an ONNX graph: from its inputs to the tree ensemble. */
#ifndef DUTO_ONNX_PATH_H
#define DUTO_ONNX_PATH_H

#include "assemble.h"
#include "onnx_file.h"

enum { ONNX_SCALERS_MAX = 4 };

struct onnx_path {
	const struct onnx_node *ensemble;
	const struct onnx_node *scalers[ONNX_SCALERS_MAX]; /* the last one first */
	size_t scaler_count;
	bool float64; /* the ensemble sees float 64 values */
};

/* Finds the graph's one ensemble and follows its input back; adds the features' names to a, where
 * the graph or its metadata have them, or else where their number is known, x0, x1, ... Nodes that
 * would change what comes in or out and are not known are refused by name: 0 or -EINVAL, as
 * onnx_file_read. */
int onnx_path_find(struct onnx_file *o, struct assembly *a, struct onnx_path *ret);

#endif
