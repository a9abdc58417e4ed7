#include "onnx_file.h"

#include "onnx_fields.h"

/* Beyond what a pipeline with a tree ensemble has; memory stays near the file's own size. */
enum { NODES_MAX = 1024, ATTRIBUTES_MAX = 64, INPUTS_MAX = 4096, OUTPUTS_MAX = 16 };

int onnx_fail_at(const struct onnx_file *o, const char *at, const char *expected)
{
	return onnx_fail(o, at ? (size_t)(at - o->start) : 0, "expected %s", expected);
}

static int each(struct onnx_file *o, struct str bytes, onnx_take *take, void *to)
{
	struct protobuf p = protobuf_read(bytes);
	struct protobuf_field f;
	int r = 0;

	while (r == 0 && (r = protobuf_next(&p, &f)) == 1)
		r = take(o, &f, to);
	if (r < 0 && !*o->error)
		return onnx_fail_at(o, p.at, "a field of Protocol Buffers within its message");
	return r;
}

/* A field that is a message or text; what it is otherwise is damage. */
int onnx_nested(struct onnx_file *o, const struct protobuf_field *f, onnx_take *take, void *to)
{
	if (f->wire != PROTOBUF_BYTES)
		return -EINVAL;
	return each(o, f->bytes, take, to);
}

int onnx_take_text(const struct protobuf_field *f, struct buffer *list)
{
	if (f->wire != PROTOBUF_BYTES)
		return -EINVAL;
	buffer_add(list, &f->bytes, sizeof(f->bytes));
	return 0;
}

/* The graph, from the inside out. */

static int take_attribute(struct onnx_file *o, const struct protobuf_field *f, struct onnx_node *n)
{
	struct onnx_attribute *a;

	if (ONNX_COUNT(n->attributes, *a) == ATTRIBUTES_MAX)
		return onnx_fail(o, n->offset, "more than %d attributes", ATTRIBUTES_MAX);
	a = (struct onnx_attribute *)buffer_reserve(&n->attributes, sizeof(*a));
	*a = (struct onnx_attribute){ 0 };
	n->attributes.len += sizeof(*a);
	return onnx_take_attribute(o, f, a);
}

static int take_name(
	struct onnx_file *o, const struct protobuf_field *f, struct buffer *list, size_t max)
{
	if (ONNX_COUNT(*list, struct str) == max)
		return onnx_fail_at(o, f->bytes.data, "fewer inputs or outputs of a node");
	return onnx_take_text(f, list);
}

static int node_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	struct onnx_node *n = to;

	if (f->number <= 7 && f->wire != PROTOBUF_BYTES)
		return -EINVAL;
	switch (f->number) {
	case 1:
		return take_name(o, f, &n->inputs, INPUTS_MAX);
	case 2:
		return take_name(o, f, &n->outputs, OUTPUTS_MAX);
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
		return onnx_fail_at(o, f->bytes.data, "fewer nodes");
	n = (struct onnx_node *)buffer_reserve(&o->nodes, sizeof(*n));
	*n = (struct onnx_node){ .offset = f->bytes.data ? (size_t)(f->bytes.data - o->start) : 0 };
	o->nodes.len += sizeof(*n);
	return onnx_nested(o, f, node_field, n);
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
	return f->number == 1 ? onnx_nested(o, f, dimension_field, to) : 0;
}

static int tensor_type_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	if (f->number == 1)
		((struct onnx_input *)to)->type = (int64_t)f->value;
	return f->number == 2 ? onnx_nested(o, f, shape_field, to) : 0;
}

static int type_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	return f->number == 1 ? onnx_nested(o, f, tensor_type_field, to) : 0;
}

static int input_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	if (f->number == 1 && f->wire == PROTOBUF_BYTES)
		((struct onnx_input *)to)->name = f->bytes;
	return f->number == 2 ? onnx_nested(o, f, type_field, to) : 0;
}

static int take_input(struct onnx_file *o, const struct protobuf_field *f)
{
	struct onnx_input input = { 0 };
	int r = onnx_nested(o, f, input_field, &input);

	if (ONNX_COUNT(o->inputs, input) == INPUTS_MAX)
		return onnx_fail_at(o, f->bytes.data, "fewer inputs");
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
	int r = onnx_nested(o, f, entry_field, &e);

	if (str_eq(e.key, STR("feature_names")))
		o->features = e.value;
	if (str_eq(e.key, STR("target")))
		o->target = e.value;
	return r;
}

static int model_field(struct onnx_file *o, const struct protobuf_field *f, void *to)
{
	if (f->number == 7)
		return onnx_nested(o, f, graph_field, to);
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
