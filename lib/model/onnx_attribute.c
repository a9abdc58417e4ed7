#include <endian.h>
#include <errno.h>

#include "onnx_fields.h"

static int take_integers(
	const struct onnx_file *o, const struct protobuf_field *f, struct onnx_attribute *a)
{
	const char *at = NULL;

	return protobuf_integers(f, &a->integers, &at) < 0 ? onnx_fail_at(o, at, "a varint") : 0;
}

static int take_numbers(const struct onnx_file *o, const struct protobuf_field *f, bool wide,
	struct onnx_attribute *a)
{
	const char *at = f->bytes.data;

	return protobuf_numbers(f, wide, &a->numbers, &at) < 0
		       ? onnx_fail_at(o, at, wide ? "float 64 values" : "float 32 values")
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
		return onnx_fail_at(o, NULL, "a tensor's data in the model, not in another file");
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
		return onnx_fail_at(o, f->bytes.data, "whole integers");
	for (size_t i = 0; i < f->bytes.len; i += size) {
		int64_t v = 0;
		memcpy(&v, f->bytes.data + i, size);
		v = (int64_t)le64toh((uint64_t)v);
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
		return onnx_take_text(f, &t->to->texts);
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
	int r = onnx_nested(o, f, tensor_type, &t);

	if (r < 0)
		return r;
	if (t.type != ONNX_FLOAT && t.type != ONNX_UINT8 && t.type != ONNX_INT32 &&
		t.type != ONNX_INT64 && t.type != ONNX_STRING && t.type != ONNX_DOUBLE)
		return onnx_fail_at(
			o, f->bytes.data, "a tensor of float, double, uint8, int or text");
	return onnx_nested(o, f, tensor_data, &t);
}

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
		return onnx_take_text(f, &a->texts);
	case 5:
		return take_tensor(o, f, a);
	}
	return 0;
}

int onnx_take_attribute(
	struct onnx_file *o, const struct protobuf_field *f, struct onnx_attribute *a)
{
	return onnx_nested(o, f, attribute_field, a);
}
