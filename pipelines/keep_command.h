/* The words of `duto keep`, and what they share. */
#ifndef DUTO_KEEP_COMMAND_H
#define DUTO_KEEP_COMMAND_H

#include <jansson.h>

#include "keep.h"
#include "opt.h"

int keep_command_ls(int argc, char **argv);
int keep_command_info(int argc, char **argv);
int keep_command_verify(int argc, char **argv);
int keep_command_export(int argc, char **argv);
int keep_command_forget(int argc, char **argv);

/* Parses the options of a word. EXIT_OK, or the status after it has said what is wrong. */
int keep_command_parse(const struct opt *options, int argc, char **argv);

/* Malloc'ed path of the keep of that name; NULL after it has said that there is none. */
char *keep_command_find(const char *name);

/* All that is known of a keep; the caller frees by json_decref. */
json_t *keep_json(const char *name, const char *path, const struct keep_info *info);

/* Whether standard output is a terminal that shows colours. */
bool keep_command_colored(void);

#endif
