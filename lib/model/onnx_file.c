#include "onnx_file.h"

#include <errno.h>
#include <stdarg.h>

#include "text.h"

/* Beyond what a pipeline with a tree ensemble has; memory stays near the file's own size. */
enum { NODES_MAX = 1024, ATTRIBUTES_MAX = 64, INPUTS_MAX = 4096 };

int onnx_fail(const struct onnx_file *o, size_t offset, const char *format, ...)
{
	char *what;
	va_list args;

	va_start(args, format);
	what = text_vprint(format, args);
	va_end(args);
	*o->error = text_print("%s: byte %zu: %s", o->path, offset, what);
	free(what);
	return -EINVAL;
}

static int fail_at(const struct onnx_file *o, const char *at, const char *expected)
{
	return onnx_fail(o, at ? (size_t)(at - o->start) : 0, "expected %s", expected);
}

typedef int on_field(struct onnx_file *o, const struct protobuf_field *f, void *to);

static int each(struct onnx_file *o, struct str bytes, on_field *take, void *to)
{
	struct protobuf p = protobuf_read(bytes);
	struct protobuf_field f;
	int r = 0;

	while (r == 0 && (r = protobuf_next(&p, &f)) == 1)
		r = take(o, &f, to);
	if (r < 0 && !*o->error)
		return fail_at(o, p.at, "a field of Protocol Buffers within its message");
	return r;
}

/* A field that is a message or text; what it is otherwise is damage. */
static int nested(struct onnx_file *o, const struct protobuf_field *f, on_field *take, void *to)
{
	if (f->wire != PROTOBUF_BYTES)
		return -EINVAL;
	return each(o, f->bytes, take, to);
}

static int take_text(const struct protobuf_field *f, struct buffer *list)
{
	if (f->wire != PROTOBUF_BYTES)
		return -EINVAL;
	buffer_add(list, &f->bytes, sizeof(f->bytes));
	return 0;
}

static int take_integers(
	const struct onnx_file *o, const struct protobuf_field *f, struct onnx_attribute *a)
{
	const char *at = NULL;

	return protobuf_integers(f, &a->integers, &at) < 0 ? fail_at(o, at, "a varint") : 0;
}

static int take_numbers(const struct onnx_file *o, const struct protobuf_field *f, bool wide,
	struct onnx_attribute *a)
{
	const char *at = f->bytes.data;

	a->wide |= wide;
	return protobuf_numbers(f, wide, &a->numbers, &at) < 0
		       ? fail_at(o, at, wide ? "float 64 values" : "float 32 values")
		       : 0;
}

/* TensorProto. Its data may stand before its type, so it is read twice. */

struct tensor {
	struct onnx_attribute *to;
	uint64_t type;
};

static int tensor_type(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	struct tensor *t = to;

	if (f->number == 2 && f->wire == PROTOBUF_VARINT)
		t->type = f->value;
	if (f->number == 14 && f->value)
		return fail_at(o, NULL, "a tensor's data in the model, not in another file");
	return 0;
}

static int take_raw(struct onnx_file *o, const struct protobuf_field *f, const struct tensor *t)
{
	size_t size = t->type == ONNX_UINT8 ? 1 : t->type == ONNX_INT32 ? 4 : 8;

	if (f->wire != PROTOBUF_BYTES)
		return -EINVAL;
	if (t->type == ONNX_FLOAT || t->type == ONNX_DOUBLE)
		return take_numbers(o, f, t->type == ONNX_DOUBLE, t->to);
	if (f->bytes.len % size)
		return fail_at(o, f->bytes.data, "whole integers");
	for (size_t i = 0; i < f->bytes.len; i += size) {
		int64_t v = 0;
		memcpy(&v, f->bytes.data + i, size);
		v = size == 4 ? (int32_t)v : v;
		buffer_add(&t->to->integers, &v, sizeof(v));
	}
	return 0;
}

static int tensor_data(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	struct tensor *t = to;

	switch (f->number) {
	case 4:
		return take_numbers(o, f, false, t->to);
	case 5:
	case 7:
		return take_integers(o, f, t->to);
	case 6:
		return take_text(f, &t->to->texts);
	case 9:
		return take_raw(o, f, t);
	case 10:
		return take_numbers(o, f, true, t->to);
	}
	return 0;
}

static int take_tensor(
	struct onnx_file *o, const struct protobuf_field *f, struct onnx_attribute *a)
{
	struct tensor t = { .to = a };
	int r = nested(o, f, tensor_type, &t);

	if (r < 0)
		return r;
	if (t.type != ONNX_FLOAT && t.type != ONNX_UINT8 && t.type != ONNX_INT32 &&
		t.type != ONNX_INT64 && t.type != ONNX_STRING && t.type != ONNX_DOUBLE)
		return fail_at(o, f->bytes.data, "a tensor of float, double, uint8, int or text");
	return nested(o, f, tensor_data, &t);
}

/* The graph, from the inside out. */

static int attribute_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	struct onnx_attribute *a = to;

	switch (f->number) {
	case 1:
		a->name = f->bytes;
		return f->wire == PROTOBUF_BYTES ? 0 : -EINVAL;
	case 2:
	case 7:
		return take_numbers(o, f, false, a);
	case 3:
	case 8:
		return take_integers(o, f, a);
	case 4:
	case 9:
		return take_text(f, &a->texts);
	case 5:
		return take_tensor(o, f, a);
	}
	return 0;
}

