/* Messages of an ONNX file, field by field. Whoever takes a field returns 0, or -EINVAL: with an
 * error of its own, or where the field is none of that kind, which is then told with its place. */
#ifndef DUTO_ONNX_FIELDS_H
#define DUTO_ONNX_FIELDS_H

#include <errno.h>

#include "onnx_file.h"

typedef int onnx_take(struct onnx_file *o, const struct protobuf_field *f, void *to);

/* Goes through the fields of a field that is a message. */
int onnx_nested(struct onnx_file *o, const struct protobuf_field *f, onnx_take *take, void *to);

/* Fails at a place in the file; NULL: its beginning. */
int onnx_fail_at(const struct onnx_file *o, const char *at, const char *expected);

/* Adds a text to a list of them. */
int onnx_take_text(const struct protobuf_field *f, struct buffer *list);

/* NodeProto's attribute: name and values. */
int onnx_take_attribute(
	struct onnx_file *o, const struct protobuf_field *f, struct onnx_attribute *a);

#endif
