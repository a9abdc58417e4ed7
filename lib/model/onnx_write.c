/* A forest as ONNX. Field numbers are those of onnx.proto. */
#include "onnx.h"
#include "onnx_write_parts.h"

enum { IR_VERSION = 7, ML_VERSION = 1, MAIN_VERSION = 13 };

/* ValueInfoProto: a tensor of N rows; columns 0: without columns. */
static void add_value(
	struct buffer *graph, uint32_t number, const char *name, int type, size_t columns)
{
	struct buffer row = { 0 }, column = { 0 }, shape = { 0 }, tensor = { 0 }, kind = { 0 },
		      value = { 0 };

	protobuf_add_bytes(&row, 2, STR("N"));
	protobuf_add_bytes(&shape, 1, buffer_str(&row));
	protobuf_add_integer(&column, 1, (int64_t)columns);
	if (columns)
		protobuf_add_bytes(&shape, 1, buffer_str(&column));
	protobuf_add_integer(&tensor, 1, type);
	protobuf_add_bytes(&tensor, 2, buffer_str(&shape));
	protobuf_add_bytes(&kind, 1, buffer_str(&tensor));
	protobuf_add_bytes(&value, 1, str(name));
	protobuf_add_bytes(&value, 2, buffer_str(&kind));
	protobuf_add_bytes(graph, number, buffer_str(&value));
	buffer_free(&row);
	buffer_free(&column);
	buffer_free(&shape);
	buffer_free(&tensor);
	buffer_free(&kind);
	buffer_free(&value);
}

static void add_graph(struct buffer *model, const struct forest *f)
{
	struct buffer graph = { 0 };

	onnx_write_ensemble(f, &graph);
	protobuf_add_bytes(&graph, 2, STR("forest"));
	add_value(&graph, 11, "features", ONNX_FLOAT, f->feature_count);
	if (f->regression) {
		add_value(&graph, 12, "prediction", ONNX_FLOAT, 1);
	} else {
		add_value(&graph, 12, "label",
			onnx_classes_are_integers(f) ? ONNX_INT64 : ONNX_STRING, 0);
		add_value(&graph, 12, "probabilities", ONNX_FLOAT, f->output_count);
	}
	protobuf_add_bytes(model, 7, buffer_str(&graph));
	buffer_free(&graph);
}

static void add_version(struct buffer *model, struct str domain, int64_t version)
{
	struct buffer set = { 0 };

	protobuf_add_bytes(&set, 1, domain);
	protobuf_add_integer(&set, 2, version);
	protobuf_add_bytes(model, 8, buffer_str(&set));
	buffer_free(&set);
}

static void add_metadata(struct buffer *model, struct str key, struct str value)
{
	struct buffer entry = { 0 };

	protobuf_add_bytes(&entry, 1, key);
	protobuf_add_bytes(&entry, 2, value);
	protobuf_add_bytes(model, 14, buffer_str(&entry));
	buffer_free(&entry);
}

/* One a line, for whoever wants to know what the columns are. */
static void add_feature_names(struct buffer *model, const struct forest *f)
{
	struct buffer names = { 0 };

	for (size_t i = 0; i < f->feature_count; i++)
		buffer_print(&names, "%s%s", i ? "\n" : "", f->features[i]);
	add_metadata(model, STR("feature_names"), buffer_str(&names));
	buffer_free(&names);
}

void onnx_write(const struct forest *f, struct buffer *ret)
{
	protobuf_add_integer(ret, 1, IR_VERSION);
	protobuf_add_bytes(ret, 2, STR("duto"));
	add_graph(ret, f);
	add_version(ret, STR(""), MAIN_VERSION);
	add_version(ret, STR("ai.onnx.ml"), ML_VERSION);
	add_feature_names(ret, f);
	if (f->regression)
		add_metadata(ret, STR("target"), str(f->outputs[0]));
}
