/* Damaged models of other programs: cut at every length, and with changed bytes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "buffer.h"
#include "model/lightgbm.h"
#include "model/onnx.h"
#include "model/protobuf.h"
#include "model/xgboost.h"
#include "random.h"
#include "tap.h"

typedef int read_model(const char *path, struct str, struct assembly *a, char **ret_error);

enum { CHANGES = 20000, FEATURES = 2 };

static const char lightgbm[] =
	"tree\nversion=v3\nnum_tree_per_iteration=1\nobjective=binary sigmoid:1\n"
	"feature_names=torque wear\n\nTree=0\nnum_leaves=3\nnum_cat=0\nsplit_feature=0 1\n"
	"threshold=0.5 -2.25\ndecision_type=2 6\nleft_child=1 -1\nright_child=-2 -3\n"
	"leaf_value=0.25 -1.5 3\nleaf_count=5 7 9\ninternal_count=21 14\nis_linear=0\n\n"
	"Tree=1\nnum_leaves=1\nnum_cat=0\nleaf_value=0.125\nis_linear=0\n\nend of trees\n";

static const char xgboost[] =
	"{\"learner\":{\"feature_names\":[\"torque\",\"wear\"],\"gradient_booster\":{\"model\":{\"tree_info\":"
	"[0],\"trees\":[{\"left_children\":[1,-1,-1],\"right_children\":[2,-1,-1],\"split_indices\":[1,0,"
	"0],\"split_conditions\":[0.5,-1.25,2],\"default_left\":[1,0,0],\"sum_hessian\":[8,3,5]}]},"
	"\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"5E-1\",\"num_class\":\"0\","
	"\"num_feature\":\"2\"},\"objective\":{\"name\":\"binary:logistic\"}}}";

static double score(struct forest *f)
{
	const double row[FEATURES] = { 0.25, NAN };
	double outputs[FOREST_OUTPUTS_MAX];
	const char *missing;

	forest_prepare(f, NULL, NULL, &missing);
	if (f->feature_count != FEATURES)
		return NAN;
	forest_predict(f, row, outputs);
	return outputs[f->output_count - 1];
}

/* NULL where it is refused. The bytes stand alone, so that a sanitizer sees who reads beyond. */
static struct forest *load(read_model *read, const char *bytes, size_t len)
{
	struct assembly a = assemble_begin();
	char *copy = malloc(len + !len), *error = NULL;

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	if (read("model", (struct str){ copy, len }, &a, &error) < 0) {
		if (!error || strncmp(error, "model:", 6) != 0)
			ok(false, "an error that names the file, not %s", error ? error : "none");
		assemble_end(&a);
	}
	free(a.note);
	free(error);
	free(copy);
	return a.forest;
}

static void test_cut(const char *title, read_model *read, struct str whole)
{
	struct forest *f = load(read, whole.data, whole.len);
	size_t taken = 0, wrong = 0;
	double wanted;

	if (!ok(f, "%s: read", title))
		return;
	wanted = score(f);
	forest_close(f);
	for (size_t len = 0; len < whole.len; len++) {
		f = load(read, whole.data, len);
		taken += f != NULL;
		wrong += f && score(f) != wanted;
		forest_close(f);
	}
	ok(!wrong && taken < whole.len / 4,
		"%s: cut at every length: refused, or what is cut off counts for nothing (%zu of %zu)",
		title, taken, whole.len);
}

static void test_changed(const char *title, read_model *read, struct str whole)
{
	struct random random;
	char *bytes = malloc(whole.len);
	size_t taken = 0;

	if (!bytes)
		abort();
	random_seed(&random, 7, 0);
	for (int i = 0; i < CHANGES; i++) {
		memcpy(bytes, whole.data, whole.len);
		for (uint64_t n = 1 + random_below(&random, 3); n; n--)
			bytes[random_below(&random, whole.len)] = (char)random_below(&random, 256);
		struct forest *f = load(read, bytes, whole.len);
		taken += f != NULL;
		if (f)
			score(f);
		forest_close(f);
	}
	ok(taken < CHANGES, "%s: %d times with changed bytes (%zu were models still)", title,
		CHANGES, taken);
	free(bytes);
}

static void test_damage(const char *title, read_model *read, struct str whole)
{
	test_cut(title, read, whole);
	test_changed(title, read, whole);
}

static void test_protobuf(void)
{
	static const char endless[] = "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f";
	static const char huge[] = "\x0a\xff\xff\xff\xff\x0f\x01";
	static const char group[] = "\x0b\x01";
	struct protobuf_field field;
	struct protobuf p = protobuf_read((struct str){ endless, sizeof(endless) - 1 });

	ok(protobuf_next(&p, &field) < 0, "a varint of more than 64 bits is refused");
	p = protobuf_read((struct str){ huge, sizeof(huge) - 1 });
	ok(protobuf_next(&p, &field) < 0 && p.at == huge + 1,
		"a length beyond the message is refused, at its place");
	p = protobuf_read((struct str){ group, sizeof(group) - 1 });
	ok(protobuf_next(&p, &field) < 0 && p.at == group, "a group is refused");
	p = protobuf_read((struct str){ NULL, 0 });
	ok(protobuf_next(&p, &field) == 0, "an empty message has no field");
}

int main(void)
{
	struct str text = { lightgbm, sizeof(lightgbm) - 1 };
	struct forest *f = load(lightgbm_read, text.data, text.len);
	struct buffer onnx = { 0 };

	test_protobuf();
	test_damage("LightGBM", lightgbm_read, text);
	test_damage("XGBoost", xgboost_read, (struct str){ xgboost, sizeof(xgboost) - 1 });
	if (f) {
		score(f);
		onnx_write(f, &onnx);
		test_damage("ONNX", onnx_read, buffer_str(&onnx));
	}
	forest_close(f);
	buffer_free(&onnx);
	return done();
}
