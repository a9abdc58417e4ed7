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

/* For the stage that scores, which takes Duto's text only: of another program's model an error,
 * malloc'ed, that names the command that converts it; else NULL. */
char *model_other_form(const char *path);

struct model_file {
	struct forest *forest; /* ready to score; its digest is of the file */
	enum model_form form;  /* of the file, and its bytes */
	size_t size;
	char *note; /* what a person should know of how it was read; or NULL */
};

/* 0, or as forest_load. */
int model_load(const char *path, struct model_file *ret, char **ret_error);
void model_close(struct model_file *m);

/* Writes a forest, as ONNX where the path ends with ".onnx", else as Duto's text, and sets its
 * digest. What the file does not hold of it is then in *ret_loss, malloc'ed, or NULL. -EINVAL where
 * the path's end is that of a form which Duto does not write, else -errno of writing it, with a
 * malloc'ed error in ret_error. */
int model_save(struct forest *f, const char *path, char **ret_loss, char **ret_error);

#endif