static int take_attribute(struct onnx_file *o, const struct protobuf_field *f, struct onnx_node *n)
{
	struct onnx_attribute *a;

	if (ONNX_COUNT(n->attributes, *a) == ATTRIBUTES_MAX)
		return onnx_fail(o, n->offset, "more than %d attributes", ATTRIBUTES_MAX);
	a = (struct onnx_attribute *)buffer_reserve(&n->attributes, sizeof(*a));
	*a = (struct onnx_attribute){ 0 };
	n->attributes.len += sizeof(*a);
	return nested(o, f, attribute_field, a);
}

static int node_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	struct onnx_node *n = to;

	if (f->number <= 7 && f->wire != PROTOBUF_BYTES)
		return -EINVAL;
	switch (f->number) {
	case 1:
		return take_text(f, &n->inputs);
	case 2:
		return take_text(f, &n->outputs);
	case 3:
		n->name = f->bytes;
		return 0;
	case 4:
		n->kind = f->bytes;
		return 0;
	case 5:
		return take_attribute(o, f, n);
	}
	return 0;
}

static int take_node(struct onnx_file *o, const struct protobuf_field *f)
{
	struct onnx_node *n;

	if (ONNX_COUNT(o->nodes, *n) == NODES_MAX)
		return fail_at(o, f->bytes.data, "fewer nodes");
	n = (struct onnx_node *)buffer_reserve(&o->nodes, sizeof(*n));
	*n = (struct onnx_node){ .offset = f->bytes.data ? (size_t)(f->bytes.data - o->start) : 0 };
	o->nodes.len += sizeof(*n);
	return nested(o, f, node_field, n);
}

/* ValueInfoProto > TypeProto > Tensor > TensorShapeProto > Dimension: the last one's value is the
 * number of columns. */
static int dimension_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	(void)o;
	if (f->number == 1 && f->wire == PROTOBUF_VARINT)
		((struct onnx_input *)to)->columns = (int64_t)f->value;
	return 0;
}

static int shape_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	((struct onnx_input *)to)->columns = 0;
	return f->number == 1 ? nested(o, f, dimension_field, to) : 0;
}

static int tensor_type_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	if (f->number == 1)
		((struct onnx_input *)to)->type = (int64_t)f->value;
	return f->number == 2 ? nested(o, f, shape_field, to) : 0;
}

static int type_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	return f->number == 1 ? nested(o, f, tensor_type_field, to) : 0;
}

static int input_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	if (f->number == 1 && f->wire == PROTOBUF_BYTES)
		((struct onnx_input *)to)->name = f->bytes;
	return f->number == 2 ? nested(o, f, type_field, to) : 0;
}

static int take_input(struct onnx_file *o, const struct protobuf_field *f)
{
	struct onnx_input input = { 0 };
	int r = nested(o, f, input_field, &input);

	if (ONNX_COUNT(o->inputs, input) == INPUTS_MAX)
		return fail_at(o, f->bytes.data, "fewer inputs");
	buffer_add(&o->inputs, &input, sizeof(input));
	return r;
}

static int graph_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	(void)to;
	if (f->number == 1)
		return take_node(o, f);
	return f->number == 11 ? take_input(o, f) : 0;
}

struct entry {
	struct str key, value;
};

static int entry_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	struct entry *e = to;

	(void)o;
	if (f->number == 1)
		e->key = f->bytes;
	if (f->number == 2)
		e->value = f->bytes;
	return 0;
}

static int take_metadata(struct onnx_file *o, const struct protobuf_field *f)
{
	struct entry e = { 0 };
	int r = nested(o, f, entry_field, &e);

	if (str_eq(e.key, STR("feature_names")))
		o->features = e.value;
	return r;
}

static int model_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	if (f->number == 7)
		return nested(o, f, graph_field, to);
	return f->number == 14 ? take_metadata(o, f) : 0;
}

int onnx_file_read(struct onnx_file *o, struct str bytes)
{
	o->start = bytes.data;
	*o->error = NULL;
	return each(o, bytes, model_field, NULL);
}

static void free_node(struct onnx_node *n)
{
	for (size_t i = 0; i < ONNX_COUNT(n->attributes, struct onnx_attribute); i++) {
		struct onnx_attribute *a = ONNX_ITEM(n->attributes, struct onnx_attribute, i);
		buffer_free(&a->integers);
		buffer_free(&a->numbers);
		buffer_free(&a->texts);
	}
	buffer_free(&n->inputs);
	buffer_free(&n->outputs);
	buffer_free(&n->attributes);
}

void onnx_file_free(struct onnx_file *o)
{
	for (size_t i = 0; i < ONNX_COUNT(o->nodes, struct onnx_node); i++)
		free_node(ONNX_ITEM(o->nodes, struct onnx_node, i));
	buffer_free(&o->nodes);
	buffer_free(&o->inputs);
}

const struct onnx_attribute *onnx_find(const struct onnx_node *n, const char *name)
{
	for (size_t i = 0; i < ONNX_COUNT(n->attributes, struct onnx_attribute); i++) {
		const struct onnx_attribute *a = ONNX_ITEM(n->attributes, struct onnx_attribute, i);
		if (str_eq(a->name, str(name)))
			return a;
	}
	return NULL;
}
