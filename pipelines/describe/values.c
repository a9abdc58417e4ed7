#include "values.h"

#include <stdbool.h>
#include <string.h>

#include "describe.h"

static bool is(const json_t *option, const char *key)
{
	return json_is_true(json_object_get(option, key));
}

static const json_t *find_named(const json_t *options, const char *name, size_t len)
{
	size_t i;
	const json_t *option;
	json_array_foreach(options, i, option)
	{
		const char *there = describe_text(option, "name");
		if (!is(option, "positional") && strlen(there) == len &&
			strncmp(there, name, len) == 0)
			return option;
	}
	return NULL;
}

/* The one that takes the word behind so many others. */
static const json_t *find_positional(const json_t *options, size_t others)
{
	size_t i;
	const json_t *option;
	json_array_foreach(options, i, option)
	{
		if (is(option, "positional") && (is(option, "repeat") || others-- == 0))
			return option;
	}
	return NULL;
}

/* Of a word that begins with --; returns the last that it took. */
static char **take_named(const json_t *options, char **word, value_call *each, void *context)
{
	char *name = *word + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const json_t *option = find_named(options, name, len);
	if (!option || strcmp(describe_text(option, "type"), "flag") == 0)
		return word;
	if (!equals && !word[1])
		return word;
	if (!equals)
		word++;
	each(option, word, equals ? equals + 1 : *word, context);
	return word;
}

void values_each(const json_t *description, char **argv, value_call *each, void *context)
{
	const json_t *options = json_object_get(description, "options");
	size_t others = 0;
	bool dashes = true; /* until a word that is nothing but them */
	for (char **word = argv + 1; *word; word++) {
		if (dashes && strncmp(*word, "--", 2) == 0) {
			dashes = (*word)[2];
			word = take_named(options, word, each, context);
			continue;
		}
		const json_t *option = find_positional(options, others++);
		if (option)
			each(option, word, *word, context);
	}
}
