#include "model.h"

#include <errno.h>
#include <stdlib.h>

#include "assemble.h"
#include "file.h"
#include "lightgbm.h"
#include "onnx.h"
#include "text.h"
#include "xgboost.h"

static const struct {
	const char *name;
	int (*read)(const char *path, struct str bytes, struct assembly *a, char **ret_error);
} forms[MODEL_FORMS] = {
	[MODEL_DUTO] = { "Duto's text", NULL },
	[MODEL_ONNX] = { "ONNX", onnx_read },
	[MODEL_XGBOOST] = { "XGBoost's JSON", xgboost_read },
	[MODEL_LIGHTGBM] = { "LightGBM's text", lightgbm_read },
};

const char *model_form_name(enum model_form form)
{
	return forms[form].name;
}

/* Beginnings of what is no model of trees that Duto reads, and what to do about it. */
static const struct {
	struct str start;
	const char *what;
} others[] = {
	{ { "\x80", 1 }, "a Python pickle, which is a program and never read: write the model with "
			 "schemas/sklearn_to_duto.py" },
	{ { "PK\x03\x04", 4 }, "a zip file" },
	{ { "{L", 2 }, "XGBoost's binary JSON: save the model as .json" },
	{ { "binf", 4 }, "XGBoost's old binary form: save the model as .json" },
};

static struct str skip_space(struct str s)
{
	while (s.len && strchr(" \t\r\n", s.data[0]) && s.data[0])
		s = (struct str){ s.data + 1, s.len - 1 };
	return s;
}

/* ONNX begins with ModelProto's ir_version, a varint. */
static enum model_form recognise(struct str bytes)
{
	struct str text = skip_space(bytes);

	if (str_starts(bytes, STR("duto-forest ")))
		return MODEL_DUTO;
	if (bytes.len > 2 && bytes.data[0] == 8 && bytes.data[1] > 0 && bytes.data[1] < ' ')
		return MODEL_ONNX;
	if (str_starts(bytes, STR("tree\n")) || str_starts(bytes, STR("tree\r\n")))
		return MODEL_LIGHTGBM;
	if (text.len > 1 && text.data[0] == '{' && text.data[1] != 'L')
		return MODEL_XGBOOST;
	return MODEL_UNKNOWN;
}

char *model_other_form(const char *path)
{
	char start[64];
	struct str bytes = { start, file_peek(path, start, sizeof(start)) };
	enum model_form form = recognise(bytes);

	if (form == MODEL_UNKNOWN || form == MODEL_DUTO)
		return NULL;
	return text_print("%s: this is %s: duto model convert %s NAME.forest makes a model that "
			  "duto forest scores",
		path, model_form_name(form), path);
}

static int refuse(const char *path, struct str bytes, char **ret_error)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (str_starts(bytes, others[i].start))
			return text_refuse(ret_error, "%s: this is %s", path, others[i].what);
	return text_refuse(ret_error,
		"%s: expected a model of Duto, ONNX, XGBoost (JSON) or LightGBM (text)", path);
}

/* Another program's model: its digest is the file's, as sha256sum prints it. */
static int read_other(const char *path, struct str bytes, struct model_file *ret, char **ret_error)
{
	struct assembly a = assemble_begin();
	const char *missing;
	int e = forms[ret->form].read(path, bytes, &a, ret_error);

	if (e < 0) {
		assemble_end(&a);
		return e;
	}
	digest_sha256(bytes, a.forest->digest);
	forest_prepare(a.forest, NULL, NULL, &missing);
	ret->forest = a.forest;
	ret->note = a.note;
	return 0;
}

static int read_any(const char *path, struct str bytes, struct model_file *ret, char **ret_error)
{
	ret->form = recognise(bytes);
	if (ret->form == MODEL_UNKNOWN)
		return refuse(path, bytes, ret_error);
	if (ret->form == MODEL_DUTO)
		return forest_load(path, &ret->forest, ret_error);
	if (bytes.len > ASSEMBLE_FILE_MAX)
		return text_refuse(ret_error, "%s: %zu bytes: expected at most %d", path, bytes.len,
			ASSEMBLE_FILE_MAX);
	return read_other(path, bytes, ret, ret_error);
}

int model_load(const char *path, struct model_file *ret, char **ret_error)
{
	struct buffer bytes = { 0 };
	struct model_file m = { 0 };
	int e = file_read(path, FOREST_FILE_MAX, &bytes);

	if (e == -EFBIG)
		return text_refuse(
			ret_error, "%s: expected at most %d bytes", path, FOREST_FILE_MAX);
	if (e < 0) {
		*ret_error = text_print("%s: %s", path, strerror(-e));
		return e;
	}
	m.size = bytes.len;
	e = read_any(path, buffer_str(&bytes), &m, ret_error);
	buffer_free(&bytes);
	if (e == 0)
		*ret = m;
	return e;
}

void model_close(struct model_file *m)
{
	forest_close(m->forest);
	free(m->note);
	*m = (struct model_file){ 0 };
}

static bool ends_with(const char *path, const char *end)
{
	size_t len = strlen(path), n = strlen(end);

	return len > n && strcmp(path + len - n, end) == 0;
}

static int save_onnx(struct forest *f, const char *path, char **ret_loss)
{
	struct buffer bytes = { 0 };
	int e;

	onnx_write(f, &bytes);
	e = file_replace(path, buffer_str(&bytes));
	digest_sha256(buffer_str(&bytes), f->digest);
	buffer_free(&bytes);
	if (e == 0)
		*ret_loss = onnx_loss(f);
	return e;
}

int model_save(struct forest *f, const char *path, char **ret_loss, char **ret_error)
{
	static const char *const unwritten[] = { ".json", ".ubj", ".txt", ".pkl", ".joblib",
		".pmml" };
	int e;

	for (size_t i = 0; i < sizeof(unwritten) / sizeof(*unwritten); i++)
		if (ends_with(path, unwritten[i]))
			return text_refuse(ret_error,
				"%s: expected a name that ends with .forest (Duto's text) or .onnx, "
				"which is what Duto writes",
				path);
	*ret_loss = NULL;
	e = ends_with(path, ".onnx") ? save_onnx(f, path, ret_loss) : forest_save(f, path);
	if (e < 0)
		*ret_error = text_print("%s: %s", path, strerror(-e));
	return e;
}
