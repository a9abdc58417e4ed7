#include "environment.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool environment_is_name(const char *name)
{
	if (!*name || isdigit((unsigned char)*name))
		return false;
	while (isalnum((unsigned char)*name) || *name == '_')
		name++;
	return !*name;
}

static char *trim(char *text)
{
	text += strspn(text, " \t");
	size_t len = strlen(text);
	while (len && strchr(" \t\r\n", text[len - 1]))
		text[--len] = 0;
	return text;
}

/* Takes the quotes off; NULL where the value opens one and does not end with it. */
static char *unquote(char *value)
{
	size_t len = strlen(value);
	if (*value != '"' && *value != '\'')
		return value;
	if (len < 2 || value[len - 1] != *value)
		return NULL;
	value[len - 1] = 0;
	return value + 1;
}

static const char *split(char *line, char **ret_value)
{
	char *equals = strchr(line, '=');
	if (!equals)
		return "expected NAME=value";
	*equals = 0;
	*ret_value = unquote(trim(equals + 1));
	if (!*ret_value)
		return "the quote of the value is not closed";
	return environment_is_name(line) ? NULL
					 : "expected NAME=value, NAME of letters, digits and _";
}

int environment_read(const char *path,
	void (*take)(void *context, const char *name, const char *value),
	void (*mistake)(void *context, int line, const char *text), void *context)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *value;
	size_t cap = 0;
	if (!file)
		return -errno;
	errno = 0;
	for (int number = 1; getline(&line, &cap, file) >= 0; number++) {
		char *text = trim(line);
		if (!*text || *text == '#' || *text == ';')
			continue;
		const char *wrong = split(text, &value);
		if (wrong)
			mistake(context, number, wrong);
		else
			take(context, text, value);
	}
	int r = ferror(file) ? -errno : 0;
	free(line);
	fclose(file);
	return r;
}
