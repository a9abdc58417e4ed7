/* An ONNX file taken apart: its graph's nodes with their attributes, nothing of what they mean
 * (github.com/onnx/onnx, onnx.proto). All texts are borrowed from the file's bytes. */
#ifndef DUTO_ONNX_FILE_H
#define DUTO_ONNX_FILE_H

#include "protobuf.h"
#include "text.h"

/* Numbers in TensorProto.DataType. */
enum {
	ONNX_FLOAT = 1,
	ONNX_UINT8 = 2,
	ONNX_INT32 = 6,
	ONNX_INT64 = 7,
	ONNX_STRING = 8,
	ONNX_DOUBLE = 11
};

struct onnx_attribute {
	struct str name;
	struct buffer integers; /* int64_t */
	struct buffer numbers;	/* double */
	struct buffer texts;	/* struct str */
};

struct onnx_node {
	struct str kind, name;	       /* kind: the operator, "Scaler" */
	struct buffer inputs, outputs; /* struct str: names of values */
	struct buffer attributes;      /* struct onnx_attribute */
	size_t offset;		       /* in the file */
	bool used;		       /* for whoever follows the graph */
};

struct onnx_input {
	struct str name;
	int64_t type, columns; /* 0: not given */
};

struct onnx_file {
	const char *path, *start;
	char **error;
	struct buffer nodes;  /* struct onnx_node */
	struct buffer inputs; /* struct onnx_input */
	struct str target;    /* of metadata "target", or empty */
	struct str features;  /* of metadata "feature_names": one a line; or empty */
};

#define ONNX_COUNT(list, type)	 ((list).len / sizeof(type))
#define ONNX_ITEM(list, type, i) (&((type *)(list).data)[i])

/* 0, or -EINVAL with a malloc'ed "m.onnx: byte 17: expected ..." in *o->error. path and error are
 * set; whatever the result, onnx_file_free gives back what was taken. */
int onnx_file_read(struct onnx_file *o, struct str bytes);
void onnx_file_free(struct onnx_file *o);

/* NULL where the node has none of that name. */
const struct onnx_attribute *onnx_find(const struct onnx_node *n, const char *name);

/* Puts "m.onnx: byte 17: ..." into *o->error and gives -EINVAL. */
#define onnx_fail(o, offset, format, ...)                                                          \
	text_refuse((o)->error, "%s: byte %zu: " format, (o)->path, (size_t)(offset), ##__VA_ARGS__)

#endif
