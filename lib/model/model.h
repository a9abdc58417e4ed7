/* Models of trees in any of the forms that Duto reads, told apart by what is in the file. */
#ifndef DUTO_MODEL_H
#define DUTO_MODEL_H

#include "forest/forest.h"

enum model_form {
	MODEL_UNKNOWN,
	MODEL_DUTO,
	MODEL_ONNX,
	MODEL_XGBOOST,
	MODEL_LIGHTGBM,
	MODEL_FORMS
};

/* "Duto's text", "ONNX", ... */
const char *model_form_name(enum model_form form);

/* What a file's bytes look like. */
enum model_form model_recognise(struct str bytes);

/* What to say of a file to which the stage that scores does not take, because it is another
 * program's: malloc'ed, with the command that converts it; else NULL. */
char *model_other_form(const char *path);

/* 0 with a forest ready to score and what its file was: form and bytes; else as forest_load. The digest is
 * of the file. */
int model_load(const char *path, struct forest **ret, enum model_form *ret_form, size_t *ret_size,
	char **ret_error);

/* Writes a forest: as ONNX where the path ends with ".onnx", else as Duto's text. 0; or
 * -errno of writing it, with a malloc'ed error in ret_error. */
int model_save(struct forest *f, const char *path, char **ret_error);

#endif
