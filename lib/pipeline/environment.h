/* Environment files: NAME=value a line, as systemd's EnvironmentFile= reads them where they are
 * simple. Blank lines and lines that begin with # or ; count for nothing; a value may stand in
 * single or double quotes. */
#ifndef DUTO_ENVIRONMENT_H
#define DUTO_ENVIRONMENT_H

#include <stdbool.h>

/* Calls take for each line, in the file's order, and mistake for each line that is not one. 0, or
 * the -errno of reading the file. */
int environment_read(const char *path,
	void (*take)(void *context, const char *name, const char *value),
	void (*mistake)(void *context, int line, const char *text), void *context);

/* Letters, digits and _, not beginning with a digit. */
bool environment_is_name(const char *name);

#endif
