/* The words of `duto keep`, and what they share. */
#ifndef DUTO_KEEP_COMMAND_H
#define DUTO_KEEP_COMMAND_H

#include <jansson.h>

#include "keep/keep.h"
#include "opt.h"
#include "timestamp.h"

int keep_command_ls(int argc, char **argv);
int keep_command_info(int argc, char **argv);

/* Malloc'ed path of the keep of that name; NULL after it has said that there is none. */
char *keep_command_find(const char *name);

/* Says what keeps a keep from being read, and returns the status; message is freed. */
int keep_command_failed(const char *path, int error, char *message);

/* All that is known of a keep; the caller frees by json_decref. */
json_t *keep_json(const char *name, const char *path, const struct keep_info *info);

/* A time in UTC to the second, 2026-01-01 00:00:00; 0 is a dash. */
void keep_command_time(char to[TIMESTAMP_TEXT], int64_t time);

#endif
