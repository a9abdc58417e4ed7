/* Parts of writing ONNX. */
#ifndef DUTO_ONNX_WRITE_PARTS_H
#define DUTO_ONNX_WRITE_PARTS_H

#include "forest/forest.h"
#include "onnx_file.h"

/* Appends NodeProto, as a field of the graph. */
void onnx_write_ensemble(const struct forest *f, struct buffer *graph);

/* Classes that all are integers are written as such. */
bool onnx_classes_are_integers(const struct forest *f);

/* A leaf's number as float 32. Classifiers add up only, so a mean is divided here. */
float onnx_weight(const struct forest *f, double number);

#endif
