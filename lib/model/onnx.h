/* ONNX models of trees: ai.onnx.ml's TreeEnsembleClassifier, TreeEnsembleRegressor and TreeEnsemble
 * (onnx.ai/onnx/operators), with what skl2onnx and others put around them. */
#ifndef DUTO_ONNX_H
#define DUTO_ONNX_H

#include "assemble.h"
#include "buffer.h"

/* Fills what assemble_begin began. 0; or -EINVAL with a malloc'ed "m.onnx: byte 17: expected ..."
 * in ret_error. Rows of float 32 go to the same leaves as in the graph: comparisons other than <=
 * become it, and a Scaler is folded into the thresholds as its float 32 arithmetic has it. Scores
 * are summed in float 64. */
int onnx_read(const char *path, struct str bytes, struct assembly *a, char **ret_error);

/* Appends a forest that is ready to score, as a model of ai.onnx.ml 1. Rows of float 32 go to the
 * same leaves: thresholds are rounded down to float 32, and a scaler is folded into them, since
 * ONNX's own computes in float 32 and would send rows at an edge the other way. Leaves and base
 * are rounded to the nearest float 32. Missing values go the same way where f->missing is set. */
void onnx_write(const struct forest *f, struct buffer *ret);

/* What of a forest the ONNX file does not hold: malloc'ed, one thing a line; NULL where nothing is
 * lost. */
char *onnx_loss(const struct forest *f);

#endif
