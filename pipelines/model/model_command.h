/* The words of `duto model`. */
#ifndef DUTO_MODEL_COMMAND_H
#define DUTO_MODEL_COMMAND_H

#include "model/model.h"

int model_command_show(int argc, char **argv);

/* EXIT_OK with the model, what is to be known of it said; or the status after the error. */
int model_command_load(const char *path, struct model_file *ret);

#endif
